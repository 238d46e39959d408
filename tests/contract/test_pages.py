"""A page that is made from the code says what the code says now."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.pages import pages


@pytest.mark.parametrize("path", pages(), ids=lambda path: path.name)
def test_a_page_is_what_would_be_made_now(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == pages()[path], "run `make pages`"
