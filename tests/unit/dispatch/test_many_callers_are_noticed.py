"""Many callers about one thing (多人同诉) are pointed out to a dispatcher, who says whether it is one thing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from rulebook.codes import Passing
from rulebook.rules import Alike
from schemas import dispatch as d
from schemas import inbound as i
from schemas import requests as r
from schemas.correction import Correction
from schemas.message import Message
from schemas.public import DeskTask
from schemas.values import Actor, Person, Place
from services.dispatch.core.alike import Crowd, notice, spot_of
from services.dispatch.core.regions import Alone, Member
from services.dispatch.core.ticket import Ticket
from tests.support.dispatch.story import AT, BY_HAND, CATEGORY, LEAD, rules_with
from tests.support.dispatch.town import Town

CLERK = Person(id="p-xu", name="徐文珏")
POLICY = Alike(callers=3, days=7, quiet_days=7)
LAMP = Place(text="四平路100号门口", road="四平路", number=100, subdistrict="siping")


def town() -> Town:
    return Town(rules_with(**{**BY_HAND, "dispatch": Passing.QUEUE}))


def crowd(tickets: list[Ticket], **known: Any) -> Crowd:
    """What is known of these tickets' place and category."""
    spot = spot_of(tickets[0])
    assert spot is not None
    nothing: dict[str, Any] = {"told": None, "told_callers": None, "quiet_until": None, "incident": None}
    return Crowd(spot, [(each.id, each.matter.opened_at) for each in tickets], **{**nothing, **known})


def called(count: int, **values: Any) -> tuple[Town, list[Ticket]]:
    place = town()
    numbers = place.calls(count, **{"place": LAMP, **values})
    return place, [place.ticket(each) for each in numbers]


def pointed_out(count: int = 3, **known: Any) -> tuple[Town, list[str], str]:
    """So many called, and one of their tickets points it out."""
    place, tickets = called(count)
    asked = notice(crowd(tickets, **known), tickets, POLICY)
    assert asked is not None
    place.hear(asked)
    return place, [each.id for each in tickets], asked.ticket


def tasks(place: Town) -> list[DeskTask]:
    return [each for _, each in place.told if isinstance(each, DeskTask) and each.task == "alike"]


def acts(place: Town, action: type[i.OnTicket], ticket: str, **values: Any) -> list[Message]:
    return place.on_ticket(action(ticket=ticket, by=CLERK, **values))


# --- who counts ------------------------------------------------------------------------------------------------------


def test_three_callers_of_one_category_at_one_place_are_pointed_out_at_the_newest_ticket() -> None:
    _, tickets = called(3)
    asked = notice(crowd(tickets), tickets, POLICY)
    assert asked is not None
    assert (asked.callers, asked.ticket, asked.tickets) == (3, tickets[-1].id, tuple(each.id for each in tickets))
    assert notice(crowd(tickets), tickets[:2], POLICY) is None


def test_one_caller_who_calls_three_times_is_one_caller() -> None:
    _, tickets = called(3)
    same = [replace(each, matter=each.matter.corrected(Correction(requester="h-1"))) for each in tickets]
    assert notice(crowd(same), same, POLICY) is None


@pytest.mark.parametrize(
    "otherwise",
    [
        {"place": LAMP.model_copy(update={"number": 102})},
        {"category": "0101-03"},
        {"confidential": True},
    ],
)
def test_another_place_another_category_and_what_is_confidential_does_not_count(otherwise: dict[str, Any]) -> None:
    place, tickets = called(2)
    (other,) = place.calls(1, **{"place": LAMP, **otherwise})
    assert notice(crowd(tickets), [*tickets, place.ticket(other)], POLICY) is None


def test_a_compound_is_one_place_however_its_buildings_are_called() -> None:
    place = town()
    for text in ("鞍山新村3号", "鞍山新村 5 号楼", "鞍山新村门口"):
        place.calls(1, place=Place(text=text, compound="鞍山新村", subdistrict="siping"))
    spots = {spot_of(each) for each in place.states.values() if isinstance(each, Ticket)}
    assert len(spots) == 1


def test_whoever_called_before_the_window_does_not_count_any_more() -> None:
    _, tickets = called(3)
    last = tickets[0].matter.opened_at + timedelta(days=7)
    assert tickets[0].id not in crowd(tickets).within(POLICY, last)
    assert tickets[2].id in crowd(tickets).within(POLICY, last)


def test_people_are_told_again_once_there_are_twice_as_many_and_left_in_peace_where_it_was_dismissed() -> None:
    _, tickets = called(3)
    assert crowd(tickets).wanted(POLICY) == 3
    assert crowd(tickets, told=tickets[0].id, told_callers=3).wanted(POLICY) == 6
    assert crowd(tickets, incident="M0123456789AB").wanted(POLICY) == 1
    quiet = crowd(tickets, quiet_until=AT + timedelta(days=7))
    assert (quiet.is_quiet(AT), quiet.is_quiet(AT + timedelta(days=7))) == (True, False)


# --- what the desk makes of it ---------------------------------------------------------------------------------------


def test_the_desk_is_shown_who_called_and_told_again_when_they_have_become_more() -> None:
    place, numbers, at = pointed_out()
    (task,) = tasks(place)
    assert (task.open, task.callers, task.alike, task.incident) == (True, 3, tuple(numbers), None)
    more = (*numbers, *place.calls(3, place=LAMP))
    by = Actor(by_rule="policy")
    place.hear(r.NoticeAlike(ticket=at, origin=at, by=by, callers=6, days=7, tickets=more))
    assert [(each.open, each.callers) for each in tasks(place)] == [(True, 3), (True, 6)]
    assert {each.since for each in tasks(place)} == {task.since}


def test_one_thing_becomes_an_incident_of_all_of_them_which_takes_those_who_still_call() -> None:
    place, numbers, at = pointed_out()
    acts(place, i.GatherAlike, at, lead=LEAD, reason="同一盏灯")
    (opened,) = place.said(d.IncidentOpened)
    assert (opened.category, opened.place, opened.gathers, opened.lead) == (CATEGORY, LAMP, True, LEAD)
    assert LAMP.text in opened.title
    incidents = {place.ticket(each).incident.incident for each in numbers}  # type: ignore[union-attr]
    assert incidents == {opened.incident}
    assert [each.open for each in tasks(place)] == [True, False]


def test_later_ones_are_offered_for_the_incident_that_there_is() -> None:
    place, _, at = pointed_out()
    acts(place, i.GatherAlike, at, gathers=False)
    (opened,) = place.said(d.IncidentOpened)
    (late,) = place.calls(1, place=LAMP)
    asked = notice(crowd([place.ticket(late)], incident=opened.incident), [place.ticket(late)], POLICY)
    assert asked is not None
    place.hear(asked)
    assert tasks(place)[-1].incident == opened.incident
    acts(place, i.GatherAlike, late)
    region = place.ticket(late).incident
    assert isinstance(region, Member)
    assert region.incident == opened.incident
    assert len(place.said(d.IncidentOpened)) == 1


def test_what_is_not_one_thing_is_dismissed_with_a_reason_and_each_ticket_stays_alone() -> None:
    place, numbers, at = pointed_out()
    acts(place, i.DismissAlike, at, reason="三盏灯")
    assert [each.open for each in tasks(place)] == [True, False]
    assert {type(place.ticket(each).incident) for each in numbers} == {Alone}
    (refused,) = acts(place, i.DismissAlike, at, reason="三盏灯")
    assert isinstance(refused, d.ActionRefused)
    assert refused.code == "nothing_noticed"


def test_an_incident_that_somebody_opens_by_hand_answers_it_too() -> None:
    place, numbers, _ = pointed_out()
    place.office(i.OpenIncident, title="路灯", tickets=tuple(numbers))
    assert [each.open for each in tasks(place)] == [True, False]


def test_the_task_ends_with_its_ticket() -> None:
    place, _, at = pointed_out()
    acts(place, i.RefuseTicket, at, ground="court", reason="已起诉")
    assert [each.open for each in tasks(place)] == [True, False]
