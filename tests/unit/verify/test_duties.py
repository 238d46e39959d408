"""An act that stands is that of somebody whose role allowed it at that moment."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

from rulebook import Policy, load_policy
from rulebook.rights import Rights, change, rights_of
from schemas import dispatch as d
from schemas.dispatch import ActionRefused
from schemas.examples import example
from schemas.inbound import Accept, Assign, OpenIncident, RecordCityVerdict
from schemas.message import Message
from schemas.tickets import ActionReceived, IncidentActionReceived
from schemas.values import Actor, Grade, Party, PartyKind, Person, Solved, Tier
from tests.support import verify
from tools.verify.duties import LIMITED, SaidRights, beyond_duties, beyond_urgency
from tools.verify.life import life_of

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


def test_the_city_vouches_for_its_own_people() -> None:
    verdict = RecordCityVerdict(
        ticket=TICKET, by=Person(id="city-12345", name="市热线办"), solved=Solved.SOLVED, satisfaction=Grade.SATISFIED
    )
    city = Party(kind=PartyKind.CITY)
    assert found(ActionReceived(ticket=TICKET, receipt=RECEIPT, party=city, action=verdict)) == []
    assert len(found(ActionReceived(ticket=TICKET, receipt=RECEIPT, party=OFFICE, action=verdict))) == 1


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


MIN: Final = Actor(party=OFFICE, person=Person(id="p-min", name="闵建国"))
REOPENED: Final = d.Reopened(ticket=verify.TICKET, by=MIN, reason="夜间来电称又漏水。", count=1)


def alone(*facts: Message, policy: Policy = POLICY) -> list[str]:
    later = [(verify.MONDAY + timedelta(hours=hour), fact) for hour, fact in enumerate(facts, 1)]
    return list(beyond_urgency(policy, life_of(verify.TICKET, [*verify.LIFE, *later])))


def test_what_somebody_may_do_on_urgent_tickets_alone_is_found_on_another() -> None:
    (text,) = alone(verify.closed(), REOPENED)
    assert text == "p-min 2026-03-02 03:00:00 只对紧急件有重启办理（reopen）的职责，这件不是"


def test_on_an_urgent_one_it_is_right_and_so_is_who_may_always() -> None:
    raised = d.Classified(ticket=verify.TICKET, by=verify.BY, tier=Tier.URGENT, category="0101-02")
    assert alone(raised, verify.closed(), REOPENED) == []
    assert alone(verify.closed(), REOPENED.model_copy(update={"by": Actor(party=OFFICE, person=XU)})) == []


def test_every_act_that_policy_keeps_for_urgent_tickets_is_known_by_a_fact() -> None:
    assert set(POLICY.office.urgent_only) <= set(LIMITED.values())
