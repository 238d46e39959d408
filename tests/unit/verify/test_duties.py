"""An act that stands is that of somebody whose role allowed it at that moment."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

from rulebook import Policy, load_policy
from rulebook.rights import Rights, change, rights_of
from schemas.dispatch import ActionRefused
from schemas.examples import example
from schemas.inbound import Accept, Assign, OpenIncident
from schemas.message import Message
from schemas.tickets import ActionReceived, IncidentActionReceived
from schemas.values import Party, PartyKind, Person
from tools.verify.duties import SaidRights, beyond_duties

POLICY: Final = load_policy(Path("policy"))
NOON: Final = datetime(2026, 9, 14, 4, tzinfo=UTC)
TICKET: Final = "26091407000015"
RECEIPT: Final = example(ActionReceived).model_dump()["receipt"]
OFFICE: Final = Party(kind=PartyKind.OFFICE)
XU, FANG = Person(id="p-xu", name="徐文珏"), Person(id="p-fang", name="方立群")


def act(by: Person) -> ActionReceived:
    action = Assign(ticket=TICKET, by=by, lead="housing")
    return ActionReceived(ticket=TICKET, receipt=RECEIPT, party=OFFICE, action=action)


def found(*facts: Message, policy: Policy = POLICY) -> list[str]:
    return list(beyond_duties(SaidRights(policy), [(NOON, fact) for fact in facts]))


def test_an_act_within_somebodys_duties_is_right() -> None:
    assert found(act(XU)) == []


def test_an_act_beyond_them_is_found() -> None:
    (text,) = found(act(FANG))
    assert text == f"p-fang {NOON:%Y-%m-%d %H:%M:%S} 没有派单（assign）的职责，所做的却作数"


def test_one_under_another_name_is_found() -> None:
    assert len(found(act(Person(id="p-xu", name="方立群")))) == 1


def test_one_that_was_refused_does_not_stand() -> None:
    refused = ActionRefused.model_validate(example(ActionRefused).model_dump() | {"receipt": RECEIPT})
    assert found(act(FANG), refused) == []


def test_it_is_asked_for_the_day_of_the_act() -> None:
    people = tuple(
        each.model_copy(update={"valid_to": date(2026, 9, 14)}) if each.id == XU.id else each
        for each in POLICY.office.people
    )
    policy = POLICY.model_copy(update={"office": POLICY.office.model_copy(update={"people": people})})

    assert list(beyond_duties(SaidRights(policy), [(NOON, act(XU))])) == []
    assert len(list(beyond_duties(SaidRights(policy), [(NOON + timedelta(days=1), act(XU))]))) == 1


def test_acts_on_incidents_are_looked_at_and_those_of_departments_are_their_own_matter() -> None:
    opening = OpenIncident(by=FANG, title="停电")
    incident = example(IncidentActionReceived).model_dump()["incident"]
    on_incident = IncidentActionReceived(incident=incident, receipt=RECEIPT, party=OFFICE, action=opening)
    housing = Party(kind=PartyKind.DEPARTMENT, department="housing")
    accepted = Accept(ticket=TICKET, by=Person(id="h-1", name="陈立"))

    assert len(found(on_incident)) == 1
    assert found(ActionReceived(ticket=TICKET, receipt=RECEIPT, party=housing, action=accepted)) == []


def test_what_was_said_of_rights_counts_for_the_moment_of_the_act() -> None:
    everybody = rights_of(POLICY)
    first = change(Rights(), POLICY, FANG, "rights-1")
    without = tuple(each for each in POLICY.office.people if each.id != XU.id)
    policy = POLICY.model_copy(update={"office": POLICY.office.model_copy(update={"people": without})})
    second = change(everybody, policy, FANG, "rights-2")
    assert first is not None
    assert second is not None
    later = NOON + timedelta(hours=2)
    said = SaidRights(policy, [(later, second), (NOON - timedelta(hours=1), first)])

    # the policy of today knows nobody of that name, and then there was such a right
    for at, wrong in ((NOON, 0), (later, 1), (NOON - timedelta(days=1), 0)):
        assert len(list(beyond_duties(said, [(at, act(XU))]))) == wrong, at
