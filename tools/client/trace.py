"""Asking trace over HTTP what it knows. Of the fields of an answer those are named here that a terminal shows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen

from schemas import values
from services.trace.for_tools import (
    ClocksAnswer,
    EntryAnswer,
    RatesAnswer,
    ReceiptAnswer,
    SummaryAnswer,
    TicketAnswer,
    TicketsAnswer,
)
from tools.client.addresses import load_addresses
from tools.errors import SaidClearly

_SECONDS: Final = 30
_PAGE: Final = 1000

ENDED: Final = frozenset(state.value for state in (*values.ENDED, values.TicketState.MERGED))
"""The states, by the words of its summary, in which a ticket has come to its end."""


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
