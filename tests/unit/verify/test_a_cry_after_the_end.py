"""What somebody cried when a ticket had ended is urgent from then on: its call is followed, and no reopening is one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta

from schemas import dispatch as d
from schemas.message import Message
from schemas.notices import NoticeRequested
from schemas.owner import Owner
from schemas.values import Actor, Person, Tier
from tests.support.verify import BY, LIFE, MONDAY, TICKET, closed
from tools.verify.life import Elsewhere, life_of
from tools.verify.urgency import nothing_urgent_untold

MIN = Person(id="p-min", name="闵建国")
NIGHT = MONDAY + timedelta(hours=18, minutes=10)  # 3:10 in Shanghai
TEN = timedelta(minutes=10)
CRY = d.StopWordsFound(ticket=TICKET, by=BY, found=(), tier=Tier.URGENT, called_for=True, waits=True)
CALLED = d.UrgentCalled(ticket=TICKET, by=BY, call=1, person=MIN, reason="stop_words")
RUNG = NoticeRequested(
    ticket=TICKET,
    notice="n-1",
    audience=Owner.of("duty_officer", MIN.id),
    template="duty-urgent",
    way="sms",
    not_before=NIGHT,
)
SEEN = d.StopWordsSeenTo(ticket=TICKET, by=BY, note="已联系燃气公司")
KNOWN = d.UrgentAcknowledged(ticket=TICKET, by=Actor(person=MIN), call=1)
AGAIN = d.Reopened(ticket=TICKET, by=BY, reason="煤气味很重", count=1)
HEARD: tuple[tuple[timedelta, Message], ...] = (
    (-TEN, closed()),
    (timedelta(), CRY),
    (timedelta(), CALLED),
    (timedelta(), RUNG),
)


def untold(told: Sequence[tuple[timedelta, Message]], counted: Collection[timedelta] = (timedelta(),)) -> list[str]:
    night = life_of(TICKET, [*LIFE, *((NIGHT + after, fact) for after, fact in told)])
    return list(nothing_urgent_untold(night, Elsewhere(calls={NIGHT + at: NIGHT + at + TEN for at in counted})))


def test_who_was_called_for_a_cry_after_the_end_is_not_called_again_for_the_reopening() -> None:
    # given a ticket that had ended, of which a stranger cried at 3:10, and somebody on duty knew
    told = [*HEARD, (TEN / 2, KNOWN)]
    # when it is reopened at 3:30
    found = untold([*told, (2 * TEN, AGAIN)])
    # then nobody had to be called anew, and verify finds nothing
    assert found == []


def test_a_cry_after_the_end_of_which_nobody_was_told_is_found() -> None:
    (found,) = untold(HEARD[:2])
    assert "2026-03-02 19:10:00 成为紧急件，没有呼叫值班长" in found


def test_a_call_for_a_cry_after_the_end_that_nobody_answered_has_to_wait_at_the_desk() -> None:
    (found,) = untold([*HEARD, (TEN / 2, SEEN)])
    assert "对 p-min 的第 1 次呼叫无人应答，待办里没有" in found
