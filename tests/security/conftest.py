"""What tests of the doors stand on."""

from __future__ import annotations

from pathlib import Path

import pytest

from rulebook import Policy, load_policy
from tests.support.security.doors import Doors
from tools.layout import POLICY
from tools.local.database import Database
from tools.local.instance import Instance


@pytest.fixture(scope="session")
def policy() -> Policy:
    return load_policy(POLICY)


@pytest.fixture
def doors(system: Instance, database: Database, tmp_path: Path) -> Doors:
    return Doors(database, system.broker("desk"), tmp_path)
