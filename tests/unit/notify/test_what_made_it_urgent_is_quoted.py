"""Whoever is summoned reads the words that made it urgent, who said them and when, and how the ticket really stands."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from schemas import dispatch as d
from schemas.message import Message
from schemas.values import Actor, Channel, Clock, Party, PartyKind, Person, StopWord, Tier, Utterance
from services.notify.core.notice import Notice
from tests.support.notify import BY, MORNING, NIGHT, TICKET, Teller, citizens, dispatched, registered, started

HOUSING = Actor(party=Party(kind=PartyKind.DEPARTMENT, department="housing"), person=Person(id="h-1", name="张三"))
OFFICE = Actor(party=Party(kind=PartyKind.OFFICE), person=Person(id="p-xu", name="徐文珏"))
HOTLINE = Actor(party=Party(kind=PartyKind.HOTLINE), person=Person(id="a-1", name="坐席"))
GAS = StopWord(group="gas", name="燃气", reason="disaster", word="煤气")
CRY = "楼道里有煤气味，他说要同归于尽"


def said(by: Actor = HOTLINE, act: str = "follow_up", **changed: Any) -> Utterance:
    return Utterance(**{"act": act, "by": by, "text": CRY, **changed})


def found(utterance: Utterance, tier: Tier | None = Tier.URGENT) -> d.StopWordsFound:
    return d.StopWordsFound(ticket=TICKET, by=utterance.by, found=(GAS,), tier=tier, said=utterance)


def called(utterance: Utterance | None, call: int = 1) -> d.UrgentCalled:
    who = Person(id="p-min", name="闵建国")
    return d.UrgentCalled(ticket=TICKET, by=BY, call=call, person=who, reason="became_urgent", said=utterance)


def to(notices: list[Notice], audience: str) -> list[str]:
    return [each.text for each in notices if each.to.audience.kind == audience and each.to.way in ("sms", "call")]


@pytest.fixture
def teller() -> Teller:
    teller = Teller()
    for fact in (registered(text="楼道里的灯坏了"), citizens(), dispatched(), started(Clock.HANDLING)):
        teller.tell(fact)
    return teller


@pytest.mark.parametrize(
    ("utterance", "author"),
    [
        (said(), "诉求人3月2日23:00催办或者补充：“"),
        (said(HOUSING, "note_internally", inside=True), "房管局张三3月2日23:00"),
        (said(HOUSING, "request_return"), "房管局张三3月2日23:00申请退单：“"),
        (said(Actor(party=Party(kind=PartyKind.CALLBACK)), "record_callback"), "回访员3月2日23:00"),
    ],
)
def test_the_duty_officer_reads_who_said_what_and_when_before_what_the_matter_is(
    teller: Teller, utterance: Utterance, author: str
) -> None:
    teller.tell(found(utterance), NIGHT)
    # also whoever is called an hour later
    for later in (NIGHT, NIGHT + timedelta(hours=1)):
        texts = to(teller.tell(called(utterance), later), "duty_officer")
        assert len(texts) == 2
        for text in texts:
            assert author in text
            assert text.index(CRY) < text.index("楼道里的灯坏了")


def test_what_the_centre_did_is_named_without_words(teller: Teller) -> None:
    act = Utterance(act="classify", by=OFFICE)
    teller.tell(d.Classified(ticket=TICKET, by=OFFICE, category="0301-01", tier=Tier.URGENT))
    (sms, _) = to(teller.tell(called(act)), "duty_officer")
    assert "热线中心徐文珏3月2日10:00确定分类和难易程度" in sms


def test_the_department_reads_the_words_that_made_its_order_urgent(teller: Teller) -> None:
    texts = to(teller.tell(found(said()), NIGHT), "department")
    assert len(texts) == 2
    assert all(CRY in text and "前签收" in text for text in texts)


def test_a_department_that_has_signed_is_not_asked_to_sign_again(teller: Teller) -> None:
    teller.tell(d.Accepted(ticket=TICKET, by=HOUSING, department="housing", presumed=False))
    texts = to(teller.tell(found(said()), NIGHT), "department")
    assert len(texts) == 2
    assert all("签收" not in text and "前首报" in text for text in texts)


@pytest.mark.parametrize(
    "utterance",
    [
        said(withheld=True),
        said(Actor(party=Party(kind=PartyKind.DEPARTMENT, department="police")), "note_internally", inside=True),
        said(OFFICE, "assign"),
    ],
)
def test_a_department_reads_nothing_that_it_must_not(teller: Teller, utterance: Utterance) -> None:
    texts = to(teller.tell(found(utterance), NIGHT), "department")
    assert len(texts) == 2
    assert not any(CRY in text for text in texts)


def test_what_is_said_of_something_urgent_since_reaches_whoever_works_on_it_as_loudly(teller: Teller) -> None:
    teller.tell(d.Classified(ticket=TICKET, by=OFFICE, category="0301-01", tier=Tier.URGENT))
    texts = to(teller.tell(found(said(), tier=None), NIGHT), "department")
    assert len(texts) == 2
    assert all(CRY in text for text in texts)
    assert to(teller.tell(found(said(HOUSING, "report_handled"), tier=None), NIGHT), "department") == []


STANDS: list[tuple[list[Message], str]] = [
    ([], "已派房管局，未签收"),
    ([d.Accepted(ticket=TICKET, by=HOUSING, department="housing", presumed=False)], "房管局已签收"),
    ([d.Handled(ticket=TICKET, by=HOUSING, department="housing", round=0, reply="修好了。")], "房管局已报办结"),
    ([started(Clock.REOPEN_WINDOW, "requester")], "工单已结案"),
    ([d.Withdrawn(ticket=TICKET, by=BY, reason="好了")], "工单已撤诉"),
]


@pytest.mark.parametrize(("facts", "standing"), STANDS)
def test_whoever_is_called_reads_how_the_ticket_stands(teller: Teller, facts: list[Message], standing: str) -> None:
    for fact in facts:
        teller.tell(fact)
    teller.tell(found(said()))
    texts = to(teller.tell(called(said())), "duty_officer")
    assert all(standing in text for text in texts)


SPOKEN: dict[str, Any] = {"receipt": "R0123456789AB", "channel": Channel.HOTLINE, "text": CRY, "count": 1}
WANTED = d.ReopeningAsked(ticket=TICKET, by=BY, **SPOKEN)


@pytest.mark.parametrize("window", [True, False])
def test_of_what_has_ended_no_department_is_ordered_to_do_anything(teller: Teller, *, window: bool) -> None:
    """Whether or not the clock of its window was heard of before."""
    if window:
        teller.tell(started(Clock.REOPEN_WINDOW, "requester"))
    told = [*teller.tell(WANTED), *teller.tell(found(said()))]
    assert to(told, "department") == []
    # and whoever is on duty hears what they have to decide
    (sms, _) = to(teller.tell(called(said()), MORNING), "duty_officer")
    assert "前首报" not in sms
    assert "工单已结案，待决定重启" in sms
    declined = d.ReopeningDeclined(ticket=TICKET, by=OFFICE, reason="无泄漏。")
    teller.tell(declined)
    (sms, _) = to(teller.tell(called(said()), MORNING), "duty_officer")
    assert "待决定重启" not in sms


def test_what_a_stranger_cries_about_what_has_ended_is_no_order_either(teller: Teller) -> None:
    strangers = found(said()).model_copy(update={"called_for": True})
    assert to(teller.tell(strangers), "department") == []
    (sms, _) = to(teller.tell(called(said()), MORNING), "duty_officer")
    assert "工单已结案" in sms
    # once it is reopened the order is urgent at once
    teller.tell(d.Reopened(ticket=TICKET, by=OFFICE, reason="又漏煤气。", count=1))
    texts = to(teller.tell(dispatched(Tier.URGENT, order=2)), "department")
    assert len(texts) == 2
