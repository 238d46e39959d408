"""What the door knows while it decides: loaded before, added to after each decision, written back at the end."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

from doors.keyed import hashed, phone_key
from doors.refusals import Refusal
from rulebook import Policy
from schemas.attachments import Media
from schemas.inbound import CHANNEL_OF
from schemas.message import Message
from schemas.text import plain
from schemas.values import (
    Channel,
    Contact,
    ContactKeys,
    IncidentId,
    Party,
    PartyKind,
    Receipt,
    RequesterKind,
    TicketId,
    TicketState,
)
from services.intake.core.rules import DoorRules

_WHOLE: Final = 14
SubmissionKey = tuple[str, str, str]
"""Party, source and id: what must be unique across all lanes."""


class KnownTicket(NamedTuple):
    """A ticket as the door remembers it; `place` and `words` are for comparing and empty where nothing compares.

    `account` is a keyed hash of the requester's WeChat account, where `requester` is one of the telephone; `ended` is
    when what can be reopened came to its end. `stands` is its state, behind those that it goes back to, with a slash;
    `promised` is until when the citizen was told that it is done, as long as that holds, and `promise` what that goes
    by, as JSON; `lead` is the department of the newest order.
    """

    id: str
    receipt: str
    channel: str
    requester: str | None
    open: bool
    registered: datetime
    category: str | None = None
    place: str = ""
    words: str = ""
    upstream: str | None = None
    reply: str | None = None
    occurred: datetime | None = None
    account: str | None = None
    ended: datetime | None = None
    stands: str = TicketState.REGISTERED
    promised: str | None = None
    lead: str | None = None
    promise: str | None = None

    @property
    def whole(self) -> str:
        """The ticket that it is a part of, or itself."""
        return self.id[:_WHOLE]

    @property
    def state(self) -> TicketState:
        """Where it stands now."""
        return TicketState(self.stands.rpartition("/")[2])

    def is_of(self, identities: Collection[str]) -> bool:
        """Whether somebody who is one of these is its requester."""
        return self.requester in identities or self.account in identities

    def came_by(self, party: Party) -> bool:
        """Whether a party speaks for its requester: the channel that it came by, and the hotline for whoever calls."""
        return party.kind is PartyKind.HOTLINE or CHANNEL_OF.get(party.kind) is Channel(self.channel)


class Verdict(NamedTuple):
    """What became of a submission: the tickets that it made or concerned, or the refusal.

    `outline` holds a short hash of each field's content; `shown` says whether its author may see the tickets' news, and
    `factor` is a keyed hash of what opens them for a citizen beside the receipt; None where nothing does.
    `spoke_as` is who its author was: who is shown the news follows the requester, whoever that becomes.
    """

    digest: bytes
    receipt: str
    action: str
    tickets: tuple[str, ...] = ()
    follow_up: bool = False
    shown: bool = True
    refusal: Refusal | None = None
    outline: Mapping[str, str] = MappingProxyType({})
    factor: str | None = None
    spoke_as: tuple[str, ...] = ()


class Binding(NamedTuple):
    """A visitor's account bound to a device, from an instant and until another."""

    visitor: str
    device: str
    since: datetime
    until: datetime | None = None
    approved_by: str | None = None


class DeviceRequest(NamedTuple):
    """A visitor wants to be bound to a device."""

    visitor: str
    device: str
    receipt: str
    at: datetime


class DeclinedDevice(NamedTuple):
    """A visitor is not bound to the device that was asked for by a receipt, and why."""

    visitor: str
    receipt: str
    why: Refusal


class Sighting(NamedTuple):
    """When a visitor was where, in degrees, and how exactly the phone knew it, in metres."""

    at: datetime
    latitude: float
    longitude: float
    accuracy: float


class VisitRow(NamedTuple):
    """A visit as it is kept for comparing with the next one."""

    receipt: str
    visitor: str
    unit: str
    visited_at: datetime
    latitude: float
    longitude: float
    accuracy: float
    household: str
    problems: int
    doubts: tuple[str, ...]


class DoubtedVisit(NamedTuple):
    """What is doubtful about a visit, and the name of whoever looked into it."""

    visitor: str
    doubts: tuple[str, ...]
    settled_by: str | None = None


class SettledDoubts(NamedTuple):
    """What was found about the doubts of the visit with a receipt, by whom and when."""

    visit: str
    verdict: str
    person: str
    name: str
    at: datetime


class KnownAttachment(NamedTuple):
    """An attachment as it was uploaded: by which party, and which submission named it."""

    id: str
    party: str
    sha256: str
    size: int
    media: Media
    receipt: Receipt | None = None


class NamedBy(NamedTuple):
    """An attachment that a submission named, and for which ticket, or for which incident."""

    id: str
    receipt: Receipt
    ticket: TicketId | IncidentId


class Answer(NamedTuple):
    """A message for whoever reads a topic."""

    topic: str
    key: str
    message: Message


class Decision(NamedTuple):
    """All that follows from one submission; `verdict` is None where one stands already and nothing changes it.

    `unlike` says that it was decided otherwise than could be understood now.
    """

    says: tuple[Answer, ...]
    word: Literal["accepted", "refused", "repeated"]
    verdict: Verdict | None = None
    refusal: Refusal | None = None
    tickets: tuple[KnownTicket, ...] = ()
    bindings: tuple[Binding, ...] = ()
    device_request: DeviceRequest | None = None
    declined: DeclinedDevice | None = None
    visit: VisitRow | None = None
    settled: SettledDoubts | None = None
    names: tuple[NamedBy, ...] = ()
    unlike: bool = False


_MARK: Final = 16
"""Digits enough to tell the contacts of one ticket apart."""


class Secrets(NamedTuple):
    """The key of all keyed hashes: whoever has it can find a phone number, so it never stands in data or code."""

    key: bytes

    def hashed(self, sort: str, text: str) -> str:
        """Hash text so that equal texts of one sort are equal, and nothing else can be learnt."""
        return hashed(self.key, sort, text)

    def requester(self, kind: RequesterKind, contact: Contact) -> str | None:
        """Tell requesters apart by phone, else by WeChat account; None for whoever wants to stay unknown."""
        if kind is RequesterKind.ANONYMOUS:
            return None
        return next(iter(self.identities(contact)), None)

    def identities(self, contact: Contact) -> tuple[str, ...]:
        """All that a contact is known by: the phone first, then the WeChat account."""
        keys = self.keys(contact)
        return tuple(key for key in (keys.phone, keys.wechat) if key is not None)

    def keys(self, contact: Contact) -> ContactKeys:
        """What a contact is compared by, told apart."""
        wechat = plain(contact.wechat) if contact.wechat else ""
        return ContactKeys(
            phone=phone_key(self.key, contact.phone) if contact.phone else None,
            wechat=self.hashed("wechat", wechat) if wechat else None,
        )

    def second_factor(self, receipt: str, number: str | None) -> str | None:
        """What is kept of the telephone number that opens a receipt; None where there is none."""
        return self.hashed("second factor", f"{receipt}\0{number}") if number else None

    def mark(self, ticket: str, field: str, value: str) -> str:
        """Tell apart what two contacts of one ticket say in a field."""
        return self.hashed("mark", f"{ticket}\0{field}\0{value}")[:_MARK]

    def household(self, name: str, address: str) -> str:
        """Tell households apart by their name and address."""
        return self.hashed("household", f"{plain(name)}\0{plain(address)}")


@dataclass(frozen=True, slots=True)
class DoorConfig:
    """What stays the same from one transaction to the next."""

    policy: Policy
    rules: DoorRules
    secrets: Secrets
    zone: tzinfo


@dataclass(slots=True)
class DoorState:
    """What is known in one transaction about the submissions that wait in it."""

    config: DoorConfig
    verdicts: dict[SubmissionKey, Verdict] = field(default_factory=dict)
    tickets: dict[str, KnownTicket] = field(default_factory=dict)
    redacted: Collection[str] = ()
    open_by_requester: dict[str, list[KnownTicket]] = field(default_factory=dict)
    ended_by_requester: dict[str, list[KnownTicket]] = field(default_factory=dict)
    bindings: list[Binding] = field(default_factory=list)
    requests: dict[str, DeviceRequest] = field(default_factory=dict)
    asked: dict[str, tuple[str, str]] = field(default_factory=dict)
    """By what its author calls a wish for a device, by its receipt: the source and the id of the CloudEvent."""
    visits: dict[str, list[Sighting]] = field(default_factory=dict)
    attachments: dict[str, KnownAttachment] = field(default_factory=dict)
    """By id, as far as submissions name them."""
    doubted: dict[str, DoubtedVisit] = field(default_factory=dict)
    """Visits by receipt, as far as somebody looks into one."""

    def note(self, key: SubmissionKey, decision: Decision) -> None:
        """Know from now on what was just decided."""
        if decision.verdict is None or key in self.verdicts:
            return
        self.verdicts[key] = decision.verdict
        for ticket in decision.tickets:
            self.tickets[ticket.id] = ticket
            if ticket.open and ticket.requester is not None:
                self.open_by_requester.setdefault(ticket.requester, []).append(ticket)
        for binding in decision.bindings:
            self._bind(binding)
        for named in decision.names:
            self.attachments[named.id] = self.attachments[named.id]._replace(receipt=named.receipt)
        if decision.device_request is not None:
            self.requests[decision.device_request.visitor] = decision.device_request
        if decision.declined is not None:
            self.requests.pop(decision.declined.visitor, None)
        if (visit := decision.visit) is not None:
            seen = Sighting(visit.visited_at, visit.latitude, visit.longitude, visit.accuracy)
            self.visits.setdefault(visit.visitor, []).append(seen)
            self.doubted[visit.receipt] = DoubtedVisit(visit.visitor, visit.doubts)
        if (settled := decision.settled) is not None:
            self.doubted[settled.visit] = self.doubted[settled.visit]._replace(settled_by=settled.name)

    def _bind(self, binding: Binding) -> None:
        if binding.until is not None:
            self.bindings = [binding if old.until is None and old[:2] == binding[:2] else old for old in self.bindings]
            return
        self.bindings.append(binding)
        self.requests.pop(binding.visitor, None)
