"""Walks through whole changes fit the code as it is, and a change reaches no more files than was promised."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

import pytest

ROOT: Final = Path(__file__).resolve().parents[2]
WALKS: Final = sorted((ROOT / "docs/how-to").glob("*.md"))
MOST: Final = {"fact": 10, "channel": 8, "state": 12}
"""How many files somebody has to edit for a new one, at most."""


class Hunk(NamedTuple):
    """A part of a change: the file, and the lines that stand there before it."""

    file: str
    before: list[str]


def impacted(text: str) -> list[str]:
    """The files that a walk says are edited by hand."""
    section = text.partition("\n## Files impacted\n")[2].partition("\n## ")[0]
    return re.findall(r"^\| `([^`]+)` \|", section, flags=re.MULTILINE)


def hunks(text: str) -> Iterator[Hunk]:
    for part in re.split(r"^### `", text, flags=re.MULTILINE)[1:]:
        file = part.partition("`")[0]
        for diff in re.findall(r"```diff\n(.*?)```", part, flags=re.DOTALL):
            yield Hunk(file, [line[1:] for line in diff.splitlines() if not line.startswith("+") and line.strip()])


@pytest.mark.parametrize("walk", WALKS, ids=lambda walk: walk.stem)
def test_a_walk_shows_every_file_that_it_says_is_edited(walk: Path) -> None:
    text = walk.read_text("utf-8")
    assert impacted(text)
    assert set(impacted(text)) == {hunk.file for hunk in hunks(text)}
    assert len(impacted(text)) <= MOST.get(walk.stem, 15)


@pytest.mark.parametrize("walk", WALKS, ids=lambda walk: walk.stem)
def test_a_walk_begins_from_the_code_as_it_is(walk: Path) -> None:
    gone = [
        f"{file}: {line}"
        for file, before in hunks(walk.read_text("utf-8"))
        for line in before
        if line not in (ROOT / file).read_text("utf-8").splitlines()
    ]
    assert gone == [], "the walk shows lines that do not stand there any more; show those that do"


def test_there_is_a_walk_for_whatever_is_added_most() -> None:
    assert {walk.stem for walk in WALKS} == {"action", "channel", "fact", "limit", "message", "metric", "state"}
