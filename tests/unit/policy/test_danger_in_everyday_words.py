"""Danger that callers tell in everyday words calls whoever is on duty; ordinary matters with the same words do not."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from rulebook import load_policy

POLICY: Final = load_policy(Path("policy"))
_HERE: Final = Path(__file__).parent / "everyday"


def sentences(name: str) -> list[str]:
    """Made-up sentences of callers, one a line."""
    return (_HERE / f"{name}.txt").read_text(encoding="utf-8").splitlines()


def is_urgent(text: str) -> bool:
    return any(each.group.urgent for each in POLICY.listener.recognised(text))


@pytest.mark.parametrize("text", sentences("danger"))
def test_danger_is_urgent_in_whatever_everyday_words(text: str) -> None:
    assert is_urgent(text)


@pytest.mark.parametrize("text", [*sentences("ordinary"), *sentences("ordinary-held-out")])
def test_an_ordinary_matter_wakes_nobody(text: str) -> None:
    assert not is_urgent(text)


def test_of_sentences_that_no_pattern_was_written_for_no_fewer_are_recognised_than_were_measured() -> None:
    found = [text for text in sentences("danger-held-out") if is_urgent(text)]
    assert len(found) >= 10
