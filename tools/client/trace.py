"""Asking trace over HTTP what it knows. Of the fields of an answer those are named here that a terminal shows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from schemas import values
from services.trace.for_tools import (
    ClocksAnswer,
    EntryAnswer,
    RatesAnswer,
    ReceiptAnswer,
    RightsAnswer,
    SummaryAnswer,
    TicketAnswer,
    TicketsAnswer,
    TimelineAnswer,
)
from tools.client.addresses import load_addresses
from tools.client.asking import ask as ask_door
from tools.errors import SaidClearly

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
    answer: TimelineAnswer = ask("tickets", number, "timeline")
    entries = answer["entries"]
    while answer["next"] is not None:
        answer = ask("tickets", number, "timeline", query={"after": answer["next"]})
        entries += answer["entries"]
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


def rights(at: str, *, person: str | None = None, act: str | None = None) -> RightsAnswer:
    """Ask who could do what at a moment."""
    answer: RightsAnswer = ask("rights", query={"at": at, "person": person, "duty": act})
    return answer


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
    if not addresses.trace_url:
        raise SaidClearly("不知道留痕的地址。请设置 LIUHEN_TRACE_URL，如 http://127.0.0.1:18081。")
    data = None if body is None else json.dumps(body).encode()
    return ask_door(addresses.trace_url, path, addresses.logged_in(), query=query, body=data)
