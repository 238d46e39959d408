"""What tests stand on: a real broker and database, started once; a database of its own for each test that asks."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import settings

from tools.local.database import Database
from tools.local.instance import Instance

# A slow machine is no failure; what was found once is found again.
settings.register_profile("liuhen", deadline=None, print_blob=True)
settings.load_profile("liuhen")

# What starts a process of pytest-xdist says 80 columns to it, and every table of the command line would believe that.
os.environ.pop("COLUMNS", None)

_TEMPLATE = "liuhen_template"
_numbers = count(1)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what runs alone, where its file is not named."""
    named = {Path(argument.partition("::")[0]).name for argument in config.args}
    left = [item for item in items if item.get_closest_marker("alone") and item.path.name not in named]
    config.hook.pytest_deselected(items=left)
    items[:] = [item for item in items if item not in left]


def pytest_make_parametrize_id(val: object) -> str | None:
    """Name a case of a set in one order, so that every process of a run has the same tests."""
    return ",".join(sorted(map(str, val))) if isinstance(val, frozenset | set) else None


@pytest.fixture(scope="session")
def system() -> Iterator[Instance]:
    """A broker with every topic and a cluster with every table; no service runs until a test starts it."""
    with Instance(ephemeral=True) as instance:
        instance.cluster.create_database(_TEMPLATE, template=instance.plan.postgres.database)
        yield instance


@pytest.fixture
def database(system: Instance) -> Iterator[Database]:
    """A database of the test's own: roles, schemas and tables of every service, and no rows."""
    name = f"test_{next(_numbers)}"
    system.cluster.create_database(name, template=_TEMPLATE)
    yield Database(system.cluster, name)
    system.cluster.drop_database(name)
