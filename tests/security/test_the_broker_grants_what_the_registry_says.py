"""Every user of the broker may do what the topics file says and no more: each is tried with each topic and name."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Final

import pytest
from aiokafka.errors import KafkaError

from chassis.broker import Broker
from rulebook import load_policy
from schemas.principals import ADMIN, Operation, Principal, PrincipalKind, Resource, own_prefix, principals
from schemas.registry import topics
from tests.support.security.asking import Asking
from tools.layout import POLICY
from tools.local.instance import Instance
from tools.prepare import quotas, rights

CODES: Final = [department.code for department in load_policy(POLICY).departments]
EVERYBODY: Final = principals(CODES)
TOPICS: Final = [topic.name for topic in topics(CODES)]
NAMES: Final = [
    *(each.name if each.kind is PrincipalKind.SERVICE else f"{own_prefix(each.name)}one" for each in EVERYBODY),
    "nobody",
]
"""A name of a group or a transaction of everybody's own, and one that is nobody's."""


@pytest.mark.parametrize("principal", EVERYBODY, ids=lambda each: each.name)
async def test_a_user_may_do_what_the_registry_says_and_nothing_else(system: Instance, principal: Principal) -> None:
    def may(operation: Operation, resource: Resource, names: Iterable[str]) -> set[str]:
        return {name for name in names if principal.may(operation, resource, name)}

    async with Asking.as_user(system.broker(principal.name)) as asking:
        assert await asking.described(TOPICS) == may(Operation.DESCRIBE, Resource.TOPIC, TOPICS)
        assert await asking.read(TOPICS) == may(Operation.READ, Resource.TOPIC, TOPICS)
        assert await asking.written(TOPICS) == may(Operation.WRITE, Resource.TOPIC, TOPICS)
        assert await asking.created([*TOPICS, "liuhen.another.v1"]) == set()
        assert await asking.joined(NAMES) == may(Operation.READ, Resource.GROUP, NAMES)
        assert await asking.looked_at(NAMES) == may(Operation.DESCRIBE, Resource.GROUP, NAMES)
        assert await asking.transacted(NAMES) == may(Operation.WRITE, Resource.TRANSACTIONAL_ID, NAMES)


@pytest.mark.parametrize("user", ["department.housing", ADMIN, "nobody"])
async def test_without_the_password_nobody_enters(system: Instance, user: str) -> None:
    with pytest.raises(KafkaError):
        async with Asking.as_user(Broker(system.kafka, user, "guessed")):
            pass


def test_granting_what_is_granted_changes_nothing(system: Instance) -> None:
    needed = rights.plan(rights.standing(system.broker(ADMIN)), EVERYBODY)
    assert (needed.new, needed.gone) == (rights.NOTHING, rights.NOTHING)


async def test_everybody_outside_has_a_bound_on_what_it_sends(system: Instance) -> None:
    admin = system.broker(ADMIN)
    bounds = await asyncio.to_thread(quotas.standing, admin)
    assert bounds == {each.name: each.bytes_per_second for each in EVERYBODY if each.bytes_per_second}

    # and one that the registry does not know goes, others stay
    await asyncio.to_thread(quotas.carry_out, admin, [quotas.Bound("trace", 1_000)])
    assert await asyncio.to_thread(quotas.make_true, admin, EVERYBODY) == (quotas.Bound("trace", None),)
    assert await asyncio.to_thread(quotas.standing, admin) == bounds


async def test_a_department_that_is_no_more_enters_no_more(system: Instance) -> None:
    # given a department that once was
    admin, gone = system.broker(ADMIN), "department.ironworks"
    once = rights.make_true(admin, principals([*CODES, "ironworks"]), system.secrets)
    assert once.new.users == {gone}
    once_known = system.broker(gone)
    async with Asking.as_user(once_known) as asking:
        assert await asking.joined([f"{gone}.one"])

        # when the rulebook knows it no more
        taken = rights.make_true(admin, EVERYBODY, system.secrets)

        # then whoever is connected may do nothing, and nobody enters with its password, which is kept no longer
        assert taken.gone.users == {gone}
        assert not (system.secrets / gone).exists()
        assert not await asking.joined([f"{gone}.one"])
    with pytest.raises(KafkaError):
        async with Asking.as_user(once_known):
            pass
