"""A whole system of its own for the tests of those who operate it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from schemas.registry import inbound_topic
from tests.support.operations import HOTLINE, Operations
from tools.local.instance import Instance


@pytest.fixture(scope="package")
def operations() -> Iterator[Operations]:
    """All services on a broker and a database of their own."""
    with Instance(ephemeral=True) as instance:
        instance.start_services()
        yield Operations(instance)


@pytest.fixture
def hotline() -> str:
    """The topic that the hotline writes."""
    return inbound_topic(HOTLINE)
