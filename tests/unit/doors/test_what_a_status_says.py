"""A request is given up where its status refuses it for ever, and made again where time or somebody mends it."""

from __future__ import annotations

import pytest

from doors.statuses import says_no


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 410, 413, 422, 451])
def test_what_is_refused_for_ever_is_not_tried_again(status: int) -> None:
    assert says_no(status)


@pytest.mark.parametrize("status", [200, 302, 307, 408, 425, 429, 500, 502, 503, 504])
def test_what_passes_is_tried_again(status: int) -> None:
    assert not says_no(status)
