"""A toy service for each test: its topics, its schema, its processes."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest

from chassis.migrate import migrate
from schemas.principals import ADMIN
from tests.support.chassis.outside import Toy, create_topics
from tools.local.instance import Instance
from tools.prepare.roles import prepare_roles

_numbers = count(1)


@pytest.fixture
async def toy(system: Instance, tmp_path: Path) -> AsyncIterator[Toy]:
    """A toy of the test's own, not started; the topic for outsiders is missing until the test makes it."""
    name = f"toy{os.getpid()}_{next(_numbers)}"
    system.cluster.create_database(name)
    owner = system.cluster.dsn("liuhen", name)
    await prepare_roles(owner, [name], lambda role: "toy" if role == name else system.cluster.password(role))
    await migrate(owner, name, None, datetime.now(UTC))
    host = owner.rpartition("@")[2]
    toy = Toy(name, system.broker(ADMIN), f"postgresql://{name}:toy@{host}", owner, tmp_path)
    await create_topics(toy.kafka, toy.topics())
    yield toy
    toy.end()
    system.cluster.drop_database(name)
