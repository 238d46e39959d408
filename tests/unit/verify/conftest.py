"""What an honest system left behind; each test plants one violation in it."""

from __future__ import annotations

import pytest

from tests.support.verify import LIFE, stood, written
from tools.client.log import TopicRecord
from tools.verify.books import Written
from tools.verify.said import Said, said_of


@pytest.fixture
def records() -> list[TopicRecord]:
    """What dispatch said, as it stands on the topic."""
    return [stood(number, message) for number, (_, message) in enumerate(LIFE, 1)]


@pytest.fixture
def said(records: list[TopicRecord]) -> Said:
    return said_of(records)


@pytest.fixture
def rows(records: list[TopicRecord]) -> list[Written]:
    """What dispatch recorded."""
    return [written(record, number) for number, record in enumerate(records, 1)]
