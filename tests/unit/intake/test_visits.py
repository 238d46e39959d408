"""One visitor, one device, one account; visits are recorded with or without problems, late and doubtful ones too."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from schemas.public import DeviceAsked, ReceiptRefused
from schemas.tickets import (
    ActionReceived,
    DeviceBound,
    DeviceDeclined,
    DeviceRequested,
    DoubtsSettled,
    Registered,
    Visited,
)
from services.intake.core.homes import coarse

PROBLEMS = {"problems": [{"text": "三楼水管漏水"}, {"text": "门口路灯不亮", "category": "0101-01"}]}
CLERK, STRANGER = {"id": "p-yuan", "name": "袁晓岚"}, {"id": "p-nobody", "name": "无"}


def kinds(messages: Any) -> list[type]:
    return [type(message) for message in messages]


def ask(front: Any, device: str, visitor: str = "v-1") -> Any:
    wish = {"visitor": visitor, "device": device, "reason": "手机丢了"}
    return front.take("survey", "request-device", wish)


def approve(device: str, visitor: str = "v-1", by: Any = None) -> dict[str, Any]:
    return {"visitor": visitor, "device": device, "by": by or CLERK}


def test_each_problem_is_a_ticket_and_one_receipt_names_them_all(front: Any, visit: Any) -> None:
    bound, visited, first, second, receipt = front.took("survey", "record-visit", visit | PROBLEMS)
    assert kinds([bound, visited, first, second]) == [DeviceBound, Visited, Registered, Registered]
    assert receipt.tickets == visited.tickets == (first.ticket, second.ticket)
    assert first.visit.visitor == "v-1"
    assert first.place.text == visit["address"]["text"]
    assert "201" not in visited.household


def test_a_household_that_praises_is_promised_an_answer(front: Any, visit: Any) -> None:
    problems = [{"text": "物业上门很快", "kind": "praise"}, {"text": "门口路灯不亮"}]
    *_, praised, asked, _ = front.took("survey", "record-visit", visit | {"problems": problems})
    promises = [front.state.tickets[each.ticket].promise for each in (praised, asked)]
    assert promises == ['{"goodwill":true}', None]


def test_a_visit_without_a_problem_is_recorded(front: Any, visit: Any) -> None:
    _, visited, receipt = front.took("survey", "record-visit", visit)
    assert isinstance(visited, Visited)
    assert receipt.tickets == ()


def test_the_first_use_binds_and_the_next_visit_says_nothing_of_it(front: Any, visit: Any) -> None:
    assert DeviceBound in kinds(front.took("survey", "record-visit", visit))
    assert DeviceBound not in kinds(front.took("survey", "record-visit", visit))


def test_another_device_of_the_same_account_is_refused(front: Any, visit: Any) -> None:
    front.took("survey", "record-visit", visit)
    code, field, reason = front.refused("survey", "record-visit", visit | {"device": "phone-2"})
    assert (code, field) == ("other_device", "device")
    assert "换机申请" in reason


def test_another_account_on_the_same_device_is_refused(front: Any, visit: Any) -> None:
    front.took("survey", "record-visit", visit)
    assert front.refused("survey", "record-visit", visit | {"visitor": "v-2"})[0] == "device_taken"


def test_a_lost_phone_is_bound_anew_when_the_survey_office_approves(front: Any, visit: Any) -> None:
    front.took("survey", "record-visit", visit)
    asked = ask(front, "phone-2")
    assert kinds(answer.message for answer in asked.says)[:2] == [DeviceRequested, DeviceAsked]
    assert asked.says[1].topic == "liuhen.public.channel.office.v1"
    bound, _ = front.took("office", "approve-device", approve("phone-2"))
    assert bound.approved_by.id == "p-yuan"
    assert front.took("survey", "record-visit", visit | {"device": "phone-2"})


def test_what_the_old_phone_kept_is_taken_when_it_is_from_before_the_change(front: Any, visit: Any) -> None:
    front.took("survey", "record-visit", visit)
    ask(front, "phone-2")
    front.took("office", "approve-device", approve("phone-2"))
    front.wait(days=3)
    assert (
        front.took("survey", "record-visit", visit | PROBLEMS)[0].visited_at.isoformat() == "2026-09-14T01:00:00+00:00"
    )
    assert front.took("survey", "record-visit", visit)[0].doubts == ("earlier_device",)
    later = visit | {"visited_at": "2026-09-16T01:00:00Z"}
    assert front.refused("survey", "record-visit", later)[0] == "other_device"


def test_a_phone_may_deliver_days_late_and_its_time_stands(front: Any, visit: Any) -> None:
    front.wait(days=5)
    _, _, registered, _, _ = front.took("survey", "record-visit", visit | PROBLEMS)
    assert registered.occurred_at.isoformat() == "2026-09-14T01:00:00+00:00"
    assert registered.ticket.startswith("260919")


@pytest.mark.parametrize(
    ("by", "device", "code"),
    [(STRANGER, "phone-2", "not_permitted"), (CLERK, "phone-3", "no_such_request")],
)
def test_nobody_is_bound_without_a_wish_and_a_clerk(front: Any, visit: Any, by: Any, device: str, code: str) -> None:
    front.took("survey", "record-visit", visit)
    ask(front, "phone-2")
    assert front.refused("office", "approve-device", approve(device, by=by))[0] == code


def decline(device: str, visitor: str = "v-1", by: Any = None) -> dict[str, Any]:
    return approve(device, visitor, by) | {"reason": "请到大调研办当面核实。"}


def test_a_wish_for_another_device_is_declined_with_a_reason_that_its_author_hears(front: Any, visit: Any) -> None:
    front.took("survey", "record-visit", visit)
    asked = ask(front, "phone-2")
    receipt = asked.verdict.receipt
    front.state.asked = {receipt: ("survey/1", "wish-1")}
    declined, told, _ = front.took("office", "decline-device", decline("phone-2"))
    assert isinstance(declined, DeviceDeclined)
    assert (declined.visitor, declined.reason, declined.declined_by.id) == ("v-1", "请到大调研办当面核实。", "p-yuan")
    assert isinstance(told, ReceiptRefused)
    assert (told.receipt, told.source, told.submission) == (receipt, "survey/1", "wish-1")
    assert (told.code, told.reason) == ("device_declined", "大调研办不同意换机：请到大调研办当面核实。")
    # then it waits no longer, and nothing was bound
    assert front.refused("office", "approve-device", approve("phone-2"))[0] == "no_such_request"
    assert front.refused("survey", "record-visit", visit | {"device": "phone-2"})[0] == "other_device"


@pytest.mark.parametrize(
    ("by", "device", "code"),
    [(STRANGER, "phone-2", "not_permitted"), (CLERK, "phone-3", "no_such_request")],
)
def test_nothing_is_declined_without_a_wish_and_a_clerk(
    front: Any, visit: Any, by: Any, device: str, code: str
) -> None:
    front.took("survey", "record-visit", visit)
    ask(front, "phone-2")
    assert front.refused("office", "decline-device", decline(device, by=by))[0] == code


def test_a_wish_for_a_device_can_be_declined_later_so_its_receipt_is_not_final(front: Any, visit: Any) -> None:
    front.took("survey", "record-visit", visit)
    *_, receipt = (each.message for each in ask(front, "phone-2").says)
    assert receipt.final is False


def test_a_visit_that_is_refused_for_its_device_waits_with_the_survey_office_once(front: Any, visit: Any) -> None:
    front.took("survey", "record-visit", visit)
    away = visit | {"device": "phone-2"}
    refused = front.take("survey", "record-visit", away)
    asked, told = (each for each in refused.says if isinstance(each.message, DeviceRequested | DeviceAsked))
    assert (asked.message.visitor, asked.message.device) == ("v-1", "phone-2")
    assert told.topic == "liuhen.public.channel.office.v1"
    assert "（不是绑定的设备）" in told.message.reason
    # again and again from there, it waits as it did
    again = front.take("survey", "record-visit", away)
    assert not any(isinstance(each.message, DeviceRequested) for each in again.says)
    # and it is approved or declined like any other wish
    front.took("office", "approve-device", approve("phone-2"))
    assert front.took("survey", "record-visit", away)


def test_a_refused_visit_writes_no_wish_over(front: Any, visit: Any) -> None:
    front.took("survey", "record-visit", visit)
    ask(front, "phone-2")
    front.refused("survey", "record-visit", visit | {"device": "phone-3"})
    assert front.state.requests["v-1"].device == "phone-2"


def test_a_device_of_somebody_else_cannot_be_wished_for(front: Any, visit: Any) -> None:
    front.took("survey", "record-visit", visit)
    assert ask(front, "phone-1", "v-2").refusal.code == "device_taken"
    assert ask(front, "phone-1").refusal.code == "already_bound"


@pytest.mark.parametrize(
    ("position", "doubt"),
    [
        ({"latitude": 39.9, "longitude": 116.4}, "outside_district"),
        ({"accuracy": 900}, "poor_accuracy"),
        ({"at": "2026-09-13T20:00:00Z"}, "position_of_another_time"),
    ],
)
def test_an_implausible_position_is_a_doubt_and_blocks_nothing(
    front: Any, visit: Any, position: Any, doubt: str
) -> None:
    _, visited, receipt = front.took("survey", "record-visit", visit | {"position": visit["position"] | position})
    assert visited.doubts == (doubt,)
    assert receipt.action == "record_visit"


def test_a_household_outside_the_areas_that_the_policy_gives_the_unit_is_a_doubt(front: Any, visit: Any) -> None:
    mine = visit | {"address": {"text": "平凉路100弄3号", "subdistrict": "siping"}}
    _, visited, _ = front.took("survey", "record-visit", mine)
    assert visited.doubts == ()
    elsewhere = visit | {"address": {"text": "平凉路100弄3号", "subdistrict": "daqiao"}}
    visited, receipt = front.took("survey", "record-visit", elsewhere)
    assert visited.doubts == ("outside_areas_of_unit",)
    assert receipt.action == "record_visit"


def test_too_far_in_too_short_a_time_is_a_doubt_also_when_delivered_the_other_way_round(front: Any, visit: Any) -> None:
    later = visit | {"visited_at": "2026-09-14T01:02:00Z"}
    front.took("survey", "record-visit", later)
    far = visit | {"position": visit["position"] | {"latitude": 31.34}}
    visited, _ = front.took("survey", "record-visit", far)
    assert visited.doubts == ("too_fast",)


def test_a_position_that_is_no_number_is_refused(front: Any, visit: Any) -> None:
    broken = visit | {"position": visit["position"] | {"latitude": float("nan")}}
    assert front.refused("survey", "record-visit", broken)[:2] == ("out_of_range", "position.latitude")


def test_an_unknown_unit_is_refused(front: Any, visit: Any) -> None:
    assert front.refused("survey", "record-visit", visit | {"unit": "unit-99"})[:2] == ("unknown_unit", "unit")


def test_a_problem_of_a_visit_can_be_confidential_accuse_and_come_from_the_city(front: Any, visit: Any) -> None:
    problem = {"text": "物业科收钱", "kind": "report", "confidential": True, "accused": ["housing"]}
    problem |= {"upstream": {"number": "SH-7", "due": "2026-09-20T09:00:00Z"}}
    *_, registered, _ = front.took("survey", "record-visit", visit | {"problems": [problem]})
    assert (registered.confidential, registered.accused) == (True, ("housing",))
    assert registered.upstream.number == "SH-7"
    wrong = visit | {"problems": [problem | {"accused": ["moon"]}]}
    assert front.refused("survey", "record-visit", wrong)[:2] == ("unknown_department", "problems.0.accused")


# --- doubts are looked into ------------------------------------------------------------------------------------------


def settle(visit: str, by: Any = None) -> dict[str, Any]:
    return {"visit": visit, "verdict": "sound", "reason": "与户主电话核实，当日确有走访。", "by": by or CLERK}


def doubtful(front: Any, visit: Any) -> str:
    """The receipt of a visit whose phone did not know where it was."""
    *_, visited, _ = front.took("survey", "record-visit", visit | {"position": visit["position"] | {"accuracy": 900}})
    assert isinstance(visited, Visited)
    return visited.receipt


def test_a_person_of_the_survey_office_settles_the_doubts_of_a_visit(front: Any, visit: Any) -> None:
    receipt = doubtful(front, visit)
    settled, answer = front.took("office", "settle-doubts", settle(receipt))
    assert isinstance(settled, DoubtsSettled)
    assert (settled.visit, settled.visitor, settled.verdict, settled.by.id) == (receipt, "v-1", "sound", "p-yuan")
    assert answer.action == "settle_doubts"


def test_doubts_are_settled_once(front: Any, visit: Any) -> None:
    receipt = doubtful(front, visit)
    front.took("office", "settle-doubts", settle(receipt))
    code, field, reason = front.refused("office", "settle-doubts", settle(receipt) | {"verdict": "untrue"})
    assert (code, field) == ("settled_already", "visit")
    assert "袁晓岚" in reason


def test_a_visit_that_nobody_doubts_has_nothing_to_settle(front: Any, visit: Any) -> None:
    _, visited, _ = front.took("survey", "record-visit", visit)
    assert front.refused("office", "settle-doubts", settle(visited.receipt))[:2] == ("nothing_doubtful", "visit")


@pytest.mark.parametrize(
    ("by", "receipt", "code"), [(STRANGER, None, "not_permitted"), (CLERK, "R0123456789AB", "no_such_visit")]
)
def test_nobody_settles_without_a_duty_or_what_is_not_there(
    front: Any, visit: Any, by: Any, receipt: str | None, code: str
) -> None:
    known = doubtful(front, visit)
    assert front.refused("office", "settle-doubts", settle(receipt or known, by=by))[0] == code


# --- what the household raised before ---------------------------------------------------------------------------------

LEAK: dict[str, Any] = {"text": "三楼水管漏水已经三天没有人来修理"}


def told(front: Any, visit: Any, *problems: dict[str, Any], **more: Any) -> tuple[Any, ...]:
    """What a visit led to, without who was bound to a device, the receipt last."""
    messages = front.took("survey", "record-visit", visit | {"problems": list(problems)} | more)
    return tuple(each for each in messages if not isinstance(each, DeviceBound))


def test_a_problem_that_the_household_told_before_presses_for_its_ticket(front: Any, visit: Any) -> None:
    _, first, _ = told(front, visit, LEAK)
    visited, pressed, other, receipt = told(front, visit, LEAK, {"text": "门口的路灯坏了晚上很黑看不清路"})
    assert (pressed.ticket, pressed.matched, pressed.repeat_of) == (first.ticket, True, first.receipt)
    assert (pressed.action.do, pressed.action.mode, pressed.action.text) == ("follow_up", "press", LEAK["text"])
    assert isinstance(other, Registered)
    assert receipt.tickets == visited.tickets == (first.ticket, other.ticket)


def test_a_problem_told_twice_at_one_door_is_one_ticket(front: Any, visit: Any) -> None:
    visited, first, pressed, receipt = told(front, visit, LEAK, LEAK)
    assert isinstance(first, Registered)
    assert isinstance(pressed, ActionReceived)
    assert receipt.tickets == visited.tickets == (first.ticket,)


def test_what_was_raised_at_the_door_is_found_by_telephone_and_a_number_that_is_claimed_there_finds_no_call(
    front: Any, visit: Any, report: Any
) -> None:
    phone = {"contact": {"phone": "13800000001"}}
    (called, *_) = front.took("hotline", "register", report | LEAK | phone)
    _, own, given = told(front, visit, LEAK, **phone)
    assert isinstance(own, Registered)
    assert called.ticket not in given.tickets
    lamp = {"text": "门口的路灯坏了晚上很黑看不清路"}
    _, raised, _ = told(front, visit, lamp, **phone)
    (again, *_) = front.took("hotline", "register", report | lamp | phone)
    assert again.ticket == raised.ticket


def test_a_household_that_leaves_a_number_later_is_the_same_household(front: Any, visit: Any) -> None:
    _, first, _ = told(front, visit, LEAK)
    _, pressed, _ = told(front, visit, LEAK, contact={"phone": "13800000001"})
    assert pressed.ticket == first.ticket


@pytest.mark.parametrize(
    ("before", "after", "more"),
    [
        (LEAK, LEAK | {"confidential": True}, {}),
        (LEAK, LEAK, {"requester_kind": "anonymous"}),
        (LEAK, LEAK, {"household": "四号楼 101"}),
        (LEAK, LEAK | {"place": {"text": "国权路1号"}}, {}),
        (LEAK | {"category": "0101-02"}, LEAK | {"category": "0101-03"}, {}),
        ({"text": "漏水"}, {"text": "漏水"}, {}),
    ],
    ids=["confidential", "anonymous", "another household", "another place", "another category", "too short"],
)
def test_what_is_another_matter_is_another_ticket(front: Any, visit: Any, before: Any, after: Any, more: Any) -> None:
    told(front, visit, before)
    _, raised, _ = told(front, visit, after, **more)
    assert isinstance(raised, Registered)


@pytest.mark.parametrize(("days", "reopens"), [(3, True), (60, False)])
def test_a_problem_that_had_been_solved_is_asked_to_be_reopened_or_came_back(
    front: Any,
    visit: Any,
    days: int,
    reopens: bool,  # noqa: FBT001 - a case of the table
) -> None:
    _, first, _ = told(front, visit, LEAK)
    known = front.state.tickets[first.ticket]._replace(open=False, ended=front.now)
    front.state.tickets[known.id] = known
    front.state.open_by_requester.clear()
    front.state.ended_by_requester = {known.requester: [known]}
    front.wait(days=days)
    _, again, _ = told(front, visit, LEAK, visited_at=front.now.isoformat())
    if reopens:
        assert isinstance(again, ActionReceived)
        assert again.ticket == first.ticket
    else:
        assert isinstance(again, Registered)
        assert again.recurrence_of == first.ticket


@pytest.mark.parametrize(("days", "code"), [(3, None), (59, None), (61, "too_late"), (400, "too_late")])
def test_a_visit_may_come_late_and_not_when_nobody_remembers_it(
    front: Any, visit: Any, days: int, code: str | None
) -> None:
    said = {**visit, "visited_at": (front.now - timedelta(days=days)).isoformat()}
    decision = front.take("survey", "record-visit", said)
    assert (decision.refusal and decision.refusal.code) == code


AT_HOME = {"text": "平凉路100弄3号501室", "road": "平凉路", "number": 100, "subdistrict": "pingliang"}
TOLD = {"text": "居委会干部收钱办低保", "confidential": True}


@pytest.mark.parametrize("told", [TOLD, {**TOLD, "place": {"text": "平凉路100弄 3号501室"}}])
def test_where_somebody_lives_who_spoke_in_confidence_is_sealed_in_their_contact(
    front: Any, visit: Any, told: dict[str, Any]
) -> None:
    _, _, registered, _ = front.took("survey", "record-visit", visit | {"address": AT_HOME, "problems": [told]})
    assert (registered.place.text, registered.place.number, registered.place.road) == ("平凉路100弄", None, "平凉路")
    assert registered.place.subdistrict == "pingliang"
    assert registered.contact.address == AT_HOME["text"]


def test_what_lies_elsewhere_is_said_whole(front: Any, visit: Any) -> None:
    told = {**TOLD, "place": {"text": "国和路100号"}}
    _, _, registered, _ = front.took("survey", "record-visit", visit | {"address": AT_HOME, "problems": [told]})
    assert registered.place.text == "国和路100号"


def test_of_an_anonymous_household_the_house_is_kept_and_the_flat_nowhere(front: Any, visit: Any) -> None:
    asked = visit | {
        "address": AT_HOME,
        "requester_kind": "anonymous",
        "contact": {},
        "problems": [{"text": "群租扰民"}],
    }
    _, _, registered, _ = front.took("survey", "record-visit", asked)
    assert (registered.place.text, registered.contact.address) == ("平凉路100弄3号", None)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("翔殷三村12号", "翔殷三村"),
        ("控江路1200号502室", "控江路"),
        ("国和一村", "国和一村"),
        ("五角场镇三楼东间", "五角场镇"),
        ("平凉路１００弄底楼", "平凉路１００弄"),
        ("3号楼501", "住户家中"),
    ],
)
def test_an_address_without_the_house_is_its_lane_compound_or_road(address: str, said: str) -> None:
    assert coarse(address) == said
