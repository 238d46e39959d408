"""Asking trace over HTTP what it knows. Of the fields of an answer those are named here that a terminal shows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final, TypedDict, final
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen

from schemas import values
from tools.client.addresses import load_addresses
from tools.errors import SaidClearly

_SECONDS: Final = 30
_PAGE: Final = 1000

ENDED: Final = frozenset(state.value for state in (*values.ENDED, values.TicketState.MERGED))
"""The states, by the words of its summary, in which a ticket has come to its end."""


class StandingNames(TypedDict):
    """Who holds, leads and supports a ticket, its state and category, as people say them."""

    state: str
    holder: str
    lead: str
    supporting: str
    category: str


class StandingWords(StandingNames, total=False):
    """The other codes of a ticket, where it has them, as people say them."""

    waits_for: str
    channel: str
    kind: str
    tier: str
    ruling: str


class StandingAnswer(TypedDict):
    """Where a ticket stands; moments are ISO 8601 with their zone."""

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
    """One fact of a ticket: when, who, what, and the place among the entries of what caused it."""

    at: str
    topic: str
    type: str
    who: str
    words: str
    body: dict[str, Any]
    caused_by: int | None


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


def ticket(name: str) -> TicketAnswer | ReceiptAnswer:
    """Ask where the ticket of a number stands, or what came of a receipt."""
    answer: TicketAnswer | ReceiptAnswer = ask("tickets", name)
    return answer


def standing(number: str) -> TicketAnswer:
    """Ask where a ticket stands."""
    answer: TicketAnswer = ask("tickets", number)
    return answer


def of_incident(code: str) -> ReceiptAnswer:
    """Ask for the members of an incident, and for every fact of the incident itself."""
    answer: ReceiptAnswer = ask("tickets", code)
    return answer


def timeline(number: str) -> list[EntryAnswer]:
    """Ask for every fact of a ticket, in order."""
    entries: list[EntryAnswer] = ask("tickets", number, "timeline")["entries"]
    return entries


def clocks(name: str, clock: str | None = None) -> ClocksAnswer:
    """Ask for the clocks of a ticket, or one of them."""
    answer: ClocksAnswer = ask("tickets", name, "clocks", query={"clock": clock})
    return answer


def tickets(
    *,
    state: str | None = None,
    department: str | None = None,
    overdue: bool | None = None,
    limit: int | None = None,
    after: str | None = None,
) -> TicketsAnswer:
    """Ask for a page of tickets; what is None does not matter."""
    late = None if overdue is None else str(overdue).lower()
    query = {"state": state, "department": department, "overdue": late, "limit": limit, "after": after}
    answer: TicketsAnswer = ask("tickets", query=query)
    return answer


def all_tickets(
    *, state: str | None = None, department: str | None = None, overdue: bool | None = None
) -> TicketsAnswer:
    """Ask for every page of tickets."""
    whole = answer = tickets(state=state, department=department, overdue=overdue, limit=_PAGE)
    while answer["next"] is not None:
        answer = tickets(state=state, department=department, overdue=overdue, limit=_PAGE, after=answer["next"])
        whole["tickets"] += answer["tickets"]
    return {**whole, "next": None}


def summary() -> SummaryAnswer:
    """Ask how many tickets there are."""
    answer: SummaryAnswer = ask("summary")
    return answer


def rates(*, by: str | None = None, rate: str | None = None, window: tuple[str, str] | None = None) -> RatesAnswer:
    """Ask for the rates of a window, the last thirty days where none is named; split where asked."""
    since, until = window or (None, None)
    answer: RatesAnswer = ask("rates", query={"by": by, "rate": rate, "from": since, "to": until})
    return answer


def behind(
    rate: str, *, by: str | None = None, part: str | None = None, window: tuple[str, str] | None = None
) -> RatesAnswer:
    """Ask for one rate of a window with every ticket behind it, or behind one part of it ('' for those of none)."""
    since, until = window or (None, None)
    query = {"by": by, "rate": rate, "from": since, "to": until, "ids": "true", "part": part, "limit": _PAGE}
    whole: RatesAnswer = ask("rates", query=query)
    (rated,) = whole["rates"]
    # Of a window that ends now every page is of the same moment.
    fixed = {"from": whole["from"], "to": whole["to"]}
    while rated["next"] is not None:
        page: RatesAnswer = ask("rates", query={**query, **fixed, "after": rated["next"]})
        rated["next"] = page["rates"][0]["next"]
        for verdict, numbers in page["rates"][0]["tickets"].items():
            rated["tickets"].setdefault(verdict, []).extend(numbers)
            rated["verdicts"][verdict] = page["rates"][0]["verdicts"][verdict]
    return whole


def ask(*path: str, query: Mapping[str, object] | None = None, body: Mapping[str, object] | None = None) -> Any:
    """Return the JSON that trace answers, to a body where there is one; say clearly what is wrong where it does not."""
    addresses = load_addresses()
    base = addresses.trace_url
    if not base:
        raise SaidClearly("Where trace answers is not known. Set LIUHEN_TRACE_URL, such as http://127.0.0.1:18081.")
    given = {name: value for name, value in (query or {}).items() if value is not None}
    url = f"{base.rstrip('/')}/v1/{'/'.join(quote(part, safe='') for part in path)}?{urlencode(given)}"
    data = None if body is None else json.dumps(body).encode()
    shown = {"Authorization": f"Bearer {addresses.logged_in()}"}
    request = Request(url, data=data, headers=shown)  # noqa: S310 - the address is an operator's
    try:
        with urlopen(request, timeout=_SECONDS) as answer:  # noqa: S310 - the same
            return json.load(answer)
    except HTTPError as error:
        raise SaidClearly(_reason(error)) from None
    except (URLError, TimeoutError) as error:
        raise SaidClearly(f"Trace does not answer at {base} ({getattr(error, 'reason', error)}).") from None


def _reason(error: HTTPError) -> str:
    try:
        told = json.load(error)
    except ValueError:
        return f"Trace answered {error.code} {HTTPStatus(error.code).phrase}."
    numbers = "".join(f"\n  {number}" for number in told.get("tickets", ()))
    return f"{told.get('detail', error.code)}{numbers}"
