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
from schemas.requests import ActAsMember, MemberAnswered
from schemas.tickets import ActionReceived, IncidentActionReceived
from schemas.values import Actor, Party, PartyKind, Person, TicketState
from services.dispatch.core.allowed import may
from services.dispatch.core.commands import Act
from services.dispatch.core.incidents.decide import decide_incident
from services.dispatch.core.incidents.state import Incident, Membership
from services.dispatch.core.incidents.telling import tell_of_incident
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


def test_who_may_report_what_has_to_be_shown_is_offered_to_report_it() -> None:
    # given a matter of which the catalogue wants to see what was done
    story = begun(wanting())
    # when its department reads what it may ask for, before it has attached anything
    offered = may(story.ticket, LEAD, story.at, story.rules)
    # then the report is among it: whether the proof came along is asked of the report
    assert "report_handled" in offered


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


def test_what_an_incident_reports_is_proved_of_each_member() -> None:
    admitted = MemberAnswered(
        ticket=TICKET,
        origin=INCIDENT,
        by=Actor(by_rule="test"),
        admitted=True,
        reason="已加入",
        title="停电",
        lead=LEAD,
    )
    joined = begun(wanting()).office(i.JoinIncident, incident=INCIDENT).asked(admitted)
    assert refusal(says(joined, handled(), incident=INCIDENT)).code == "proof_missing"
    proved = says(joined, handled(), PHOTO, incident=INCIDENT)
    (fact,) = (each for each in proved.facts if isinstance(each, d.Handled))
    assert (fact.attachments, fact.incident) == ((PHOTO,), INCIDENT)
    # and what should never have been there goes as what it was uploaded for: for all members
    removed = proved.office(i.RemoveAttachment, attachment=PHOTO.id, reason="拍到了邻居家中")
    (gone,) = (each for each in removed.facts if isinstance(each, d.AttachmentRemoved))
    assert gone.incident == INCIDENT


def reported(*came: Attached, category: str = "0102-04") -> tuple[d.IncidentFact, ...]:
    """What a report of all members comes to."""
    party = Party(kind=PartyKind.DEPARTMENT, department=LEAD)
    incident = Incident(incident=INCIDENT, title="停电", lead=LEAD, category=category, members={TICKET: Membership()})
    action = i.ReportIncidentHandled(incident=INCIDENT, by=BY, reply="已恢复供电")
    received = IncidentActionReceived(
        incident=INCIDENT, receipt=RECEIPT, party=party, action=action, attached=came or None
    )
    rules = replace(begun().rules, policy=wanting())
    return decide_incident(incident, received, rules, AT)


def test_what_an_incident_reports_is_asked_for_proof_at_once() -> None:
    (refused,) = reported()
    assert isinstance(refused, d.IncidentActionRefused)
    assert (refused.code, WANTED in refused.reason) == ("proof_missing", True)
    (acted,) = reported(PHOTO)
    assert isinstance(acted, d.IncidentActed)
    assert acted.attached == (PHOTO,)
    # and it goes with the act to every member, step by step
    (told,) = tell_of_incident(None, acted)
    assert isinstance(told.message, ActAsMember)
    assert told.message.attached == (PHOTO,)
