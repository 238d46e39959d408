"""The page that shows the life of a ticket says what the table says."""

from __future__ import annotations

from services.dispatch.lifecycle import PAGE, page


def test_the_page_is_what_the_table_makes() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `python -m services.dispatch.lifecycle`"
