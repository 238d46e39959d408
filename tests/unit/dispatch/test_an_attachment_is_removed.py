"""An attachment that should never have been there is taken out of the ticket, its order, its task, and its others."""

from __future__ import annotations

from typing import Any

from rulebook.codes import Passing
from schemas import dispatch as d
from schemas import inbound as i
from schemas import requests as r
from schemas.attachments import Attached
from schemas.message import Message
from schemas.public import DeskTask, Order
from schemas.values import Actor
from tests.support.dispatch.story import LEAD, OTHER, RECEIPT, TICKET, Story, opened, person_for, rules_with

WHY = "拍到了邻居家中，与诉求无关。"


def photo(digit: int) -> Attached:
    return Attached(id="A" + str(digit) * 20, sha256="9f" * 32, size=1000, media="image/jpeg")


def waiting(**more: Any) -> Story:
    return opened(rules_with(dispatch=Passing.QUEUE), attachments=(photo(1), photo(2)), **more)


def removing(story: Story, digit: int = 1) -> Story:
    by = person_for(i.RemoveAttachment)
    return story.act(i.RemoveAttachment(ticket=TICKET, by=by, attachment=photo(digit).id, reason=WHY))


def told(story: Story, model: type[Message]) -> list[Any]:
    return [each.message for each in story.told if isinstance(each.message, model)]


def ids(shown: Any) -> list[str]:
    return [each.id for each in shown or ()]


def test_who_removed_which_and_why_stands_in_the_trace() -> None:
    fact = removing(waiting()).said(d.AttachmentRemoved)
    assert (fact.attachment, fact.reason, fact.by.person) == (photo(1).id, WHY, person_for(i.RemoveAttachment))


def test_the_desk_is_told_the_task_anew_without_it() -> None:
    assert ids(told(removing(waiting()), DeskTask)[-1].attachments) == [photo(2).id]


def test_the_department_is_told_its_order_anew_without_it() -> None:
    story = removing(waiting().office(i.Assign, lead=LEAD))
    assert ids(told(story, Order)[-1].attachments) == [photo(2).id]


def test_what_is_not_there_is_refused_with_what_to_do() -> None:
    removing(removing(waiting())).refused("no_such_attachment")
    removing(waiting(), 7).refused("no_such_attachment")


def test_a_ticket_that_took_it_along_removes_it_too_and_asks_back_nothing() -> None:
    by = Actor(by_rule="policy")
    merge: dict[str, Any] = {"ticket": TICKET, "origin": OTHER, "by": by}
    taken = waiting().asked(
        r.TakeMerge(**merge, requester="h-1", attachments=(photo(5),), reason="重复", receipt=RECEIPT)
    )
    asked = removing(taken, 5)
    assert [(each.ticket, each.attachment) for each in told(asked, r.RemoveAttachmentToo)] == [(OTHER, photo(5).id)]
    done = taken.asked(r.RemoveAttachmentToo(**merge, attachment=photo(5).id, reason=WHY))
    assert done.said(d.AttachmentRemoved).origin == OTHER
    assert told(done, r.RemoveAttachmentToo) == []
    assert done.asked(r.RemoveAttachmentToo(**merge, attachment=photo(5).id, reason=WHY)).facts == ()
