"""Nobody looks at more contacts within an hour than policy lets them, unless somebody approved it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Literal

from rulebook import load_policy
from schemas import dispatch as d
from schemas.values import Actor, Party, PartyKind, Person
from tests.support.verify import LIFE, MONDAY, TICKET, opened
from tools.verify.life import Life, life_of
from tools.verify.looks import Looks, by_one_hand

POLICY = load_policy(Path("policy"))
OFFICE = Party(kind=PartyKind.OFFICE)
LU = Actor(party=OFFICE, person=Person(id="p-lu", name="陆惠芬"))
FANG = Actor(party=OFFICE, person=Person(id="p-fang", name="方立群"))


def looked(minute: int, ticket: str, by: Actor = LU, approver: Actor | None = None) -> Life:
    """A life at whose contact somebody looked, so many minutes after Monday noon."""
    shown = d.ContactShown(ticket=ticket, by=by, receipt="R0123456789AB", reason="核对门牌号。", approver=approver)
    return life_of(ticket, [*LIFE, (MONDAY + timedelta(hours=3, minutes=minute), shown)])


def found(*lives: Life) -> list[str]:
    looks = Looks(per_hour=2)
    for life in lives:
        looks.note(life)
    assert looks.looked_at == len(lives)
    return [ticket for ticket, _ in looks.too_many()]


def test_as_many_looks_as_policy_lets_are_right_and_an_hour_later_as_many_again() -> None:
    assert found(looked(0, f"{TICKET}-1"), looked(1, f"{TICKET}-2"), looked(60, f"{TICKET}-3")) == []


def test_one_look_more_within_the_hour_is_found_whichever_ticket_it_is_at() -> None:
    lives = [looked(0, f"{TICKET}-1"), looked(59, f"{TICKET}-3"), looked(1, f"{TICKET}-2")]
    assert found(*lives) == [f"{TICKET}-3"]


def test_a_look_that_was_approved_is_right_and_counts_for_the_next() -> None:
    approved = looked(2, f"{TICKET}-3", approver=FANG)
    before = looked(0, f"{TICKET}-1"), looked(1, f"{TICKET}-2")
    assert found(*before, approved) == []
    assert found(before[0], approved, looked(3, f"{TICKET}-4")) == [f"{TICKET}-4"]


def test_each_person_has_their_own_hour() -> None:
    assert found(looked(0, f"{TICKET}-1"), looked(1, f"{TICKET}-2"), looked(2, f"{TICKET}-3", by=FANG)) == []


SECRET = ((MONDAY, opened("market")), *LIFE[1:])


def secret(by: Actor, approver: Actor | None = None, ended: Literal["not_accepted"] | None = None) -> Life:
    """A confidential life at whose contact somebody looked, while it was open or after its end."""
    at = MONDAY + timedelta(hours=3)
    refused = d.NotAccepted(ticket=TICKET, by=LU, ground="court", reason="已起诉。")
    life = [*SECRET[:1], (at, refused)] if ended else [*SECRET]
    shown = d.ContactShown(ticket=TICKET, by=by, receipt="R0123456789AB", reason="核对门牌号。", approver=approver)
    return life_of(TICKET, [*life, (at + timedelta(minutes=1), shown)])


def test_who_asked_in_confidence_is_seen_by_two_hands() -> None:
    assert list(by_one_hand(POLICY, secret(LU, FANG))) == []
    assert list(by_one_hand(POLICY, looked(0, TICKET))) == [], "who did not ask in confidence"
    for alone in (secret(LU), secret(FANG), secret(FANG, FANG)):
        (text,) = by_one_hand(POLICY, alone)
        assert "未经批准" in text


def test_of_what_has_ended_it_is_an_approver() -> None:
    assert list(by_one_hand(POLICY, secret(FANG, ended="not_accepted"))) == []
    assert len(list(by_one_hand(POLICY, secret(LU, ended="not_accepted")))) == 1
