"""What the requester wants the centre to decide is seen wherever a ticket is looked up, also after its end."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from rulebook import load_policy
from schemas.values import TicketState
from services.trace.core.holder import CENTRE, holder_of
from services.trace.core.rows import Summary
from services.trace.edges.answers import Answers
from services.trace.edges.calendars import Calendars
from services.trace.edges.lookup import TicketStanding
from services.trace.edges.words import Words
from tools.client import render
from tools.terminal import Terminal
from worktime import Calendar, OfficeHours

WORDS = Words(load_policy(Path(__file__).resolve().parents[3] / "policy"))
ANSWERS = Answers(WORDS, Calendars(Calendar.published()), OfficeHours())


def read(state: TicketState, wish: str) -> list[str]:
    """The header of a ticket, and its line in a list."""
    plain = Summary("26091403000175", state=state.value, lead="housing", wish=wish)
    holder, waits_for = holder_of(plain)
    summary = Summary(
        "26091403000175", state=state.value, lead="housing", wish=wish, holder=holder, waits_for=waits_for
    )
    told: Any = ANSWERS.standing(TicketStanding(summary, None, None, 0), looks=True)
    found = []
    for shown in (render.header(told), render.tickets([told], title="工单")):
        file = io.StringIO()
        Terminal(file=file, width=300).print(shown)
        found.append(file.getvalue())
    return found


def test_of_a_ticket_that_ended_the_centre_has_to_say_whether_it_goes_on() -> None:
    for shown in read(TicketState.CLOSED, "reopening"):
        assert "待决定重启" in shown
        assert WORDS.party(CENTRE) in shown


def test_a_withdrawal_stands_beside_what_the_ticket_waits_for() -> None:
    for shown in read(TicketState.DISPATCHED, "withdrawal"):
        assert "待确认撤诉" in shown
        assert WORDS.department("housing") in shown


@pytest.mark.parametrize("state", [TicketState.CLOSED, TicketState.WITHDRAWN])
def test_where_nothing_was_asked_nobody_holds_what_has_ended(state: TicketState) -> None:
    header, listed = read(state, "")
    assert "现由" not in header
    assert WORDS.party(CENTRE) not in listed
