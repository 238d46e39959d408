"""The rows that trace keeps of a ticket: one summary, one row for each order and for each clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, NamedTuple

from schemas.owner import Owner
from schemas.values import TicketState

NOBODY: Final = Owner("")

ClockStatus = Literal["running", "paused", "met", "stopped", "lapsed"]


UNCHECKED: Final = "unchecked"
"""The verdict on what policy dispatched while a person has yet to check it."""


@dataclass(frozen=True)
class Summary:
    """Where a ticket stands: the fold of its entries on the tickets, dispatch and notices topics.

    `holder` is a party of `services.trace.core.holder`; `resume` are the states to go back to, the next one last;
    `stage` tells apart what one state can wait for, `wish` is what the requester wants the centre to decide; `desk` is
    what waits at the desk, `marks` what it is read off. What a callback heard belongs to its round: a rework or a
    reopening begins without; what the first one heard, and of whom, stands beside. `citizen_missed_by` is who held it
    when the citizen's time ran out; `in_confidence` are the tickets by whose word it is confidential: its own, and
    those that it took in.
    """

    ticket: str
    receipt: str | None = None
    channel: str | None = None
    kind: str | None = None
    requester_kind: str | None = None
    category: str | None = None
    tier: str | None = None
    subdistrict: str | None = None
    place: str | None = None
    gist: str | None = None
    unit: str | None = None
    upstream: str | None = None
    part_of: str | None = None
    recurrence_of: str | None = None
    confidential: bool = False
    in_confidence: tuple[str, ...] = ()
    state: str = TicketState.REGISTERED.value
    resume: tuple[str, ...] = ()
    stage: str = ""
    holder: Owner = NOBODY
    waits_for: str = ""
    waiting_since: datetime | None = None
    lead: str | None = None
    supporting: tuple[str, ...] = ()
    suggestion: str | None = None
    suggestion_score: float | None = None
    registered_at: datetime | None = None
    dispatched_at: datetime | None = None
    accepted_at: datetime | None = None
    contacted_at: datetime | None = None
    contact_exempt: str | None = None
    handled_at: datetime | None = None
    closed_at: datetime | None = None
    extension_asked: bool = False
    suspension_asked: bool = False
    commitment_due: bool = False
    supervision: str = ""
    callback_review: str = ""
    awaits_ruling: bool = False
    wish: str = ""
    stop_words: bool = False
    drawn_at: datetime | None = None
    drawn_category: str | None = None
    drawn_lead: str | None = None
    check_verdict: str | None = None
    fell_back: str | None = None
    open_tasks: int = 0
    orders: int = 0
    returns: int = 0
    extensions: int = 0
    reworks: int = 0
    follow_ups: int = 0
    citizen_missed_by: Owner = NOBODY
    reopenings: int = 0
    callback_attempts: int = 0
    callbacks: int = 0
    undelivered: int = 0
    callback_outcome: str | None = None
    contacted: str | None = None
    solved: str | None = None
    attitude: str | None = None
    result: str | None = None
    first_contacted: str | None = None
    first_solved: str | None = None
    first_result: str | None = None
    first_lead: str | None = None
    city_solved: str | None = None
    city_satisfaction: str | None = None
    outcome: str | None = None
    ruling: str | None = None
    incident: str | None = None
    merged_into: str | None = None
    marks: tuple[str, ...] = ()
    desk: tuple[str, ...] = ()


@dataclass(frozen=True)
class OrderRow:
    """One order to a lead department: when it was given, whether it was accepted, or returned and with what ruling."""

    ticket: str
    number: int
    lead: str
    given_at: datetime
    binding: bool = False
    accepted_at: datetime | None = None
    presumed: bool = False
    contacted_at: datetime | None = None
    returned_at: datetime | None = None
    upheld: bool | None = None


@dataclass(frozen=True)
class ClockRow:
    """One clock of a ticket as sla last told of it; `due` to `due_latest` is a span only while it is provisional."""

    ticket: str
    clock_id: str
    clock: str
    owner: Owner
    started_at: datetime
    due: datetime
    due_latest: datetime
    status: ClockStatus = "running"
    breached: bool = False
    ended_at: datetime | None = None
    late: bool | None = None


class Visit(NamedTuple):
    """One visit in the ledger, as the door took it; of the address its compound and sub-district."""

    receipt: str
    visitor: str
    unit: str
    household: str
    compound: str | None
    subdistrict: str | None
    visited_at: datetime
    received_at: datetime
    latitude: float
    longitude: float
    accuracy: float
    problems: int
    doubts: list[str]


class SettledDoubts(NamedTuple):
    """What a person of the survey office found about the doubts of a visit."""

    visit: str
    verdict: str
    reason: str
    settled_by: str
    settled_at: datetime


class Device(NamedTuple):
    """A device that a visitor asked for, or that was bound: by first use, or as somebody approved."""

    receipt: str
    visitor: str
    happened: Literal["requested", "bound", "declined"]
    reason: str | None
    approved_by: str | None
    at: datetime
    device: str | None = None
