"""What trace answers, as types: OpenAPI is made of them, tools read by them, a walk of the running door holds them.

Of the fields of an answer those are named here that somebody reads; moments are ISO 8601 with their zone.
"""

from __future__ import annotations

from typing import Any, NotRequired, final

from typing_extensions import TypedDict


class StandingNames(TypedDict):
    """Who holds, leads and supports a ticket, its state and category, as people say them."""

    state: str
    holder: str
    lead: str
    supporting: str
    category: str


class StandingWords(StandingNames, total=False):
    """The other codes of a ticket, where it has them, as people say them; `wish` is what the centre has to decide."""

    waits_for: str
    wish: str
    channel: str
    kind: str
    tier: str
    ruling: str


class StandingAnswer(TypedDict):
    """Where a ticket stands; moments are ISO 8601 with their zone. The receipt is for whoever may look at contacts."""

    ticket: str
    receipt: str | None
    holder: str
    lead: str | None
    place: str | None
    category: str | None
    gist: str | None
    waiting_since: str | None
    due: str | None
    citizen_due: str | None
    closed_at: str | None
    overdue: int
    returns: int
    extensions: int
    reworks: int
    follow_ups: int
    reopenings: int
    incident: str | None
    tier: str | None
    supervision: str
    words: StandingWords


class HeldFor(TypedDict):
    """A stretch of time that was one party's, and its minutes of office time."""

    party: str
    minutes: int
    words: str


@final
class TicketAnswer(StandingAnswer):
    """Where one ticket stands, whose the ball was until now, and how many office minutes a working day has."""

    ball: list[HeldFor]
    minutes_of_a_day: int


class EntryAnswer(TypedDict):
    """One fact of a ticket: when, who, what, and the place, in the whole timeline, of what caused it."""

    at: str
    topic: str
    type: str
    who: str
    words: str
    body: dict[str, Any]
    caused_by: int | None


class TimelineAnswer(TypedDict):
    """What happened to a ticket, in order, from the place `first` on; `next` asks for what follows."""

    ticket: str
    entries: list[EntryAnswer]
    first: int
    next: str | None


@final
class ReceiptAnswer(TypedDict):
    """What came of a submission that became several tickets, or none."""

    receipt: str
    tickets: list[StandingAnswer]
    timeline: list[EntryAnswer]


class ClockWords(TypedDict):
    """The codes of a clock as people say them."""

    clock: str
    owner: str
    status: str


class ClockStanding(TypedDict):
    """One clock of a ticket, and line by line why it is due when it is."""

    clock: str
    started_at: str
    due: str
    due_latest: str
    overdue: bool
    lines: list[str]
    words: ClockWords


class ClocksAnswer(TypedDict):
    """The clocks of one ticket."""

    ticket: str
    clocks: list[ClockStanding]


class TicketsAnswer(TypedDict):
    """A page of tickets, the newest first: how many there are in all, and after which the next page begins."""

    tickets: list[StandingAnswer]
    total: int
    next: str | None


class SummaryWords(TypedDict):
    """The codes that tickets are counted by, as people say them."""

    by_state: dict[str, str]
    by_channel: dict[str, str]


class SummaryAnswer(TypedDict):
    """How many tickets there are, by state and by channel."""

    by_state: dict[str, int]
    by_channel: dict[str, int]
    words: SummaryWords


class RateBand(TypedDict):
    """Of a department its class, the rate of that, and where it lies from it; None for what has none, or too few.

    `dispersion` is how much more the departments of the class differ than chance lets them, `expected` how many would
    count if this one were like its class in each category, and `ratio` what counts by what is expected.
    """

    class_words: str | None
    class_rate: float | None
    dispersion: float | None
    band: str | None
    band_words: str | None
    expected: float | None
    ratio: float | None


class RateRow(RateBand):
    """A rate's figures of one part; `value` is None where nothing was counted, or where the rate is a number alone.

    `interval` is Wilson's, of what is a sample of all that there is.
    """

    part: str | None
    words: str
    numerator: float
    denominator: float
    value: float | None
    interval: tuple[float, float] | None
    left_out: dict[str, int]


class RateTickets(TypedDict, total=False):
    """The tickets behind a rate by what they count as, where they were asked for, and where the next page begins."""

    tickets: dict[str, list[str]]
    next: str | None


class RateAnswer(RateTickets):
    """One rate of a window."""

    name: str
    title: str
    rows: list[RateRow]
    verdicts: dict[str, str]


RatesAnswer = TypedDict("RatesAnswer", {"from": str, "to": str, "rates": list[RateAnswer]})
"""The rates of one window."""


class VisitWords(TypedDict):
    """The codes of a visit as people say them."""

    unit: str
    subdistrict: str
    doubts: list[str]
    verdict: str | None


class VisitAnswer(TypedDict):
    """One visit of the ledger."""

    receipt: str
    visitor: str
    compound: str | None
    visited_at: str
    received_at: str
    problems: int
    doubts: list[str]
    verdict: str | None
    reason: str | None
    settled_by: str | None
    settled_at: str | None
    words: VisitWords


class VisitsAnswer(TypedDict):
    """A page of the ledger, the newest visit first."""

    visits: list[VisitAnswer]
    total: int
    next: str | None


class CoveredPart(TypedDict):
    """How a unit visited, or a compound was visited."""

    words: str
    visits: int
    households: int
    visitors: int
    problems: int
    doubted: int
    last: str | None


class CoverageAnswer(TypedDict):
    """Every unit or compound that the policy knows, also those without a visit."""

    by: str
    parts: list[CoveredPart]
    covered: int
    of: int


class DeviceRequestAnswer(TypedDict):
    """A visitor who waits for another device."""

    receipt: str
    visitor: str
    device: str | None
    reason: str
    at: str


class DeviceRequestsAnswer(TypedDict):
    """Who waits for another device, the longest waiting first."""

    requests: list[DeviceRequestAnswer]
    total: int


class WayAnswer(TypedDict):
    """One ticket's office minutes from the door to the department, or up to now."""

    ticket: str
    unit_words: str | None
    minutes: int
    arrived: bool
    left_out: str | None


class HalfHourTickets(TypedDict, total=False):
    """Each ticket, where they were asked for."""

    tickets: list[WayAnswer]


class HalfHourAnswer(HalfHourTickets):
    """How the ways lie; `share` is of those that arrived or wait longer than was promised."""

    promised: int
    arrived: int
    within: int
    counted: int
    share: float | None
    waiting: int
    percentiles: dict[str, int]
    histogram: list[tuple[int | None, int]]
    left_out: dict[str, int]
    words: dict[str, str]


class MeAnswer(TypedDict):
    """Who is logged in, with the roles of today."""

    person: str
    name: str
    roles: list[str]
    department: str | None


class SessionAnswer(MeAnswer):
    """A session that began, and until when it goes."""

    session: str
    until: str


class QueueAnswer(TypedDict):
    """One queue of the desk: how much waits, and a page of it for whoever may see more than that."""

    queue: str
    words: str
    total: int
    items: NotRequired[list[dict[str, Any]]]
    next: NotRequired[str | None]


class DeskAnswer(TypedDict):
    """What waits in the office, queue by queue."""

    queues: list[QueueAnswer]


class GapsAnswer(TypedDict):
    """What was not heard although something later of the same source was."""

    gaps: list[dict[str, Any]]


class PersonAnswer(TypedDict):
    """Somebody of the office, by id and name."""

    id: str
    name: str


class RoleAnswer(TypedDict):
    """A role that somebody held, lent by `stead`; from a day until a day, both included, where it has such."""

    person: PersonAnswer
    role: str
    stead: str | None
    begins: str | None
    ends: str | None


class RightAnswer(TypedDict):
    """Something that somebody could do; `urgent_only` on urgent tickets alone."""

    person: PersonAnswer
    act: str
    role: str
    urgent_only: bool


class RightsAnswer(TypedDict):
    """Who of the office could do what at a moment: the policy that stood, who applied it, roles and acts."""

    at: str
    policy: str
    by: PersonAnswer
    roles: list[RoleAnswer]
    duties: list[RightAnswer]
    now: str
