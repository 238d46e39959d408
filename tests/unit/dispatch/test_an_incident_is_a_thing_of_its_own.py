"""An incident (多人同诉) has no head: members come and go, one act reaches all, each ticket stays what it is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rulebook.codes import Passing
from schemas import dispatch as d
from schemas import inbound as i
from schemas import requests as r
from schemas.message import Message
from schemas.public import CallbackRequest, DeskTask, Order
from schemas.registry import department_topic
from schemas.values import Kind, Person, Place, TicketState
from services.dispatch.core.gathering import Gathering, lies_in
from services.dispatch.core.incidents.decide import AT_ONCE, MOST
from services.dispatch.core.incidents.state import Membership
from services.dispatch.core.regions import Alone, Member
from services.dispatch.core.state import STATE
from tests.support.dispatch.story import BY_HAND, CATEGORY, INCIDENT, LEAD, rules_with
from tests.support.dispatch.town import Town, number

CLERK = Person(id="p-xu", name="徐文珏")
PLACE = Place(text="四平路街道某小区", subdistrict="siping")


def town(**automation: Passing) -> Town:
    return Town(rules_with(**{**BY_HAND, "dispatch": Passing.QUEUE, **automation}))


def outage(count: int, **opened: object) -> tuple[Town, list[str]]:
    """So many people call about one outage, and a dispatcher makes one incident of it."""
    place = town()
    numbers = place.calls(count)
    place.office(i.OpenIncident, title="某小区停电", lead=LEAD, tickets=tuple(numbers), **opened)
    return place, numbers


def refusal(facts: list[Message]) -> str:
    (fact,) = facts
    assert isinstance(fact, d.IncidentActionRefused), fact
    assert any("一" <= letter <= "鿿" for letter in fact.reason)
    return fact.code


def states(place: Town, numbers: list[str]) -> set[TicketState]:
    return {place.ticket(each).state for each in numbers}


# --- one act for all -------------------------------------------------------------------------------------------------


def test_500_callers_about_one_outage_are_a_handful_of_acts() -> None:
    # given 500 calls that wait for a dispatcher: when one act makes an incident of them, each goes to its lead
    place, numbers = outage(500)
    assert set(place.incident.members) == set(numbers)
    assert states(place, numbers) == {TicketState.DISPATCHED}
    # when the department takes it, reports it, and the centre accepts the report, each by one act
    place.department(i.AcceptIncident)
    assert states(place, numbers) == {TicketState.IN_PROGRESS}
    named = place.department(i.ReportIncidentHandled, reply="已恢复供电，联系人13933330002已确认。")
    assert refusal(named) == "reply_names_a_number"
    place.department(i.ReportIncidentHandled, reply="已恢复供电。")
    assert states(place, numbers) == {TicketState.HANDLED}
    place.office(i.ReviewIncident, accepted=True)
    assert states(place, numbers) == {TicketState.CALLBACK_PENDING}
    # then each is called back on its own, with the one reply
    calls = [said for _, said in place.told if isinstance(said, CallbackRequest)]
    assert {call.ticket for call in calls} == set(numbers)
    assert {call.reply for call in calls} == {"已恢复供电。"}
    # and no step was larger than what a lane can carry at once
    assert place.widest <= AT_ONCE + 1
    assert len(STATE.dump_json(place.incident)) < 100_000
    assert place.incident.errands == ()


def test_a_member_heard_every_act_in_its_order_however_many_there_are() -> None:
    place, numbers = outage(250)
    place.department(i.AcceptIncident)
    last = [type(fact) for key, fact in place.facts if key == numbers[-1]]
    assert last.index(d.IncidentJoined) < last.index(d.Dispatched) < last.index(d.Accepted)


def test_what_a_report_of_all_notes_for_the_file_stands_in_the_file_of_each() -> None:
    place, numbers = outage(2)
    place.department(i.AcceptIncident)
    place.department(i.ReportIncidentHandled, reply="已恢复。", note="供电公司电缆故障。")
    noted = [place.said(d.Handled, number)[0] for number in numbers]
    assert [(fact.reply, fact.note) for fact in noted] == [("已恢复。", "供电公司电缆故障。")] * 2


def test_acts_that_were_done_already_are_passed_over() -> None:
    place, (one, two) = outage(2)
    place.on_ticket(i.Accept(ticket=one, by=Person(id="d-1", name="经办人")), LEAD)
    place.department(i.AcceptIncident)
    assert len(place.said(d.Accepted, one)) == len(place.said(d.Accepted, two)) == 1
    assert place.said(d.ActionRefused) == []
    place.department(i.ReportIncidentHandled, reply="已恢复。")
    place.department(i.ReportIncidentHandled, reply="已恢复。")
    assert len(place.said(d.Handled)) == 2
    assert place.said(d.ActionRefused) == []


def test_of_what_cannot_be_done_its_author_is_told_ticket_by_ticket() -> None:
    place, (one, two) = outage(2)
    place.on_ticket(i.Assign(ticket=two, by=CLERK, lead="market"))
    place.department(i.AcceptIncident)
    assert states(place, [one]) == {TicketState.IN_PROGRESS}
    assert [(fact.ticket, fact.code) for fact in place.said(d.ActionRefused)] == [(two, "not_yours")]
    assert [fact.party.department for fact in place.said(d.ActionRefused)] == [LEAD]


def test_a_report_that_is_sent_back_is_sent_back_to_all() -> None:
    place, numbers = outage(2)
    place.department(i.AcceptIncident)
    place.department(i.ReportIncidentHandled, reply="已恢复。")
    place.office(i.ReviewIncident, accepted=False, ground="not-done", reason="仍有住户停电。")
    assert states(place, numbers) == {TicketState.IN_PROGRESS}


def test_one_fix_is_told_to_every_member_without_anybody_elses_number() -> None:
    place, numbers = outage(3)
    place.office(i.ReportFix, text="已恢复供电。")
    fixes = place.said(d.FixReported)
    assert [fix.ticket for fix in fixes] == numbers
    for fix in fixes:
        said = fix.model_dump_json(exclude={"ticket"})
        assert fix.title == "某小区停电"
        assert not [other for other in numbers if other in said]


# --- members come and go ---------------------------------------------------------------------------------------------


def test_an_incident_outlives_its_first_ticket() -> None:
    place, (first, second) = outage(2)
    place.on_ticket(i.TransferOut(ticket=first, by=CLERK, to="police-110", reason="报警。"))
    (third,) = place.calls(1)
    place.on_ticket(i.JoinIncident(ticket=third, by=CLERK, incident=INCIDENT))
    assert set(place.incident.members) == {first, second, third}
    place.office(i.ReportFix, text="已恢复供电。")
    assert [fix.ticket for fix in place.said(d.FixReported)] == [first, second, third]


def test_leaving_is_an_event_and_acts_do_not_reach_who_left() -> None:
    place, (one, two) = outage(2)
    place.on_ticket(i.LeaveIncident(ticket=two, by=CLERK, reason="另一件事。"))
    assert set(place.incident.members) == {one}
    place.department(i.AcceptIncident)
    assert states(place, [two]) == {TicketState.DISPATCHED}
    # nor does an act that was already on its way when it left
    accept = i.Accept(ticket=two, by=Person(id="d-1", name="经办人"))
    party = place.said(d.IncidentActed)[-1].party
    place.hear(r.ActAsMember(ticket=two, incident=INCIDENT, party=party, receipt="R0123456789AB", action=accept))
    assert place.said(d.Accepted, two) == []
    # and it may join again
    place.office(i.AttachToIncident, tickets=(two,))
    assert set(place.incident.members) == {one, two}


def test_whoever_comes_after_the_lead_took_it_is_taken_too() -> None:
    place, _ = outage(1)
    place.department(i.AcceptIncident)
    (late,) = place.calls(1)
    place.office(i.AttachToIncident, tickets=(late,))
    assert place.ticket(late).state is TicketState.IN_PROGRESS


def test_the_office_is_told_of_each_ticket_that_could_not_be_attached() -> None:
    place, (one,) = outage(1)
    (two,) = place.calls(1)
    place.on_ticket(i.TransferOut(ticket=two, by=CLERK, to="police-110", reason="报警。"))
    place.office(i.AttachToIncident, tickets=(one, two, number(99)))
    refused = {fact.ticket: fact.code for fact in place.said(d.ActionRefused)}
    assert refused == {two: "illegal_in_state", number(99): "unknown_ticket"}
    assert all(each in fact.reason for fact in place.said(d.ActionRefused) for each in [fact.ticket])


def test_an_incident_is_refused_what_it_cannot_do() -> None:
    place = town()
    assert refusal(place.office(i.ReportFix, text="已修复。")) == "unknown_incident"
    assert refusal(place.department(i.AcceptIncident)) == "not_yours"
    assert refusal(place.office(i.OpenIncident, title="停电", lead=LEAD, gathers=True)) == "gathers_what"
    place.office(i.OpenIncident, title="停电", lead=LEAD)
    assert refusal(place.department(i.AcceptIncident)) == "no_members"
    assert refusal(place.department(i.AcceptIncident, "market")) == "not_yours"
    (one,) = place.calls(1)
    place.office(i.AttachToIncident, tickets=(one,))
    assert refusal(place.office(i.AttachToIncident, tickets=(one,))) == "joined_already"
    assert refusal(place.office(i.ReviewIncident, accepted=False)) == "ground_missing"
    assert refusal(place.says(i.CloseIncident(incident=INCIDENT, by=Person(id="p-x", name="某"), reason="完。")))
    place.office(i.CloseIncident, reason="已恢复。")
    assert refusal(place.office(i.CloseIncident, reason="已恢复。")) == "incident_closed"
    (two,) = place.calls(1)
    assert refusal(place.office(i.AttachToIncident, tickets=(two,))) == "incident_closed"
    place.on_ticket(i.JoinIncident(ticket=two, by=CLERK, incident=INCIDENT))
    assert [fact.code for fact in place.said(d.ActionRefused, two)] == ["other_ticket_refused"]
    assert isinstance(place.ticket(two).incident, Alone)
    # but its members are still told and handled
    place.office(i.ReportFix, text="已恢复。")
    assert [fix.ticket for fix in place.said(d.FixReported)] == [one]


def test_the_order_names_the_incident_that_its_lead_can_act_on() -> None:
    place, (one,) = outage(1)
    place.department(i.AcceptIncident)
    orders = [said for topic, said in place.told if isinstance(said, Order) and topic == department_topic(LEAD)]
    found = {(order.ticket, order.incident, order.incident_title, order.incident_lead) for order in orders}
    assert found == {(one, INCIDENT, "某小区停电", LEAD)}
    place.department(i.ReportIncidentHandled, reply="已恢复。")
    review = [said for _, said in place.told if isinstance(said, DeskTask) and said.task == "review"]
    assert [task.incident for task in review] == [INCIDENT]


# --- kept from the accused -------------------------------------------------------------------------------------------


def accusing(place: Town, whom: str) -> str:
    (found,) = place.calls(1, kind=Kind.REPORT, confidential=True, accused=(whom,))
    return found


def test_a_confidential_report_never_comes_to_an_incident_of_whom_it_accuses() -> None:
    place, (one,) = outage(1)
    report = accusing(place, LEAD)
    place.office(i.AttachToIncident, tickets=(report,))
    assert set(place.incident.members) == {one}
    assert [fact.ticket for fact in place.said(d.ActionRefused)] == [report]
    assert not [said for topic, said in place.told if topic == department_topic(LEAD) and report in repr(said)]


def test_a_ticket_of_the_accused_never_comes_to_the_incident_of_a_report() -> None:
    place = town()
    report = accusing(place, "market")
    place.office(i.OpenIncident, title="停电", lead=LEAD, tickets=(report,))
    (other, later) = place.calls(2)
    place.on_ticket(i.Assign(ticket=other, by=CLERK, lead="market"))
    place.office(i.AttachToIncident, tickets=(other, later))
    assert set(place.incident.members) == {report, later}
    # nor does a member go to the accused afterwards
    place.on_ticket(i.Assign(ticket=later, by=CLERK, lead="market"))
    assert [fact.code for fact in place.said(d.ActionRefused, later)] == ["accused"]


# --- those that still come -------------------------------------------------------------------------------------------


def gathering(place: Town) -> None:
    """What the store would tell the rules of the open incidents."""
    place.rules = replace(place.rules, gatherings=(Gathering(INCIDENT, CATEGORY, PLACE),))


def test_those_that_still_come_join_by_rule_until_the_incident_is_closed() -> None:
    place, _ = outage(1, gathers=True, category=CATEGORY, place=PLACE)
    place.department(i.AcceptIncident)
    gathering(place)
    (same,) = place.calls(1)
    (elsewhere,) = place.calls(1, place=Place(text="控江路", subdistrict="kongjiang"))
    (another,) = place.calls(1, category="0101-03")
    assert isinstance(place.ticket(same).incident, Member)
    assert place.ticket(same).state is TicketState.IN_PROGRESS
    assert place.said(d.IncidentAsked, same)[0].by.by_rule == "policy"
    assert isinstance(place.ticket(elsewhere).incident, Alone)
    assert isinstance(place.ticket(another).incident, Alone)
    # a confidential report is put together with nothing by rule
    assert isinstance(place.ticket(accusing(place, "market")).incident, Alone)
    # what a person took out stays out
    place.on_ticket(i.LeaveIncident(ticket=same, by=CLERK, reason="另一件事。"))
    place.on_ticket(i.Classify(ticket=same, by=CLERK, category="0101-03"))
    place.on_ticket(i.Classify(ticket=same, by=CLERK, category=CATEGORY))
    assert isinstance(place.ticket(same).incident, Alone)
    # and one that comes after the end goes its own way, whatever the rule still knew
    place.office(i.CloseIncident, reason="已恢复。")
    (late,) = place.calls(1)
    assert isinstance(place.ticket(late).incident, Alone)
    assert place.ticket(late).state is TicketState.PENDING_DISPATCH


@pytest.mark.parametrize(
    ("place", "wanted", "lies"),
    [
        ({"text": "平凉路12号", "road": "平凉路", "number": 12}, {"text": "平凉路", "road": "平凉路"}, True),
        ({"text": "平凉路12号", "road": "平凉路", "number": 12}, {"text": "-", "road": "平凉路", "number": 14}, False),
        ({"text": "3号楼", "compound": "四平小区"}, {"text": "四平小区", "compound": "四平小区"}, True),
        ({"text": "四平小区3号楼"}, {"text": "四平小区"}, True),
        ({"text": "四平小区3号楼", "subdistrict": "siping"}, {"text": "四平小区", "subdistrict": "yanji"}, False),
        ({"text": "控江路"}, {"text": "四平小区"}, False),
    ],
)
def test_a_place_is_the_same_in_all_that_the_incident_names(
    place: dict[str, object], wanted: dict[str, object], *, lies: bool
) -> None:
    assert lies_in(Place.model_validate(place), Place.model_validate(wanted)) is lies


def test_an_incident_has_so_many_members_and_the_next_caller_stays_what_they_are() -> None:
    # given an incident that is full
    place, _ = outage(2)
    full = place.incident
    others = {number(count): Membership() for count in range(10_000, 10_000 + MOST - 2)}
    place.states[INCIDENT] = replace(full, members={**full.members, **others})
    # when one more is to be attached
    (one,) = place.calls(1)
    place.office(i.AttachToIncident, tickets=(one,))
    # then it is refused with what to do, and goes on as a ticket
    assert isinstance(place.ticket(one).incident, Alone)
    assert len(place.incident.members) == MOST
