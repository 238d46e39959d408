"""The list of blows is whole: each can be dealt, to somebody."""

from __future__ import annotations

from bench.blows import LINES, Blow
from bench.lines import Harm


def test_each_harm_of_a_line_is_a_blow() -> None:
    assert set(LINES.values()) == set(Harm)
    assert {blow for blow in Blow if blow.name.startswith("LINE_")} == LINES.keys()
