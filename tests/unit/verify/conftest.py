"""What an honest system left behind; each test plants one violation in it."""

from __future__ import annotations

import pytest

from tests.support.verify import LIFE, stood, written
from tools.verify.books import Written
from tools.verify.evidence import Stood
from tools.verify.said import Said, said_of


@pytest.fixture
def records() -> list[Stood]:
    """What dispatch said, as it stands on the topic."""
    return [stood(number, message) for number, (_, message) in enumerate(LIFE, 1)]


@pytest.fixture
def said(records: list[Stood]) -> Said:
    return said_of(records)


@pytest.fixture
def rows(records: list[Stood]) -> list[Written]:
    """What dispatch recorded."""
    return [written(record, number) for number, record in enumerate(records, 1)]
