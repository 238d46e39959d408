"""A notice is requested once and comes to one end, whatever is reported of it and however often."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import chain

from hypothesis import given
from hypothesis import strategies as st

from chassis.service import Cause
from schemas.notices import (
    NoticeAccepted,
    NoticeAttemptFailed,
    NoticeDelivered,
    NoticeFact,
    NoticeGivenUp,
    NoticeRequested,
    NoticeUnconfirmed,
    NoticeUndelivered,
)
from schemas.owner import Owner
from services.notify.core.ledger import REMEMBERED, Command, NoticeLedger, Report, Request, decide, evolve
from services.notify.core.notice import Addressee, Notice, Way

TICKET = "26030200000017"
NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
CAUSE = Cause("cause", TICKET, NOW)
KEYS = st.sampled_from(["n-1", "n-2"])


def request(key: str) -> Request:
    to = Addressee(Owner("requester"), Way.SMS, "+8613800000000")
    return Request(TICKET, Notice(key, "requester-receipt", to, NOW, "您的诉求已受理", "您好"))


def delivered(key: str) -> Report:
    return Report(NoticeDelivered(ticket=TICKET, notice=key, way="sms", attempts=1))


def failed(key: str) -> Report:
    return Report(NoticeAttemptFailed(ticket=TICKET, notice=key, way="sms", attempt=1, error="timeout", next_at=NOW))


def given_up(key: str) -> Report:
    return Report(NoticeGivenUp(ticket=TICKET, notice=key, way="sms", attempts=6, error="timeout"))


def accepted(key: str) -> Report:
    return Report(NoticeAccepted(ticket=TICKET, notice=key, way="sms", attempts=1))


def undelivered(key: str) -> Report:
    return Report(NoticeUndelivered(ticket=TICKET, notice=key, way="sms", error="report-mk-0001"))


def unconfirmed(key: str) -> Report:
    return Report(NoticeUnconfirmed(ticket=TICKET, notice=key, way="sms"))


MADE = (request, delivered, failed, given_up, accepted, undelivered, unconfirmed)
COMMANDS = st.lists(KEYS.flatmap(lambda key: st.sampled_from([make(key) for make in MADE])))


@given(commands=COMMANDS)
def test_each_notice_is_requested_once_and_ends_once_after_that(commands: list[Command]) -> None:
    state: NoticeLedger | None = None
    told: list[NoticeFact] = []
    for command in commands:
        for fact in decide(state, command, CAUSE):
            assert isinstance(fact, NoticeFact)
            state = evolve(state, fact, NOW)
            told.append(fact)

    for key in ("n-1", "n-2"):
        kinds = [type(fact) for fact in told if fact.notice == key]
        ends = [kind for kind in kinds if kind in (NoticeDelivered, NoticeGivenUp)]
        assert kinds.count(NoticeRequested) <= 1
        assert len(ends) <= 1
        assert not kinds or kinds[0] is NoticeRequested
        assert not ends or kinds[-1] in (NoticeDelivered, NoticeGivenUp)
        for once in (NoticeAccepted, NoticeUndelivered, NoticeUnconfirmed):
            assert kinds.count(once) <= 1


def test_that_it_arrived_is_the_last_word_however_late_it_comes() -> None:
    state: NoticeLedger | None = None
    told = list[type[object]]()
    late = (request, accepted, accepted, unconfirmed, undelivered, unconfirmed, delivered, undelivered, delivered)
    for command in [make("n-1") for make in late]:
        for fact in decide(state, command, CAUSE):
            state = evolve(state, fact, NOW)
            told.append(type(fact))
    assert told == [NoticeRequested, NoticeAccepted, NoticeUnconfirmed, NoticeUndelivered, NoticeDelivered]


@given(commands=COMMANDS)
def test_no_fact_holds_an_address_or_a_text_of_a_person(commands: list[Command]) -> None:
    facts = chain.from_iterable(decide(None, command, CAUSE) for command in commands)

    assert not any(b"13800000000" in fact.to_json() or "您好".encode() in fact.to_json() for fact in facts)


def many(count: int) -> NoticeLedger:
    """A ledger in which so many notices were requested."""
    state: NoticeLedger | None = None
    for number in range(count):
        for fact in decide(state, request(f"n-{number}"), CAUSE):
            state = evolve(state, fact, NOW)
    assert state is not None
    return state


def test_a_ticket_with_thousands_of_notices_remembers_the_last() -> None:
    assert list(many(2_000).notices) == [f"n-{number}" for number in range(2_000 - REMEMBERED, 2_000)]


def test_what_comes_back_of_a_notice_that_is_no_longer_remembered_is_told() -> None:
    late = delivered("n-0")
    assert decide(many(REMEMBERED + 1), late, CAUSE) == (late.fact,)


def test_what_was_heard_of_last_is_remembered_longest() -> None:
    state = many(REMEMBERED)
    state = evolve(state, delivered("n-0").fact, NOW)
    for number in range(REMEMBERED - 1):
        (fact,) = decide(state, request(f"more-{number}"), CAUSE)
        state = evolve(state, fact, NOW)
    assert decide(state, delivered("n-0"), CAUSE) == ()
