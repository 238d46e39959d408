"""Of many reports that are wrong the first one is told."""

from __future__ import annotations

import json

import pytest
from pydantic import ValidationError

from services.notify.edges.reports import REPORTS


def test_reading_ends_at_the_first_report_that_is_wrong() -> None:
    with pytest.raises(ValidationError) as found:
        REPORTS.validate_json(json.dumps([0] * 1_000))
    assert found.value.error_count() == 1
