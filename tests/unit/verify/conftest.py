"""What an honest system left behind; each test plants one violation in it."""

from __future__ import annotations

import pytest

from tests.support.verify import LIFE, stood, written
from tools.client.log import TopicRecord
from tools.verify.contents import Contents, contents_of
from tools.verify.rows import EventRow


@pytest.fixture
def records() -> list[TopicRecord]:
    """What dispatch said, as it stands on the topic."""
    return [stood(number, message) for number, (_, message) in enumerate(LIFE, 1)]


@pytest.fixture
def contents(records: list[TopicRecord]) -> Contents:
    return contents_of(records)


@pytest.fixture
def rows(records: list[TopicRecord]) -> list[EventRow]:
    """What dispatch recorded."""
    return [written(record, number) for number, record in enumerate(records, 1)]
