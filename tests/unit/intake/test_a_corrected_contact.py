"""Whose ticket it is follows the contact: a corrected one, or one that a verified caller left where there was none."""

from __future__ import annotations

from typing import Any, Final

import pytest

from schemas import dispatch as d
from schemas.correction import Correction
from schemas.inbound import FollowUp
from schemas.tickets import ActionReceived, Registered
from schemas.values import Actor, Contact
from services.intake.core.news import Newsroom
from services.intake.core.state import KnownTicket
from services.intake.reactions import OpensBy, react

WRONG: Final = {"phone": "13800000001"}
RIGHT: Final = {"phone": "13900000002"}
AGENT: Final = {"id": "a-1", "name": "话务员"}
BY: Final = {"id": "p-xu", "name": "徐文珏"}


@pytest.fixture
def ticket(front: Any, report: dict[str, Any]) -> KnownTicket:
    """Given a ticket under a number that was written down wrongly."""
    (registered, *_) = front.took("hotline", "register", {**report, "contact": WRONG, "agent": AGENT})
    assert isinstance(registered, Registered)
    known: KnownTicket = front.state.tickets[registered.ticket]
    return known


def corrected(front: Any, ticket: KnownTicket) -> KnownTicket:
    """The centre corrects the number, and dispatch says so."""
    order = {"ticket": ticket.id, "by": BY, "contact": RIGHT, "reason": "号码记错。"}
    (received, *_) = front.took("office", "correct", order)
    assert isinstance(received, ActionReceived)
    assert received.requester is not None
    new = Correction(contact=Contact(phone=RIGHT["phone"]), requester=received.requester.phone)
    fact = d.Corrected(ticket=ticket.id, by=Actor(), old=Correction(), new=new, reason="号码记错。")
    known = react(fact, front.now, ticket, Newsroom({}, front.state.config.policy)).ticket
    assert known is not None
    front.state.tickets[known.id] = known
    front.state.open_by_requester = {known.requester or "": [known]}
    return known


def test_who_repeats_it_under_the_right_number_presses_and_the_wrong_one_is_somebody_else(
    front: Any, report: dict[str, Any], ticket: KnownTicket
) -> None:
    known = corrected(front, ticket)
    assert known.requester != ticket.requester
    (pressed, *_) = front.took("hotline", "register", {**report, "contact": RIGHT})
    assert isinstance(pressed, ActionReceived)
    assert (pressed.ticket, pressed.matched) == (ticket.id, True)
    (another, *_) = front.took("hotline", "register", {**report, "contact": WRONG})
    assert isinstance(another, Registered)


def test_who_calls_about_it_is_found_by_the_right_number_alone(front: Any, ticket: KnownTicket) -> None:
    corrected(front, ticket)
    for contact, matched in ((RIGHT, True), (WRONG, False)):
        content = {"ticket": ticket.id, "mode": "press", "text": "怎么还没修", "contact": contact}
        decision = front.take("hotline", "follow-up", content)
        (received, *_) = (each.message for each in decision.says)
        assert received.matched is matched
        assert decision.verdict.spoke_as == front.state.config.secrets.identities(Contact.model_validate(contact))


def test_a_part_whose_number_was_corrected_is_not_its_wholes_requesters(front: Any, ticket: KnownTicket) -> None:
    part = ticket._replace(id=f"{ticket.id}-1")
    front.state.tickets[part.id] = part
    corrected(front, part)
    content = {"ticket": part.id, "mode": "press", "text": "怎么还没修", "contact": WRONG}
    (received, *_) = front.took("wechat", "follow-up", content)
    assert received.matched is False


def test_a_part_is_known_by_the_account_of_its_whole(front: Any, ticket: KnownTicket) -> None:
    whole = ticket._replace(account="w-1")
    opened = d.Opened.model_validate(
        {
            "ticket": f"{ticket.id}-1",
            "by": Actor(),
            "receipt": ticket.receipt,
            "channel": "hotline",
            "kind": "help",
            "requester_kind": "resident",
            "requester": ticket.requester,
            "contact": {},
            "place": {"text": "平凉路"},
            "text": "灯坏",
            "tier": "simple",
            "part_of": ticket.id,
        }
    )
    part = react(opened, front.now, whole, Newsroom({}, front.state.config.policy)).ticket
    assert part is not None
    assert (part.id, part.requester, part.account) == (opened.ticket, ticket.requester, "w-1")


@pytest.mark.parametrize(
    ("was", "now", "requester", "number"),
    [
        ("13800000001", "13900000002", "h-2", "+8613900000002"),
        ("13900000002", "021-65001234 转 8001", "h-3", "+862165001234"),
        (None, "13900000002", "h-2", "+8613900000002"),
    ],
)
def test_its_receipt_opens_by_the_number_that_stands(
    front: Any, ticket: KnownTicket, was: str | None, now: str, requester: str, number: str
) -> None:
    known = ticket if was else ticket._replace(requester=None)
    new = Correction(contact=Contact(phone=now), requester=requester)
    old = Correction(contact=Contact(phone=was))
    fact = d.Corrected(ticket=ticket.id, by=Actor(), old=old, new=new, reason="号码记错。")
    found = react(fact, front.now, known, Newsroom({}, front.state.config.policy)).opens
    assert found == OpensBy(ticket.receipt, number)


def test_a_part_is_its_own_and_its_number_opens_nobody_elses_receipt(front: Any, ticket: KnownTicket) -> None:
    """The receipt is the whole's: it goes on opening by the number of whoever reported the whole."""
    part = ticket._replace(id=f"{ticket.id}-1")
    new = Correction(contact=Contact(phone="13900000002"), requester="h-2")
    old = Correction(contact=Contact.model_validate(WRONG))
    fact = d.Corrected(ticket=part.id, by=Actor(), old=old, new=new, reason="号码记错。")
    reaction = react(fact, front.now, part, Newsroom({}, front.state.config.policy))
    assert reaction.opens is None
    assert reaction.ticket is not None
    assert reaction.ticket.requester == "h-2"


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        (
            Correction(contact=Contact.model_validate(WRONG)),
            Correction(contact=Contact.model_validate({**WRONG, "name": "王阿姨"})),
            True,
        ),
        (Correction(), Correction(text="灯不亮"), True),
        (Correction(contact=Contact()), Correction(contact=Contact.model_validate(RIGHT)), False),
    ],
    ids=["another name", "another text", "nobody"],
)
def test_what_corrects_no_number_and_what_nobody_left_opens_nothing(
    front: Any,
    ticket: KnownTicket,
    old: Correction,
    new: Correction,
    named: bool,  # noqa: FBT001 - a case of the table
) -> None:
    known = ticket if named else ticket._replace(requester=None)
    fact = d.Corrected(ticket=ticket.id, by=Actor(), old=old, new=new, reason="记错。")
    assert react(fact, front.now, known, Newsroom({}, front.state.config.policy)).opens is None


CONFIRMED: Final = {"agent": AGENT, "verified": "details_confirmed"}


@pytest.mark.parametrize(
    ("first", "how", "taken"),
    [
        ({}, CONFIRMED, True),
        ({"name": "王阿姨"}, CONFIRMED, True),
        (WRONG, CONFIRMED, False),
        ({}, {"agent": AGENT}, False),
        ({}, {"agent": AGENT, "verified": "number_matched"}, False),
    ],
    ids=str,
)
def test_a_number_is_passed_on_where_there_was_none_and_an_agent_verified_the_caller(
    front: Any,
    report: dict[str, Any],
    first: dict[str, str],
    how: dict[str, Any],
    taken: bool,  # noqa: FBT001 - a case of the table
) -> None:
    (registered, *_) = front.took("hotline", "register", {**report, "contact": first, "agent": AGENT})
    content = {"ticket": registered.ticket, "mode": "add", "text": "这是我的电话", "contact": RIGHT, **how}
    (received, *_) = front.took("hotline", "follow-up", content)
    assert isinstance(received.action, FollowUp)
    assert (received.action.contact is not None, received.requester is not None) == (taken, taken)
