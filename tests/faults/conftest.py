"""What tests of blows stand on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bench.lines import Lines
from bench.village import Village
from bench.wired import Wired
from tools.local.instance import Instance
from tools.local.settings import LocalSettings, load_settings


@pytest.fixture(scope="module")
def longer() -> LocalSettings:
    """Settings of a system that is waited for three times as long, for its parts are struck down."""
    settings = load_settings()
    return settings.model_copy(update={"patience": 3 * settings.patience})


@pytest.fixture(scope="module")
def patient(longer: LocalSettings) -> Iterator[Instance]:
    """A system of a module's own, whose parts are struck down."""
    with Instance(ephemeral=True, clock="real", settings=longer) as instance:
        yield instance


@pytest.fixture(scope="module")
def village(patient: Instance) -> Village:
    """Its people, with all of its services."""
    village = Village(patient, ())
    patient.start_services()
    return village


@pytest.fixture(scope="module")
def wired(longer: LocalSettings) -> Iterator[Wired]:
    """A system of a module's own, whose parts are struck down, and whose lines are harmed."""
    with Lines() as lines, Wired(lines, ephemeral=True, clock="real", settings=longer) as instance:
        yield instance


@pytest.fixture(scope="module")
def doubled(wired: Wired) -> Village:
    """Its people; dispatch has two workers."""
    doubled = Village(wired, ("dispatch",))
    doubled.start()
    return doubled
