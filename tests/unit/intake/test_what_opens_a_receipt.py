"""A receipt shows its own submission and its own requester's tickets, and opens by the number that was left."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import pytest

from doors.phones import without_extension
from schemas.sealed import masked_phone
from services.intake.core.state import Decision

MINE: Final = {"phone": "13800000001", "wechat": "wx-1"}
OTHERS: Final = {"phone": "13800000002"}
AGENT: Final = {"id": "a-1", "name": "林悦"}
OFFICER: Final = {"id": "p-xu", "name": "徐文珏"}
CLERK: Final = {"id": "h-1", "name": "陈工"}

RELATIONS: Final[dict[str, tuple[dict[str, Any], bool]]] = {
    "the requester by telephone": ({"contact": {"phone": "13800000001"}}, True),
    "the requester by account": ({"contact": {"wechat": "wx-1"}}, True),
    "a stranger with a telephone": ({"contact": OTHERS}, False),
    "nobody who says who they are": ({}, False),
    "somebody whom an agent verified": ({"agent": AGENT, "verified": "details_confirmed"}, False),
}
"""Who acts on a ticket that exists, and whether its receipt shows the ticket."""
ACTS: Final[dict[str, dict[str, Any]]] = {
    "follow-up": {"mode": "press", "text": "怎么还没修"},
    "provide-info": {"text": "三楼"},
    "withdraw": {"reason": "不用了"},
}


class Kept(NamedTuple):
    """What a receipt shows, and what opens it."""

    shown: bool
    tickets: tuple[str, ...]
    factor: str | None


def taken(front: Any, topic: str, kind: str, content: dict[str, Any]) -> tuple[str, Kept]:
    decision = front.take(topic, kind, content)
    assert isinstance(decision, Decision)
    verdict = decision.verdict
    assert verdict is not None
    assert verdict.refusal is None, verdict.refusal
    return verdict.receipt, Kept(verdict.shown, verdict.tickets, verdict.factor)


def opens(front: Any, receipt: str, number: str) -> str:
    found: str = front.state.config.secrets.second_factor(receipt, number)
    return found


@pytest.fixture
def ticket(front: Any, report: dict[str, Any]) -> str:
    _, kept = taken(front, "wechat", "register", {**report, "contact": MINE})
    return kept.tickets[0]


@pytest.mark.parametrize("relation", RELATIONS)
@pytest.mark.parametrize("act", ACTS)
def test_what_is_said_about_a_ticket(front: Any, ticket: str, act: str, relation: str) -> None:
    who, shown = RELATIONS[relation]
    receipt, kept = taken(front, "hotline", act, {**ACTS[act], **who, "ticket": ticket})
    phone = who.get("contact", {}).get("phone")
    assert (kept.shown, kept.tickets) == (shown, (ticket,))
    assert kept.factor == (opens(front, receipt, f"+86{phone}") if phone else None)


@pytest.mark.parametrize("changes", [{}, {"confidential": True}])
def test_a_report_shows_the_ticket_that_it_made(front: Any, report: dict[str, Any], changes: dict[str, Any]) -> None:
    receipt, kept = taken(front, "wechat", "register", {**report, **changes, "contact": MINE})
    assert (kept.shown, len(kept.tickets), kept.factor) == (True, 1, opens(front, receipt, "+8613800000001"))


def test_a_second_report_of_the_same_requester_shows_the_ticket_that_it_presses_for(
    front: Any, ticket: str, report: dict[str, Any]
) -> None:
    receipt, kept = taken(front, "hotline", "register", {**report, "contact": MINE})
    assert kept == Kept(shown=True, tickets=(ticket,), factor=opens(front, receipt, "+8613800000001"))


@pytest.mark.parametrize("agent", [None, AGENT])
def test_a_report_about_somebody_elses_ticket_shows_its_own_alone(
    front: Any, ticket: str, report: dict[str, Any], agent: dict[str, str] | None
) -> None:
    said = {**report, "contact": OTHERS, "about": ticket, "agent": agent}
    receipt, kept = taken(front, "hotline", "register", said)
    assert ticket not in kept.tickets
    assert (kept.shown, kept.factor) == (True, opens(front, receipt, "+8613800000002"))


def test_a_visit_and_a_call_answered_on_the_line_open_with_the_number_that_was_left(
    front: Any, visit: dict[str, Any], report: dict[str, Any]
) -> None:
    receipt, kept = taken(front, "survey", "record-visit", {**visit, "contact": MINE, "problems": [{"text": "漏水"}]})
    assert (kept.shown, kept.factor) == (True, opens(front, receipt, "+8613800000001"))
    answered = {**report, "contact": MINE, "answer": "可到社区事务中心办理。", "agent": AGENT}
    receipt, kept = taken(front, "hotline", "answer-on-line", answered)
    assert (kept.shown, kept.factor) == (True, opens(front, receipt, "+8613800000001"))


@pytest.mark.parametrize("changes", [{"contact": {"wechat": "wx-3"}}, {"contact": MINE, "requester_kind": "anonymous"}])
def test_a_report_without_a_number_and_one_of_nobody_open_for_nobody(
    front: Any, report: dict[str, Any], changes: dict[str, Any]
) -> None:
    _, kept = taken(front, "wechat", "register", {**report, **changes})
    assert (kept.shown, kept.factor) == (True, None)


@pytest.mark.parametrize(
    ("topic", "act", "content"),
    [
        ("office", "nudge", {"reason": "请抓紧", "by": OFFICER}),
        ("department.housing", "accept", {"by": CLERK}),
        ("callback", "note-unreached", {"by": CLERK}),
    ],
)
def test_what_staff_do_opens_for_nobody(front: Any, ticket: str, topic: str, act: str, content: dict[str, Any]) -> None:
    _, kept = taken(front, topic, act, {**content, "ticket": ticket})
    assert (kept.shown, kept.factor) == (False, None)


@pytest.mark.parametrize(
    ("phone", "number"),
    [
        ("13800000001", "+8613800000001"),
        ("+86 138-0000-0001", "+8613800000001"),
        ("１３８ 0000 0001", "+8613800000001"),
        ("021-65001234 转 8001", "+862165001234"),
        ("12", None),
        ("", None),
    ],
)
def test_a_number_opens_however_it_is_written_and_without_its_extension(phone: str, number: str | None) -> None:
    assert without_extension(phone) == number


@pytest.mark.parametrize("phone", ["13812345678", "021-65001234", "021-65001234 转 8001"])
def test_what_a_mask_shows_of_a_number_opens_nothing(front: Any, report: dict[str, Any], phone: str) -> None:
    """Departments read the mask, and the receipt can stand beside it."""
    receipt, kept = taken(front, "wechat", "register", {**report, "contact": {"phone": phone}})
    mask = masked_phone(phone)
    told = {mask, mask.replace("*", ""), mask[-4:], mask[:3], mask.replace("*", "0")}
    tried = {front.state.config.secrets.second_factor(receipt, without_extension(each)) for each in told}
    assert kept.factor is not None
    assert kept.factor not in tried | {opens(front, receipt, each) for each in told}
