"""Nobody looks at more contacts within an hour than policy lets them, unless somebody approved it."""

from __future__ import annotations

from datetime import timedelta

from schemas import dispatch as d
from schemas.values import Actor, Party, PartyKind, Person
from tests.support.verify import LIFE, MONDAY, TICKET
from tools.verify.life import Life, life_of
from tools.verify.looks import Looks

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
