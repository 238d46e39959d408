"""What tests of blows stand on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bench.village import Village
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
