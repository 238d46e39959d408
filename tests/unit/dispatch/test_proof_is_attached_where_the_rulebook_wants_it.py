"""Evidence is attached where the rulebook wants it: a refusal says what is wanted, and an attachment is enough."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.frozen import replace
from rulebook import Policy
from rulebook.codes import Passing
from schemas import dispatch as d
from schemas import inbound as i
from schemas.attachments import Attached
from schemas.message import Message
from schemas.public import Order
from schemas.tickets import ActionReceived
from schemas.values import Party, PartyKind, Person, TicketState
from services.dispatch.core.commands import Act
from tests.support.dispatch.story import (
    AT,
    INCIDENT,
    LEAD,
    RECEIPT,
    TICKET,
    Story,
    opened,
    rules_with,
    shipped,
)

BY = Person(id="h-1", name="张科")
PHOTO = Attached(id="A" + "1" * 20, sha256="a" * 64, size=1, media="image/jpeg")
WANTED = "处置后的照片"


def wanting() -> Policy:
    """The shipped policy, whose catalogue wants a photograph of whatever was handled."""
    policy = shipped()
    given: dict[str, Any] = {name: getattr(policy, name) for name in Policy.model_fields}
    categories = tuple(each.model_copy(update={"proof": WANTED}) for each in policy.categories)
    return Policy.model_construct(**given | {"categories": categories})


def begun(policy: Policy | None = None) -> Story:
    story = opened(rules_with(dispatch=Passing.QUEUE, review=Passing.QUEUE)).office(i.Assign, lead=LEAD)
    return story if policy is None else replace(story, rules=replace(story.rules, policy=policy))


def says(story: Story, action: Any, *came: Attached, incident: str | None = None) -> Story:
    party = Party(kind=PartyKind.DEPARTMENT, department=LEAD)
    fact = ActionReceived(ticket=TICKET, receipt=RECEIPT, party=party, action=action, attached=came or None)
    return story.when(Act(fact, incident))


def handled() -> i.ReportHandled:
    return i.ReportHandled(ticket=TICKET, by=BY, reply="收费标准已公示，多收的已退还")


def refusal(story: Story) -> d.ActionRefused:
    (fact,) = (each for each in story.facts if isinstance(each, d.ActionRefused))
    return fact


def test_what_is_handled_is_shown_where_the_catalogue_wants_to_see_it() -> None:
    without = says(begun(wanting()), handled())
    assert refusal(without).code == "proof_missing"
    assert WANTED in refusal(without).reason
    assert says(begun(wanting()), handled(), PHOTO).ticket.state is TicketState.HANDLED


def test_nothing_is_wanted_where_the_catalogue_says_nothing() -> None:
    assert says(begun(), handled()).ticket.state is TicketState.HANDLED


@pytest.mark.parametrize(
    ("action", "wanted"),
    [
        (
            i.RequestReturn(ticket=TICKET, by=BY, ground="beyond-powers", reason="权限在市级部门"),
            "载明权限归属的文件",
        ),
        (
            i.RequestExtension(ticket=TICKET, by=BY, ground="needs-inspection", days=2, reason="须检测"),
            "检测鉴定的委托书",
        ),
        (
            i.RequestSuspension(
                ticket=TICKET, by=BY, ground="awaiting-policy", until=AT.replace(day=20), reason="须待市级标准"
            ),
            "上级部门的通知或者复函",
        ),
    ],
)
def test_a_ground_that_wants_proof_is_cited_with_it(action: Any, wanted: str) -> None:
    without = says(begun(), action)
    assert refusal(without).code == "proof_missing"
    assert wanted in refusal(without).reason
    with_it = says(begun(), action, PHOTO)
    assert not [each for each in with_it.facts if isinstance(each, d.ActionRefused)]
    assert [each.attachments for each in with_it.facts if isinstance(each, d.Carrying) and each.attachments] == [
        (PHOTO,)
    ]


def test_the_lead_reads_in_its_order_what_is_wanted() -> None:
    noted = says(begun(wanting()), i.NoteProgress(ticket=TICKET, by=BY, text="已到现场查看"))
    orders = [each.message for each in noted.told if isinstance(each.message, Order)]
    assert {each.proof for each in orders if each.role == "lead"} == {WANTED}


def kinds(facts: tuple[Message, ...]) -> set[type[Message]]:
    return {type(each) for each in facts}


def test_what_an_incident_reports_is_proved_with_the_incident() -> None:
    joined = begun(wanting()).office(i.JoinIncident, incident=INCIDENT)
    assert d.ActionRefused not in kinds(says(joined, handled(), incident=INCIDENT).facts)
