"""What a ticket is: its matter, where it stands, and the regions beside; what moves them stands in the episodes."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, Literal

from schemas.complaint import Complaint, ComplaintFields
from schemas.correction import Correction
from schemas.owner import Owner
from schemas.values import (
    CategoryCode,
    Channel,
    Code,
    Contact,
    DepartmentCode,
    DeskTaskKind,
    Instant,
    Kind,
    RequesterKind,
    RequestKind,
    Ruling,
    Supplement,
    TicketId,
    TicketState,
    Tier,
)
from services.dispatch.core.regions import (
    Alike,
    Alone,
    Asked,
    CallbackReview,
    Check,
    Commitment,
    Escalation,
    Extension,
    FirstContact,
    Heard,
    Incident,
    Inside,
    KeptAttachment,
    Member,
    Merging,
    NoExtensionAsked,
    NoMergeAsked,
    NoReview,
    NoSuspensionAsked,
    NotDrawn,
    NotDue,
    Note,
    NotedDue,
    NothingPromised,
    Noting,
    NotNoticed,
    NotProposed,
    NotUrgent,
    NoWish,
    Quiet,
    RecentAct,
    StopWords,
    Supervision,
    Suspending,
    Tasks,
    Urgency,
    Wish,
)
from services.dispatch.core.standing import LED, NeedsInfo, Standing


class Matter(Complaint):
    """What was raised; it changes in category and tier, and where it is corrected.

    `opened_at` is when the citizen's clock began.
    """

    tier: Tier
    suggested_department: DepartmentCode | None = None
    unit: str | None = None
    part_of: TicketId | None = None
    recurrence_of: TicketId | None = None
    opened_at: Instant

    def classified(self, category: CategoryCode | None, tier: Tier) -> Matter:
        """The same matter under another category or tier."""
        fields = self.complaint
        fields["category"] = category
        return self._with(fields, tier)

    def corrected(self, new: Correction) -> Matter:
        """The same matter with what stands instead."""
        fields = self.complaint
        fields["text"] = new.text or self.text
        fields["contact"] = new.contact or self.contact
        fields["requester"] = new.requester or self.requester
        fields["confidential"] = self.confidential if new.confidential is None else new.confidential
        fields["place"] = new.place or self.place
        fields["category"] = new.category or self.category
        return self._with(fields, self.tier)

    def _with(self, fields: ComplaintFields, tier: Tier) -> Matter:
        return Matter(
            **fields,
            tier=tier,
            suggested_department=self.suggested_department,
            unit=self.unit,
            part_of=self.part_of,
            recurrence_of=self.recurrence_of,
            opened_at=self.opened_at,
        )


_FOR_THE_RECORD: Final = frozenset({Kind.SUGGEST, Kind.PRAISE})


def is_for_the_record(matter: Matter) -> bool:
    """Whether there is nothing to solve: praise and suggestions have a reply and no rework."""
    return matter.kind in _FOR_THE_RECORD


def cannot_be_reached(matter: Matter) -> Literal["anonymous", "no_number"] | None:
    """Why nobody can be called or contacted: a survey household without a number is met at its door."""
    if matter.requester_kind is RequesterKind.ANONYMOUS:
        return "anonymous"
    contact = matter.contact
    household = matter.channel is Channel.SURVEY and contact.address
    return None if contact.phone or contact.wechat or household else "no_number"


@dataclass(frozen=True, kw_only=True)
class LeadOrder:
    """The newest order: number, lead and supporting departments; a binding one cannot be returned.

    `supporting` are also those whose task fell away with the end of the ticket; for the `advisory` ones nobody waits.
    `since` is when this lead got it.
    """

    number: int
    lead: DepartmentCode
    supporting: tuple[DepartmentCode, ...] = ()
    advisory: tuple[DepartmentCode, ...] = ()
    binding: bool = False
    returnable: bool = True
    presumed_at: Instant | None = None
    since: Instant | None = None
    reason: Code


@dataclass(frozen=True, kw_only=True)
class TakenIn:
    """A ticket that was merged into this one: whom it accuses, what it says, confidential or not, and who asked."""

    accused: tuple[DepartmentCode, ...] = ()
    confidential: bool = False
    supplements: tuple[Supplement, ...] = ()
    contacts: tuple[Contact, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PartEnd:
    """How a part of this ticket ended."""

    outcome: Code
    ruling: Ruling | None = None


DESK_LOOKS: Final = "-"
"""Whoever sits at the desk, beside the codes of departments."""


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What others see of a ticket: who takes part, what waits at the desk, whose task, which callback round runs.

    `shown` is who sees the contact by an act of looking: departments, and the desk as `DESK_LOOKS`.
    """

    departments: tuple[DepartmentCode, ...] = ()
    desk: tuple[DeskTaskKind, ...] = ()
    in_review: DepartmentCode | None = None
    round: int | None = None
    shown: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class WaitingAtDesk:
    """Since when a task waits at the desk, and what was said when it came there."""

    since: Instant
    reason: str | None = None
    suggestion: CategoryCode | None = None
    alternatives: tuple[CategoryCode, ...] | None = None
    refer: Code | None = None


@dataclass(frozen=True, kw_only=True)
class Stub:
    """A number that somebody named before, or without, a ticket of that number."""

    stub: Literal[True] = True


@dataclass(frozen=True, kw_only=True)
class Ticket:
    """The whole of a ticket as dispatch remembers it.

    `version` counts the acts of the office, of departments and of the callback agency, `acts` are the last of them;
    `dues` are the due times still owed, `overdue` the clocks that were said to be missed, until that is
    taken back, with whoever answers for it; `nudged` is who else than the lead a rule nudged for which breach;
    `parts` are how those parts ended that are not worked on; `awaits_ruling` says that a person of the centre is asked
    to rule on the outcome, `heard` is what the requester said at each callback, `would_lead` who would lead by what was
    corrected since the order was given, `moved` that place or category were corrected since, when nobody worked on it;
    `inside` is what each department keeps to itself,
    `noting` how many notes each wrote lately;
    `texts` is what people said in its facts, also what stands nowhere else any more, the newest last;
    `redacted` are the hashes of what was covered; `waiting` is what waits at the desk, since when and why;
    `shown` is who was shown the contact, `was_open` says that orders named it before it was to stay unknown,
    `forgotten` that nobody can be shown it any more; `contacts` are those that stood
    before, here, in the whole, or in a ticket that was taken in for a while;
    `fell_back` is the category that went back to the desk with the check of this ticket, until policy may again,
    `left_to_people` that a person decided it may not for now;
    `before` is what others saw before the newest fact.
    """

    id: TicketId
    matter: Matter
    standing: Standing
    order: LeadOrder | None = None
    orders: int = 0
    disputes: int = 0
    refused_by: tuple[DepartmentCode, ...] = ()
    ruled: DepartmentCode | None = None
    stop_words: StopWords = field(default_factory=StopWords)
    check: Check = field(default_factory=NotDrawn)
    fell_back: CategoryCode | None = None
    left_to_people: bool = False
    urgency: Urgency = field(default_factory=NotUrgent)
    contact: FirstContact = field(default_factory=NotDue)
    extension: Extension = field(default_factory=NoExtensionAsked)
    suspension: Suspending = field(default_factory=NoSuspensionAsked)
    asked: tuple[Asked, ...] = ()
    supervision: Supervision = field(default_factory=Quiet)
    escalation: Escalation = field(default_factory=NotProposed)
    wish: Wish = field(default_factory=NoWish)
    review: CallbackReview = field(default_factory=NoReview)
    tasks: Tasks = field(default_factory=dict)
    commitment: Commitment = field(default_factory=NothingPromised)
    incident: Incident = field(default_factory=Alone)
    alike: Alike = field(default_factory=NotNoticed)
    merging: Merging = field(default_factory=NoMergeAsked)
    taken: dict[TicketId, TakenIn] = field(default_factory=dict)
    parts: dict[TicketId, PartEnd] = field(default_factory=dict)
    attachments: tuple[KeptAttachment, ...] = ()
    texts: tuple[str, ...] = ()
    redacted: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    was_open: bool = False
    forgotten: bool = False
    contacts: tuple[Contact, ...] = ()
    avoids: tuple[DepartmentCode, ...] = ()
    rounds: int = 0
    failures: int = 0
    follow_ups: int = 0
    requester_nudges: int = 0
    reopened: int = 0
    reply: str | None = None
    ruling: Ruling | None = None
    awaits_ruling: bool = False
    heard: tuple[Heard, ...] = ()
    would_lead: DepartmentCode | None = None
    moved: bool = False
    dues: dict[str, NotedDue] = field(default_factory=dict)
    overdue: dict[str, Owner] = field(default_factory=dict)
    nudged: dict[str, DepartmentCode | None] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()
    inside: dict[DepartmentCode, Inside] = field(default_factory=dict)
    noting: dict[DepartmentCode, Noting] = field(default_factory=dict)
    version: int = 0
    acts: tuple[RecentAct, ...] = ()
    waiting: dict[DeskTaskKind, WaitingAtDesk] = field(default_factory=dict)
    before: Seen = field(default_factory=Seen)

    @property
    def state(self) -> TicketState:
        """Where the ticket stands, by name."""
        return self.standing.state

    @property
    def supplements(self) -> tuple[Supplement, ...]:
        """What tickets say that were merged into this one."""
        return tuple(said for each in self.taken.values() for said in each.supplements) if self.taken else ()

    @cached_property
    def led_by(self) -> LeadOrder | None:
        """The order that a department works under at this moment."""
        standing = self.standing.back if isinstance(self.standing, NeedsInfo) else self.standing
        return self.order if standing.state in LED else None

    def request(self, kind: RequestKind) -> Asked | None:
        """The request of a kind that waits for somebody's decision."""
        return next((each for each in self.asked if each.request.value == kind.value), None)

    @cached_property
    def shunned(self) -> frozenset[str]:
        """Whom this ticket accuses, or names beside words of misconduct, and whom one that it took in or heads does."""
        accused = frozenset((*self.matter.accused, *self.avoids, *self.stop_words.named))
        if self.taken:
            accused = accused.union(*(each.accused for each in self.taken.values()))
        return accused.union(self.incident.avoids) if isinstance(self.incident, Member) else accused
