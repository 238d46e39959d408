"""The next page of the ledger asks for what this one asked for."""

from __future__ import annotations

from urllib.parse import parse_qsl

from yarl import URL

from services.trace.edges.browser.surveyed import kept


def test_everything_but_the_place_is_asked_again() -> None:
    asked = "from=2026-11-01&to=2026-11-30&unit=unit-01&visitor=v-1&doubted=true&settled=false&limit=10"

    assert kept(URL(f"/survey/visits?{asked}&after=x").query) == dict(parse_qsl(asked))
