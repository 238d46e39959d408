"""Attachments are shown to whoever takes part; a confidential requester's are sealed, and a matter takes them along."""

from __future__ import annotations

from typing import Any

from rulebook.codes import Passing
from schemas import dispatch as d
from schemas import inbound as i
from schemas import requests as r
from schemas.attachments import Attached, ShownAttachment
from schemas.message import Message
from schemas.public import DeskTask, Order
from schemas.tickets import ActionReceived
from schemas.values import Actor, Party, PartyKind, Person
from services.dispatch.core.commands import Act
from tests.support.dispatch.story import LEAD, OTHER, RECEIPT, TICKET, Story, opened, rules_with

HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


BY = Actor(by_rule="policy")


def photo(digit: int) -> Attached:
    return Attached(id="A" + str(digit) * 20, sha256=HASH, size=1000, media="image/jpeg")


def shown(digit: int, **more: Any) -> ShownAttachment:
    return ShownAttachment(**photo(digit).model_dump(), **more)


def begun(**values: Any) -> Story:
    """A ticket that the housing bureau works on."""
    story = opened(rules_with(dispatch=Passing.QUEUE), **values).office(i.Assign, lead=LEAD)
    return story.lead(i.Accept)


def by_department(story: Story, action: i.NoteProgress | i.ReportHandled, *came: Attached) -> Story:
    party = Party(kind=PartyKind.DEPARTMENT, department=LEAD)
    return story.when(Act(ActionReceived(ticket=TICKET, receipt=RECEIPT, party=party, action=action, attached=came)))


def last(story: Story, model: type[Message]) -> Any:
    return [each.message for each in story.told if isinstance(each.message, model)][-1]


def noted(story: Story, *came: Attached) -> Story:
    by = Person(id="h-1", name="张科")
    return by_department(story, i.NoteProgress(ticket=TICKET, by=by, text="已到现场查看"), *came)


def test_the_requesters_photograph_stands_in_the_order_and_on_the_desk() -> None:
    story = begun(attachments=(photo(1),))
    assert last(noted(story), Order).attachments == (shown(1),)
    waits = opened(rules_with(dispatch=Passing.QUEUE), attachments=(photo(1),))
    assert last(waits, DeskTask).attachments == (shown(1),)


def test_what_a_department_adds_stands_beside_it_under_its_name() -> None:
    story = noted(begun(attachments=(photo(1),)), photo(2))
    assert isinstance(story.facts[0], d.ProgressNoted)
    assert story.facts[0].attachments == (photo(2),)
    assert last(story, Order).attachments == (shown(1), shown(2, department=LEAD))


def test_one_fact_carries_it_and_the_next_ones_do_not() -> None:
    by = Person(id="h-1", name="张科")
    handled = i.ReportHandled(ticket=TICKET, by=by, reply="已退还多收的费用")
    story = by_department(begun(), handled, photo(3))
    carried = [each for each in story.facts if isinstance(each, d.Carrying) and each.attachments]
    assert [type(each) for each in carried] == [d.Handled]


def test_a_confidential_requesters_photograph_is_sealed_and_a_departments_is_not() -> None:
    story = noted(begun(attachments=(photo(1),), confidential=True), photo(2))
    assert last(story, Order).attachments == (shown(1, sealed=True), shown(2, department=LEAD))


def test_who_is_released_is_told_of_none() -> None:
    story = noted(begun(attachments=(photo(1),)))
    reassigned = story.office(i.Assign, lead="construction")
    orders = [each.message for each in reassigned.told if isinstance(each.message, Order)]
    assert [each.attachments for each in orders if each.role == "none"] == [None]


def test_parts_of_a_split_have_what_the_requester_sent() -> None:
    story = noted(begun(attachments=(photo(1),)), photo(2))
    parts = story.office(i.Split, parts=(i.Part(text="收费没有公示"), i.Part(text="楼道灯不亮")), reason="两件事")
    asked = [each.message for each in parts.told if isinstance(each.message, r.OpenPart)]
    assert [each.attachments for each in asked] == [(photo(1),), (photo(1),)]


def test_a_merged_tickets_photograph_comes_along_and_goes_with_it() -> None:
    story = begun(attachments=(photo(1),))
    merge: dict[str, Any] = {"ticket": TICKET, "origin": OTHER, "by": BY}
    asked = r.TakeMerge(**merge, requester="h-1", attachments=(photo(5),), reason="重复", receipt=RECEIPT)
    taken = story.asked(asked)
    assert last(taken, Order).attachments == (shown(1), shown(5))
    dropped = taken.asked(r.DropMerge(**merge))
    assert [each.attached for each in dropped.ticket.attachments] == [photo(1)]


def test_what_came_with_words_of_misconduct_is_kept_from_departments() -> None:
    story = begun()
    action = i.FollowUp(ticket=TICKET, mode="add", text="办事员收了好处费，有照片为证")
    told = story.when(
        Act(
            ActionReceived(
                ticket=TICKET,
                receipt=RECEIPT,
                party=Party(kind=PartyKind.WECHAT),
                action=action,
                matched=True,
                attached=(photo(6),),
            )
        )
    )
    added = next(each for each in told.facts if isinstance(each, d.FollowUpAdded))
    assert added.withheld
    assert last(noted(told), Order).attachments is None
