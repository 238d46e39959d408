"""保密: departments and callback agency are told nothing by which a requester who must stay unknown is found."""

from __future__ import annotations

from typing import Any, Literal

import pytest

from chassis.frozen import replace
from rulebook.codes import ContactAccess, Passing
from schemas import dispatch as d
from schemas import inbound as i
from schemas import requests as r
from schemas.message import Message
from schemas.public import CallbackRequest, DeskTask, Order, ShownContact
from schemas.registry import DESK, department_topic
from schemas.sealed import Veil
from schemas.values import Actor, Contact, Person, Place, RequesterKind, Tier
from services.dispatch.core.commands import Ask
from services.dispatch.core.hiding import hides, unknown_in
from services.dispatch.core.rules import Rules
from services.dispatch.core.telling import tell
from tests.support.dispatch import given
from tests.support.dispatch.story import (
    APPROVER,
    CATEGORY,
    LEAD,
    OTHER,
    RECEIPT,
    TICKET,
    Story,
    opened,
    person_for,
    rules_with,
    shipped,
)

CALLER = Contact(name="王阿姨", phone="13812341234", wechat="wx-wang", address="四平路100号3号楼502室")
TEXT = "我是王阿姨，住四平路100号3号楼502室，电话138-1234-1234，举报楼上。"
WHY: dict[str, Any] = {"ground": "verifying-caller", "reason": "诉求人来电核对号码。"}
OWED = {"ground": "first-contact", "reason": "须与诉求人先行联系。"}
SAID = (CALLER.name, CALLER.wechat, CALLER.address, "12341234", "1234-1234", "502室")


def confidential(**values: Any) -> Story:
    return opened(**{"confidential": True, "contact": CALLER, "text": TEXT, **values})


def messages(story: Story, model: type[Message]) -> list[Any]:
    return [each.message for each in story.told if isinstance(each.message, model)]


def the_order(story: Story) -> Order:
    """What the lead was told last."""
    found: Order = [each for each in messages(story, Order) if each.role == "lead"][-1]
    return found


def leaks(message: Message) -> list[str]:
    written = message.model_dump_json(exclude_none=True)
    return [said for said in SAID if said and said in written]


def test_an_order_of_a_confidential_ticket_says_so_and_carries_a_mask() -> None:
    order = the_order(confidential())
    assert order.confidential is True
    assert order.contact == Contact(name="王**", phone="138****1234")
    assert leaks(order) == []
    assert "举报楼上" in order.text


def test_what_is_said_later_is_masked_too() -> None:
    story = confidential().lead(i.Accept).act(i.FollowUp(ticket=TICKET, mode="add", text="王阿姨再次来电13812341234。"))
    assert story.ticket.notes[-1].text == "王阿姨再次来电13812341234。"
    assert all(leaks(order) == [] for order in messages(story, Order))


def test_the_supporting_department_and_a_new_lead_see_no_more() -> None:
    story = confidential().office(i.Assign, lead="market", supporting=("siping",))
    assert {order.role for order in messages(story, Order)} >= {"lead", "supporting", "none"}
    assert all(order.confidential and leaks(order) == [] for order in messages(story, Order))


def test_an_anonymous_requester_who_left_a_number_stays_anonymous() -> None:
    story = opened(requester_kind=RequesterKind.ANONYMOUS, requester=None, contact=CALLER, text=TEXT)
    order = the_order(story)
    assert order.contact == Contact()
    assert leaks(order) == []


def test_a_number_in_the_text_of_an_anonymous_requester_reaches_no_department() -> None:
    """Intake keeps no contact of them: nothing is known that could be looked for."""
    text = "楼上群租，有事打139-8765-4321或021-65981234，别说是我。"
    story = opened(requester_kind=RequesterKind.ANONYMOUS, requester=None, contact=Contact(), text=text)
    order = the_order(story)
    assert order.text == "楼上群租，有事打*************或************，别说是我。"
    noted = story.lead(i.Accept).stranger(
        i.FollowUp(ticket=TICKET, mode="add", text="换号了：一三九一二三四五六七八。")
    )
    assert the_order(noted).notes[-1].text == "换号了：***********。"
    queued = opened(
        rules_with(dispatch=Passing.QUEUE), requester_kind=RequesterKind.ANONYMOUS, contact=Contact(), text=text
    )
    assert "4321" not in messages(queued, DeskTask)[-1].text


def test_others_write_numbers_of_shops_and_neighbours_as_ever() -> None:
    assert the_order(opened(text="店里电话13987654321，无人接。")).text == "店里电话13987654321，无人接。"


def test_the_agency_has_the_number_to_call_and_nothing_else() -> None:
    accepted = given.without_task(confidential().lead(i.Accept)).lead(i.ReportHandled, reply="已办结。")
    story = accepted.office(i.Review, accepted=True)
    (call,) = messages(story, CallbackRequest)
    assert call.contact == Contact(phone=CALLER.phone)
    assert call.confidential is True
    assert "王阿姨" not in call.model_dump_json()


def test_the_desk_sees_that_it_is_confidential_and_what_was_recognised() -> None:
    story = opened(
        rules_with(dispatch=Passing.QUEUE), confidential=True, contact=CALLER, text=f"{TEXT}310110199003071237"
    )
    task = messages(story, DeskTask)[-1]
    assert (task.confidential, task.recognised) == (True, ("identity_card",))
    assert leaks(task) == []
    assert "310110199003071237" not in task.model_dump_json()


def test_the_desk_reads_of_a_place_what_a_department_does() -> None:
    """Whoever dispatches has to know where it is; where the requester lives is hidden as in an order."""
    asked = {"confidential": True, "contact": CALLER, "text": TEXT}
    elsewhere = opened(rules_with(dispatch=Passing.QUEUE), place=Place(text="国和路100号"), **asked)
    at_home = opened(rules_with(dispatch=Passing.QUEUE), place=Place(text=f"{CALLER.address}楼上"), **asked)

    assert messages(elsewhere, DeskTask)[-1].place.text == "国和路100号"
    assert messages(at_home, DeskTask)[-1].place.text == f"{'*' * len(CALLER.address or '')}楼上"


def test_what_becomes_confidential_later_is_masked_from_then_on() -> None:
    story = opened(contact=CALLER, text=TEXT)
    assert leaks(messages(story, Order)[0])
    corrected = story.office(i.Correct, confidential=True, reason="来电人要求保密。")
    assert corrected.said(d.Corrected).old.confidential is False
    order = the_order(corrected)
    assert (order.confidential, leaks(order)) == (True, [])


def test_nobody_ends_secrecy_alone() -> None:
    asked = confidential().office(i.Correct, confidential=False, reason="诉求人来电说不必保密。")
    asked.then(d.ApprovalRequested)
    assert asked.ticket.matter.confidential is True
    assert leaks(the_order(asked.office(i.Assign, lead="market"))) == []

    shown = asked.approved().then(d.ApprovalGranted, d.Corrected)

    assert the_order(shown).contact == CALLER
    assert shown.said(d.ApprovalGranted).by.person == APPROVER


@pytest.mark.parametrize("mark", [None, True])
def test_what_a_confidential_ticket_says_makes_the_one_that_took_it_in_confidential(mark: Literal[True] | None) -> None:
    request = r.TakeMerge(
        ticket=TICKET, origin=OTHER, by=Actor(), requester="h-1", reason="重复", receipt=RECEIPT, confidential=mark
    )
    order = the_order(opened(contact=CALLER).asked(request))
    assert order.confidential is mark
    assert bool(leaks(order)) is (mark is None)


# --- every contact that there ever was -------------------------------------------------------------------------------

FIRST = Contact(name="欧阳春晓", phone="13987654321", wechat="wx-ouyang", address="平凉路200号1号楼101室")
QUOTED = "欧阳春晓，13987654321，微信wx-ouyang，平凉路200号1号楼101室"


def names_the_first(message: Message) -> list[str]:
    written = message.model_dump_json(exclude_none=True)
    return [said for said in (FIRST.name, FIRST.phone, FIRST.wechat, FIRST.address) if said and said in written]


def corrected() -> Story:
    """Of a confidential ticket whose texts quote the contact, the contact is corrected."""
    story = confidential(contact=FIRST, text=f"我是{QUOTED}。").lead(i.Accept)
    story = story.act(i.FollowUp(ticket=TICKET, mode="add", text=f"{QUOTED}再次来电。"))
    return story.office(i.Correct, contact=CALLER, reason="登记有误。")


def test_what_stood_before_a_correction_of_the_contact_is_masked_too() -> None:
    story = corrected()
    later = story.act(i.FollowUp(ticket=TICKET, mode="add", text=f"原登记{QUOTED}。"))
    told = [*messages(story, Order), *messages(later, Order)]
    assert len(told) > 1
    assert [names_the_first(order) + leaks(order) for order in told] == [[]] * len(told)


def test_a_correction_of_the_correction_leaves_none_out() -> None:
    again = corrected().office(i.Correct, contact=Contact(phone="021-65001234"), reason="又有误。")
    order = the_order(again.act(i.FollowUp(ticket=TICKET, mode="add", text=f"{QUOTED}，{TEXT}")))
    assert names_the_first(order) + leaks(order) == []


def test_a_part_hides_what_its_whole_hid() -> None:
    parts = (i.Part(text=f"{QUOTED}甲", category=CATEGORY), i.Part(text="乙"))
    request: r.OpenPart = messages(corrected().office(i.Split, parts=parts, reason="两事。"), r.OpenPart)[0]
    part = Story(rules_with()).when(Ask(request)).office(i.Assign, lead=LEAD)
    assert names_the_first(the_order(part)) == []


def test_what_a_ticket_hid_stays_hidden_in_the_one_that_took_it_in() -> None:
    request: r.TakeMerge = messages(corrected().office(i.Merge, into=OTHER, reason="重复。"), r.TakeMerge)[0]
    story = opened(contact=Contact(phone="13812341234"), confidential=True)
    taken = story.asked(request.model_copy(update={"ticket": TICKET, "origin": OTHER}))
    assert names_the_first(the_order(taken)) + leaks(the_order(taken)) == []
    dropped = taken.asked(r.DropMerge(ticket=TICKET, origin=OTHER, by=Actor()))
    order = the_order(dropped.lead(i.Accept).act(i.FollowUp(ticket=TICKET, mode="add", text=QUOTED)))
    assert names_the_first(order) == []


def test_what_was_told_before_is_told_again_without_the_contact_that_became_known() -> None:
    """A text that names the new contact was read by a former lead, before anybody knew that it is one."""
    before = confidential(contact=FIRST, text=TEXT).office(i.Assign, lead="market")
    former = next(order for order in messages(before, Order) if order.role == "none")
    assert leaks(former)
    after = before.office(i.Correct, contact=CALLER, reason="登记有误。")
    assert hides(after.said(d.Corrected))
    document = former.model_dump(mode="json", exclude_none=True)
    hidden = unknown_in(after.ticket)(document)
    assert leaks(Order.model_validate(Veil.model_validate(hidden.pop("veil"))(hidden))) == []


# --- nobody learns from stars what they may not know ------------------------------------------------------------------

GUESSES = "13812341233 13812341234 13812341235，李阿姨 王阿姨 赵阿姨"


def guessed(story: Story) -> Story:
    """The lead writes candidates wherever it can, and reads them back."""
    noted = story.lead(i.Accept).lead(i.NoteProgress, text=GUESSES)
    return noted.lead(i.NoteInternally, text=GUESSES)


@pytest.mark.parametrize("rules", ["shipped", "asking"])
def test_a_department_reads_its_own_guesses_as_it_wrote_them(rules: str) -> None:
    story = guessed(confidential() if rules == "shipped" else opened(asking(), contact=CALLER))
    order = the_order(story)
    assert [note.text for note in order.notes if note.department == LEAD] == [GUESSES]
    assert [note.text for note in order.internal_notes or ()] == [GUESSES]


def test_neither_does_another_department_that_reads_them() -> None:
    story = guessed(confidential()).office(i.Assign, lead="market", supporting=(LEAD,))
    orders = [each for each in messages(story, Order) if each.lead == "market"]
    assert {note.text for order in orders for note in order.notes if note.department == LEAD} == {GUESSES}


def test_nor_does_a_reason_that_it_gives_come_back_with_stars() -> None:
    story = confidential().lead(i.RequestReturn, ground="not-our-duty", reason=GUESSES)
    assert [order.reason for order in messages(story, Order) if order.role == "lead"][-1] == GUESSES


def test_what_a_department_wrote_that_was_shown_the_contact_is_read_without_it() -> None:
    asked = confidential().lead(i.Accept).lead(i.AskForContact, **OWED)
    order = the_order(asked.approved().lead(i.NoteProgress, text=GUESSES))
    assert leaks(order) == []


def test_what_was_written_before_it_was_to_stay_unknown_is_read_without_it() -> None:
    story = opened(contact=CALLER).lead(i.Accept).lead(i.NoteProgress, text="已联系王阿姨。")
    order = the_order(story.office(i.Correct, confidential=True, reason="来电人要求保密。"))
    assert leaks(order) == []


def test_a_correction_of_the_contact_tells_no_guesser_either() -> None:
    """What was told before is said again under another veil."""
    story = guessed(confidential(contact=FIRST))
    order = next(each for each in tell(story.ticket, story.facts[-1], story.at, story.rules) if each.veil is not None)
    document = order.message.model_dump(mode="json", exclude_none=True)
    assert order.veil is not None
    document["veil"] = order.veil.model_dump(mode="json", exclude_none=True)
    corrected = story.office(i.Correct, contact=CALLER, reason="登记有误。")
    hidden = unknown_in(corrected.ticket)(document)
    read = Veil.model_validate(hidden.pop("veil"))(hidden)
    assert [note["text"] for note in (*read["notes"], *read["internal_notes"])] == [GUESSES, GUESSES]


# --- looking is an act -----------------------------------------------------------------------------------------------


def shown(story: Story) -> list[tuple[str, ShownContact]]:
    return [(each.topic, each.message) for each in story.told if isinstance(each.message, ShownContact)]


def test_whoever_looks_at_the_desk_says_why_and_the_trace_has_it() -> None:
    looked = confidential().office(i.LookAtContact, **WHY).approved()
    fact = looked.said(d.ContactShown)
    assert (fact.reason, fact.department, fact.by.person) == ("诉求人来电核对号码。", None, person_for(i.LookAtContact))
    assert leaks(fact) == []
    ((topic, message),) = shown(looked)
    assert (topic, message.contact, message.text) == (DESK, CALLER, TEXT)


@pytest.mark.parametrize("tier", Tier)
def test_nobody_of_the_centre_sees_who_asked_in_confidence_by_themselves_however_urgent_it_is(tier: Tier) -> None:
    asked = confidential(tier=tier).office(i.LookAtContact, **WHY).then(d.ApprovalRequested)
    assert "保密诉求人的联系方式" in asked.said(d.ApprovalRequested).reason
    assert shown(asked) == []
    approved = asked.approved(ON_DUTY if tier is Tier.URGENT else APPROVER)
    assert approved.said(d.ContactShown).approver.person == (ON_DUTY if tier is Tier.URGENT else APPROVER)
    assert len(shown(approved)) == 1


def test_an_approver_asks_another_one_too() -> None:
    asked = confidential().act(i.LookAtContact(ticket=TICKET, by=APPROVER, **WHY)).then(d.ApprovalRequested)
    asked.approved(APPROVER).refused("own_request")


def test_of_what_has_ended_an_approver_looks_and_nobody_else() -> None:
    waiting = opened(rules_with(dispatch=Passing.QUEUE), confidential=True, contact=CALLER, text=TEXT)
    ended = waiting.office(i.RefuseTicket, ground="court", reason="已起诉。")
    refused = ended.office(i.LookAtContact, **WHY).refused("approver_looks").said(d.ActionRefused)
    assert f"{APPROVER.name}（{APPROVER.id}）" in refused.reason
    looked = ended.act(i.LookAtContact(ticket=TICKET, by=APPROVER, **WHY)).then(d.ContactShown)
    assert len(shown(looked)) == 1


def test_what_is_not_confidential_is_seen_at_once() -> None:
    opened(contact=CALLER).office(i.LookAtContact, **WHY).then(d.ContactShown)


def test_a_department_is_shown_the_contact_once_somebody_else_approved() -> None:
    story = confidential().lead(i.Accept)
    asked = story.lead(i.AskForContact, **OWED).then(d.ApprovalRequested)
    assert shown(asked) == []
    approved = asked.approved()
    fact = approved.said(d.ContactShown)
    assert (fact.department, fact.approver.person) == (LEAD, APPROVER)
    ((topic, message),) = shown(approved)
    assert (topic, message.contact) == (department_topic(LEAD), CALLER)
    assert all(leaks(order) == [] for order in messages(approved, Order))


ON_DUTY = Person(id="p-min", name="闵建国")


def test_of_what_is_urgent_whoever_is_on_duty_approves_and_of_nothing_else() -> None:
    urgent = confidential(tier=Tier.URGENT).lead(i.AskForContact, **OWED)
    assert urgent.approved(ON_DUTY).said(d.ContactShown).approver.person == ON_DUTY
    assert urgent.act(i.Decline(ticket=TICKET, by=ON_DUTY, reason="不必。")).ticket.asked == ()
    calm = confidential().lead(i.Accept).lead(i.AskForContact, **OWED)
    refused = calm.approved(ON_DUTY).refused("role_missing").said(d.ActionRefused)
    assert "只对紧急件有此项权限" in refused.reason
    assert f"{APPROVER.name}（{APPROVER.id}）" in refused.reason


def test_what_was_shown_is_sealed_again_once_the_department_has_nothing_to_do_with_it() -> None:
    story = confidential().lead(i.Accept).lead(i.AskForContact, **OWED).approved()
    moved = story.office(i.Assign, lead="market")
    ((topic, message),) = shown(moved)
    assert (topic, message.contact, message.text) == (department_topic(LEAD), Contact(), None)
    assert shown(moved.department("market", i.Accept)) == []


def asked_by_lead() -> Story:
    return confidential().lead(i.Accept).lead(i.AskForContact, **OWED)


def test_a_department_hears_that_the_contact_is_not_shown_to_it_and_why() -> None:
    declined = asked_by_lead().office(i.Decline, reason="可在回访时代问。").then(d.ApprovalDeclined, d.ActionRefused)
    (order,) = messages(declined, Order)
    assert (order.happened, order.reason, order.role) == ("approval_declined", "可在回访时代问。", "lead")
    answer = declined.said(d.ActionRefused)
    assert (answer.party.department, answer.receipt, answer.action) == (LEAD, RECEIPT, "ask_for_contact")
    assert (answer.code, answer.reason) == ("not_approved", "未获批准：可在回访时代问。")
    assert shown(declined) == []
    asked_again = declined.lead(i.AskForContact, ground="first-contact", reason="诉求人要求上门。")
    asked_again.then(d.ApprovalRequested)


def test_a_department_hears_that_what_it_asked_for_is_decided_by_nobody_any_more() -> None:
    story = given.without_task(asked_by_lead()).lead(i.ReportHandled, reply="已办结。")
    lapsed = story.office(i.Review, accepted=True)
    assert lapsed.said(d.ApprovalLapsed).department == LEAD
    assert [order.happened for order in messages(lapsed, Order)].count("approval_lapsed") == 1
    assert (lapsed.said(d.ActionRefused).code, lapsed.said(d.ActionRefused).receipt) == ("approval_lapsed", RECEIPT)
    moved = asked_by_lead().office(i.Assign, lead="market")
    assert "approval_lapsed" not in [order.happened for order in messages(moved, Order)]
    assert (moved.said(d.ActionRefused).party.department, moved.said(d.ActionRefused).receipt) == (LEAD, RECEIPT)


def test_what_the_office_asks_for_is_no_matter_of_departments() -> None:
    waits = given.in_progress().office(i.Classify, tier=Tier.PARTICULARLY_COMPLEX, reason="涉及三个部门。")
    declined = waits.then(d.ApprovalRequested).office(i.Decline, reason="五日足够。")
    assert messages(declined, Order) == []


def test_who_may_not_ask_is_refused() -> None:
    opened(contact=CALLER).lead(i.Accept).lead(i.AskForContact, reason="联系。").refused("not_confidential")
    confidential().department("market", i.AskForContact, reason="联系。").refused("not_yours")
    confidential(requester_kind=RequesterKind.ANONYMOUS, requester=None).lead(i.AskForContact, reason="联系。").refused(
        "anonymous"
    )
    contractor = i.LookAtContact(ticket=TICKET, by=Person(id="p-yuan", name="袁晓岚"), reason="看看。")
    confidential().act(contractor).refused("role_missing")


# --- a department that asks for each contact --------------------------------------------------------------------------


def asking() -> Rules:
    """The shipped policy, by which the lead reads a mask in its orders."""
    rules = rules_with()
    there = (
        each.model_copy(update={"contact": ContactAccess.ON_REQUEST}) if each.code == LEAD else each
        for each in rules.policy.departments
    )
    directory = rules.policy.directory.model_copy(update={"departments": tuple(there)})
    return replace(rules, policy=rules.policy.model_copy(update={"directory": directory}))


def test_orders_of_a_department_that_asks_carry_a_mask_and_those_of_others_the_contact() -> None:
    story = opened(asking(), contact=CALLER).lead(i.Accept).office(i.Assign, lead=LEAD, supporting=("market",))
    told = {each.topic: each.message for each in story.told if isinstance(each.message, Order)}
    assert told[department_topic(LEAD)].contact == Contact(name="王**", phone="138****1234")
    assert told[department_topic("market")].contact == CALLER
    assert told[department_topic(LEAD)].confidential is None


def test_no_text_of_its_orders_says_name_or_number_and_the_place_is_said() -> None:
    place = Place(text=CALLER.address or "", subdistrict="siping")
    order = the_order(opened(asking(), contact=CALLER, text=TEXT, place=place))
    assert [said for said in (CALLER.name, "138-1234-1234") if str(said) in order.text] == []
    assert (order.place, place.text in order.text) == (place, True)


def test_it_is_shown_the_contact_at_once_and_the_trace_has_who_looked_and_why() -> None:
    asked = opened(asking(), contact=CALLER).lead(i.Accept).lead(i.AskForContact, **OWED)
    fact = asked.said(d.ContactShown)
    assert (fact.department, fact.reason, fact.approver) == (LEAD, OWED["reason"], None)
    ((topic, message),) = shown(asked)
    assert (topic, message.contact) == (department_topic(LEAD), CALLER)


def test_of_a_confidential_ticket_it_still_waits_for_an_approver() -> None:
    asked = opened(asking(), confidential=True, contact=CALLER).lead(i.Accept)
    asked.lead(i.AskForContact, **OWED).said(d.ApprovalRequested)


def test_what_it_was_shown_is_taken_back_when_it_has_nothing_to_do_with_the_ticket_any_more() -> None:
    asked = opened(asking(), contact=CALLER).lead(i.Accept).lead(i.AskForContact, **OWED)
    ((topic, message),) = shown(asked.office(i.Assign, lead="market"))
    assert (topic, message.contact) == (department_topic(LEAD), Contact())


# --- why, and how often -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("why", "code"),
    [
        ({"reason": WHY["reason"]}, "ground_missing"),
        ({"ground": "curious", "reason": WHY["reason"]}, "illegal_ground"),
        ({"ground": WHY["ground"], "reason": "看看。"}, "reason_too_short"),
        ({"ground": WHY["ground"], "reason": "看，看。。。。！"}, "reason_too_short"),
    ],
)
def test_a_reason_names_a_ground_and_says_something(why: dict[str, str], code: str) -> None:
    confidential().office(i.LookAtContact, **why).refused(code)
    confidential().lead(i.Accept).lead(i.AskForContact, **why).refused(code)


def seen(story: Story, count: int) -> Story:
    """The story, in whose last hour whoever acts next saw so many contacts."""
    return replace(story, rules=replace(story.rules, looks={RECEIPT: count}))


MOST = shipped().limits.looking.per_hour


def test_whoever_saw_as_many_as_policy_allows_within_the_hour_waits_for_an_approver() -> None:
    plain = opened(contact=CALLER)
    seen(plain, MOST - 1).office(i.LookAtContact, **WHY).then(d.ContactShown)
    asked = seen(plain, MOST).office(i.LookAtContact, **WHY).then(d.ApprovalRequested)
    assert f"已查看{MOST}件" in asked.said(d.ApprovalRequested).reason
    assert shown(asked) == []
    shown_at_last = asked.approved().said(d.ContactShown)
    assert (shown_at_last.by.person, shown_at_last.approver.person) == (person_for(i.LookAtContact), APPROVER)
    declined = asked.act(i.Decline(ticket=TICKET, by=APPROVER, reason="不必。"))
    assert shown(declined) == []


def test_of_what_has_ended_it_is_refused_with_what_to_do() -> None:
    ended = seen(given.closed(), MOST).office(i.LookAtContact, **WHY).refused("looked_too_often")
    assert APPROVER.name in ended.said(d.ActionRefused).reason


def test_so_does_a_person_of_a_department_that_asks_for_each() -> None:
    story = opened(asking(), contact=CALLER).lead(i.Accept)
    seen(story, MOST).lead(i.AskForContact, **OWED).then(d.ApprovalRequested)
