"""The published rates: what each counts, leaves out and is dated by, and the statements that count it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from rulebook.rules import Rates
from schemas.values import Contacted
from services.trace.core.lateness import late

AUTOMATIC: Final = "automatic_dispatch"
"""The rate of what policy dispatched rightly, of what a person checked."""
NO_CALLBACK: Final = "no_callback"
NO_CITY_VERDICT: Final = "no_city_verdict"
NOT_OF_THE_CITY: Final = "not_of_the_city"


class RateSource(StrEnum):
    """What a rate counts: tickets, clocks of tickets, or orders to departments."""

    TICKETS = "summary s"
    CLOCKS = "clock c join summary s using (ticket)"
    ORDERS = "orders o join summary s using (ticket)"


_KEYS: Final[Mapping[RateSource, str]] = {
    RateSource.TICKETS: "s.ticket",
    RateSource.CLOCKS: "c.clock_id",
    RateSource.ORDERS: "o.number::text",
}
"""What tells apart the rows of one ticket."""


class By(StrEnum):
    """What a rate can be split by."""

    DEPARTMENT = "department"
    CHANNEL = "channel"
    KIND = "kind"
    REQUESTER_KIND = "requester_kind"
    CATEGORY = "category"
    SUBDISTRICT = "subdistrict"


@dataclass(frozen=True, slots=True)
class Rate:
    """One rate: each row has one verdict; verdicts with a weight count, all others are left out and named.

    `axis` is the column that dates a row, `verdict` an SQL expression in which $3 is now. `answers` is the table of the
    vocabulary for verdicts that somebody gave; `callback` says which one is counted where it is not the decisive one.
    A rate that `counts_only` is a number of tickets and no share of anything.
    """

    name: str
    source: RateSource
    axis: str
    verdict: str
    weights: Mapping[str, float]
    department: str = "s.lead"
    category: str = "s.category"
    only: str = "true"
    answers: str = ""
    callback: str = ""
    counts_only: bool = False


_CLOSED, _REGISTERED, _DUE, _GIVEN = "s.closed_at", "s.registered_at", "c.due", "o.given_at"
_CLOCK_KEPT: Final = (
    f"case when {late('c', '$3')} then case c.status when 'met' then 'late' else 'overdue' end"
    " when c.status = 'met' then 'on_time'"
    " when c.status in ('stopped', 'lapsed') then 'fell_away'"
    " when c.status = 'paused' then 'paused' else 'not_due' end"
)
"""A clock that was missed stays missed for its owner, whatever ended it afterwards."""
_ON_TIME: Final = {"on_time": 1.0, "late": 0.0, "overdue": 0.0}
_CLAIMED: Final = (
    "case when s.requester_kind = 'anonymous' then 'anonymous' when s.lead is null then 'no_lead'"
    " when s.contacted_at is null then 'not_claimed' else 'claimed' end"
)
_FOLLOWED_UP: Final = "case when s.follow_ups > 0 then 'followed_up' else 'quiet' end"
_ACCEPTED: Final = (
    "case when o.accepted_at is not null then case when o.presumed then 'presumed' else 'accepted' end"
    " when o.returned_at is not null then 'returned' else 'open' end"
)
_RETURNED: Final = "case when o.binding then 'binding' when o.returned_at is null then 'kept' else 'returned' end"
_COVERED: Final = "coalesce(s.callback_outcome, case when s.lead is null then 'no_lead' else 'none' end)"
_LED_BEFORE: Final = "coalesce((select b.lead from summary b where b.ticket = s.recurrence_of), s.lead)"
"""A matter that came back is counted for whoever led it when it ended, whoever leads it now."""
_REWORKED: Final = "case when s.lead is null then 'no_lead' when s.reworks > 0 then 'reworked' else 'at_once' end"


def _theirs(verdict: str) -> str:
    """A verdict of a ticket that was somebody's to solve; what went elsewhere is left out, by where it went.

    Whoever was late, or took an order in time, did that whatever became of the ticket: rates of clocks and acceptance
    count it.
    """
    elsewhere = "('merged', 'transferred', 'not_accepted', 'withdrawn')"
    split = "s.state = 'split' or s.outcome = 'parts_ended'"
    return f"case when s.outcome in {elsewhere} then s.outcome when {split} then 'split' else {verdict} end"


def _owed_contact(verdict: str) -> str:
    """A verdict of a first contact; where nobody could be contacted none was owed, and the reason is named."""
    exempt = "when s.contact_exempt = 'no_number' then 'no_number' when s.contact_exempt is not null then 'anonymous'"
    return f"case {exempt} else {verdict} end"


def rates_of(policy: Rates) -> tuple[Rate, ...]:
    """Define every rate under the policy's weights; of the two callbacks the decisive one has the plain name."""
    rulings = {ruling.value: float(ruling in policy.solved) for ruling in policy.solved_base}
    grades = {grade.value: weight for grade, weight in policy.weights.items()}
    left_out = policy.first_contact_left_out
    contacted = {answer.value: float(answer is Contacted.YES) for answer in Contacted if answer not in left_out}
    ruling = "coalesce(s.ruling, 'no_ruling')"
    return (
        *_heard(policy, "first_contact", "contacted", contacted, "contacted"),
        Rate(
            "first_contact_claimed",
            RateSource.TICKETS,
            _CLOSED,
            _theirs(_owed_contact(_CLAIMED)),
            {"claimed": 1.0, "not_claimed": 0.0},
        ),
        Rate("actual_resolution", RateSource.TICKETS, _CLOSED, _theirs(ruling), rulings, answers="ruling"),
        *_heard(policy, "resolution_by_citizen", "solved", _SOLVED, "solved"),
        *_heard(policy, "satisfaction", "result", grades, "grade"),
        *(
            Rate(name, RateSource.TICKETS, _CLOSED, _of_the_city(column), weights, answers=answers)
            for name, column, weights, answers in (
                ("city_resolution", "solved", _SOLVED, "solved"),
                ("city_satisfaction", "satisfaction", grades, "grade"),
            )
        ),
        Rate("rework", RateSource.TICKETS, _CLOSED, _theirs(_REWORKED), {"reworked": 1.0, "at_once": 0.0}),
        Rate("callback_coverage", RateSource.TICKETS, _CLOSED, _theirs(_COVERED), _COVERAGE),
        *_OTHERS,
    )


def _heard(policy: Rates, name: str, column: str, weights: Mapping[str, float], answers: str) -> tuple[Rate, Rate]:
    """A rate of what was said on the decisive callback, and the same of the other one."""
    other = "first" if policy.decisive_callback == "last" else "last"
    decisive, beside = _answer(policy.decisive_callback, column), _answer(other, column)
    return (
        Rate(name, RateSource.TICKETS, _CLOSED, decisive, weights, _lead_of(policy.decisive_callback), answers=answers),
        Rate(
            f"{name}_other",
            RateSource.TICKETS,
            _CLOSED,
            beside,
            weights,
            _lead_of(other),
            answers=answers,
            callback=other,
        ),
    )


def _answer(callback: str, column: str) -> str:
    heard = f"coalesce(s.{'first_' if callback == 'first' else ''}{column}, '{NO_CALLBACK}')"
    return _theirs(_owed_contact(heard) if column == "contacted" else heard)


def _of_the_city(column: str) -> str:
    """What the city's own callback heard of a ticket that came down from it."""
    unheard = f"case when s.upstream is null then '{NOT_OF_THE_CITY}' else '{NO_CITY_VERDICT}' end"
    return _theirs(f"coalesce(s.city_{column}, {unheard})")


def _lead_of(callback: str) -> str:
    """An answer belongs to the lead of the round that it was given in."""
    return "coalesce(s.first_lead, s.lead)" if callback == "first" else "s.lead"


def _department_of(owner: str) -> str:
    return f"nullif(split_part({owner}, 'department:', 2), '')"


_SOLVED: Final = {"solved": 1.0, "partly": 0.0, "not": 0.0}
_COVERAGE: Final = {"recorded": 1.0, "unreached": 0.0, "none": 0.0}
_OTHERS: Final = (
    Rate(
        "on_time",
        RateSource.CLOCKS,
        _DUE,
        _CLOCK_KEPT,
        _ON_TIME,
        department=_department_of("c.owner"),
        only="c.clock = 'handling'",
    ),
    Rate(
        "citizen_on_time",
        RateSource.CLOCKS,
        _DUE,
        _CLOCK_KEPT,
        _ON_TIME,
        department=f"case s.citizen_missed_by when '' then s.lead else {_department_of('s.citizen_missed_by')} end",
        only="c.clock = 'citizen'",
    ),
    Rate(
        "acceptance",
        RateSource.ORDERS,
        _GIVEN,
        _ACCEPTED,
        {"accepted": 1.0, "presumed": 0.0},
        department="o.lead",
        only="not o.binding",
    ),
    Rate("return", RateSource.ORDERS, _GIVEN, _theirs(_RETURNED), {"returned": 1.0, "kept": 0.0}, department="o.lead"),
    Rate("follow_up", RateSource.TICKETS, _REGISTERED, _theirs(_FOLLOWED_UP), {"followed_up": 1.0, "quiet": 0.0}),
    Rate(
        "recurrence",
        RateSource.TICKETS,
        _REGISTERED,
        _theirs("case when s.recurrence_of is not null then 'recurred' else 'new' end"),
        {"recurred": 1.0, "new": 0.0},
        department=_LED_BEFORE,
    ),
    Rate(
        AUTOMATIC,
        RateSource.TICKETS,
        "s.drawn_at",
        "case s.check_verdict when 'right' then 'right' when 'wrong' then 'wrong' else 'unchecked' end",
        {"right": 1.0, "wrong": 0.0},
        department="s.drawn_lead",
        category="s.drawn_category",
        only="s.drawn_at is not null",
    ),
    Rate("received", RateSource.TICKETS, _REGISTERED, "'received'", {"received": 1.0}, counts_only=True),
)


IN_TIME_OR_COUNTED: Final = frozenset({"on_time", "citizen_on_time", "acceptance", "received", AUTOMATIC})
"""The rates of what was done before a matter went elsewhere, and of how many there were: these stay."""


def statement(rate: Rate, by: By | None) -> str:
    """Count the verdicts of a rate between $1 and $2, for each part; of departments for each category too."""
    category = "s.category" if by is By.DEPARTMENT else "null::text"
    return (
        f"select {part_of(rate, by)} as part, {rate.verdict} as verdict, {category} as category, count(*)::int as rows"
        f" {_rows(rate)} group by 1, 2, 3 order by 1, 2, 3"
    )


def tickets_statement(rate: Rate, by: By | None) -> str:
    """List the rows behind a rate with their verdicts, in the order of their axis.

    $4 is a part ('' for none, all if null), $5 how many at most; $6 to $8 are axis, ticket and key of the row before.
    """
    key = _KEYS[rate.source]
    return (
        f"select s.ticket, {rate.verdict} as verdict, {rate.axis} as at, {key} as key {_rows(rate)}"
        f" and ($4::text is null or coalesce({part_of(rate, by)}, '') = $4)"
        f" and ($6::timestamptz is null or ({rate.axis}, s.ticket, {key}) > ($6, $7::text, $8::text))"
        f" order by {rate.axis}, s.ticket, {key} limit $5"
    )


def referred_statement(rate: Rate) -> str:
    """List the tickets that count in a rate although their matter was referred to others; $4 are the verdicts."""
    return f"select distinct s.ticket {_rows(rate)} and s.state = 'transferred' and {rate.verdict} = any($4::text[])"


def part_of(rate: Rate, by: By | None) -> str:
    """Name the expression that a rate is split by."""
    if by is None:
        return "null::text"
    match by:
        case By.DEPARTMENT:
            return rate.department
        case By.CATEGORY:
            return rate.category
        case _:
            return f"s.{by.value}"


def _rows(rate: Rate) -> str:
    window = f"{rate.axis} >= $1 and {rate.axis} < $2 and $3::timestamptz is not null"
    return f"from {rate.source.value} where {rate.only} and {window}"
