"""Who may do what on the broker follows from the topics file, and from nothing else."""

from __future__ import annotations

from typing import Final

import pytest

from schemas.principals import (
    DESK,
    LETTERS,
    OPERATORS,
    Grant,
    Operation,
    Principal,
    PrincipalKind,
    Resource,
    principal_of,
    principals,
)
from schemas.registry import TopicKind, department_topic, inbound_topic, topics
from schemas.values import Party, PartyKind

CODES: Final = ("housing", "housing-2", "greening")
EVERYBODY: Final = {each.name: each for each in principals(CODES)}
SERVICES: Final = {name for name, each in EVERYBODY.items() if each.kind is PrincipalKind.SERVICE}


def test_everybody_who_is_named_at_a_topic_is_a_user() -> None:
    named = {name for topic in topics(CODES) for name in (*topic.writers, *topic.readers)}
    assert named <= EVERYBODY.keys()


DOORS: Final = (DESK, "intake")
"""Those who speak for parties that have no user of their own: persons of the office, and citizens."""


def test_every_party_is_a_user_and_may_write_its_own_inbound_topic() -> None:
    parties = [Party(kind=kind) for kind in PartyKind if kind is not PartyKind.DEPARTMENT]
    for party in (*parties, *(Party(kind=PartyKind.DEPARTMENT, department=code) for code in CODES)):
        own = EVERYBODY[principal_of(party)]
        written = [grant.name for grant in own.grants if grant[1:3] == (Operation.WRITE, Resource.TOPIC)]
        assert inbound_topic(party) in written
        assert own.name in DOORS or written == [inbound_topic(party)]


def test_only_the_door_of_persons_speaks_for_the_office_and_changes_its_rules() -> None:
    assert "office" not in EVERYBODY
    for topic in ("liuhen.inbound.office.v1", "liuhen.rules.v1"):
        may = {name for name, each in EVERYBODY.items() if each.may(Operation.WRITE, Resource.TOPIC, topic)}
        assert may - {LETTERS} == {DESK}


def test_a_service_may_read_what_it_said_itself() -> None:
    said = [topic for topic in topics(CODES) if topic.kind in (TopicKind.INTERNAL, TopicKind.PUBLIC)]
    for topic in said:
        for writer in topic.writers:
            assert EVERYBODY[writer].may(Operation.READ, Resource.TOPIC, topic.name)


def test_a_department_reads_its_topic_in_its_own_groups_writes_its_inbound_topic_and_nothing_else() -> None:
    name = "department.housing"
    party = Party(kind=PartyKind.DEPARTMENT, department="housing")
    assert set(EVERYBODY[name].grants) == {
        Grant(name, Operation.READ, Resource.TOPIC, department_topic("housing")),
        Grant(name, Operation.WRITE, Resource.TOPIC, inbound_topic(party)),
        Grant(name, Operation.READ, Resource.GROUP, "department.housing.", prefix=True),
        Grant(name, Operation.WRITE, Resource.TRANSACTIONAL_ID, "department.housing.", prefix=True),
    }


@pytest.mark.parametrize("other", sorted(EVERYBODY.keys() - {OPERATORS}))
def test_nobody_takes_part_in_the_groups_of_another(other: str) -> None:
    group = other if other in SERVICES else f"{other}.anything"
    may = {name for name, each in EVERYBODY.items() if each.may(Operation.READ, Resource.GROUP, group)}
    assert may <= {other}


def test_only_services_write_what_is_not_an_inbound_topic() -> None:
    others = [each for name, each in EVERYBODY.items() if name not in SERVICES]
    inbound = {topic.name for topic in topics(CODES) if topic.kind is TopicKind.INBOUND}
    written = {(each.name, grant.name) for each in others for grant in written_by(each)}
    assert {(who, topic) for who, topic in written if topic not in inbound} == set()


def test_a_service_writes_an_inbound_topic_only_where_it_is_the_door_of_whoever_speaks_there() -> None:
    inbound = {topic.name for topic in topics(CODES) if topic.kind is TopicKind.INBOUND}
    written = {
        (name, grant.name) for name in SERVICES for grant in written_by(EVERYBODY[name]) if grant.name in inbound
    }
    of_channels = {("intake", f"liuhen.inbound.{party}.v1") for party in ("survey", "wechat", "citizen", "city")}
    of_departments = {("desk", f"liuhen.inbound.department.{code}.v1") for code in CODES}
    of_persons = {("desk", f"liuhen.inbound.{party}.v1") for party in ("office", "callback", "hotline")}
    assert written == {*of_channels, *of_persons, *of_departments}


def test_whoever_watches_writes_nothing_and_whoever_puts_letters_back_reads_nothing() -> None:
    assert not written_by(EVERYBODY[OPERATORS])
    assert {grant.operation for grant in EVERYBODY[LETTERS].grants} == {Operation.WRITE}


def test_what_is_dead_is_written_by_the_services_that_could_not_read_it() -> None:
    found = {topic.name: topic for topic in topics(CODES)}
    assert found["liuhen.rules.v1-dlt"].writers == ("sla", "trace", "desk")
    assert found["liuhen.inbound.office.v1-dlt"].writers == ("intake",)


def test_everybody_outside_has_a_bound_on_what_it_sends() -> None:
    unbounded = {name for name, each in EVERYBODY.items() if each.bytes_per_second is None}
    assert unbounded == {*SERVICES, OPERATORS, LETTERS}


def written_by(principal: Principal) -> list[Grant]:
    return [grant for grant in principal.grants if grant[1:3] == (Operation.WRITE, Resource.TOPIC)]
