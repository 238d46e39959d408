"""Walks through whole changes fit the code as it is, and a change reaches no more files than was promised."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

import pytest
import yaml

ROOT: Final = Path(__file__).resolve().parents[2]
WALKS: Final = sorted((ROOT / "docs/how-to").glob("*.md"))
MOST: Final = {"fact": 10, "channel": 8, "state": 12}
"""How many files somebody has to edit for a new one, at most."""


HELD_BY: Final = {
    "fact": ("tests/unit/dispatch/test_work_is_done_and_checked.py",),
    "channel": ("tests/unit/intake/test_taking.py", "tests/contract/test_vocabulary.py"),
    "state": (
        "tests/unit/dispatch/test_work_is_done_and_checked.py",
        "tests/unit/intake/test_what_a_state_means_to_a_citizen.py",
        "tests/unit/intake/test_what_a_citizen_can_do.py",
        "tests/contract/test_what_citizens_are_offered.py",
        "tests/contract/test_vocabulary.py",
    ),
}
"""The story of each change, and tests that ask every state, channel and fact for what belongs to it."""
COPIED: Final = (
    *("chassis", "classification", "deploy", "doors", "liuhen", "policy", "rulebook", "schemas", "sealing", "services"),
    *("tests", "tools", "vocabulary", "worktime"),
)
HALF_WRITTEN: Final = shutil.ignore_patterns("*.pyc.*")
"""Bytecode that another process is writing in this moment is gone in the next."""


class Hunk(NamedTuple):
    """A part of a change: the file, the lines that stand there before it, and those that stand there after it."""

    file: str
    before: list[str]
    after: list[str]


def impacted(text: str) -> list[str]:
    """The files that a walk says are edited by hand."""
    section = text.partition("\n## Files impacted\n")[2].partition("\n## ")[0]
    return re.findall(r"^\| `([^`]+)` \|", section, flags=re.MULTILINE)


def hunks(text: str) -> Iterator[Hunk]:
    for part in re.split(r"^### `", text, flags=re.MULTILINE)[1:]:
        file = part.partition("`")[0]
        for diff in re.findall(r"```diff\n(.*?)```", part, flags=re.DOTALL):
            lines = diff.splitlines()
            before = [line[1:] for line in lines if not line.startswith("+")]
            yield Hunk(file, before, [line[1:] for line in lines if not line.startswith("-")])


def put_in(hunk: Hunk, there: list[str]) -> list[str]:
    """Change the lines of a file as a patch would; what has no context goes to the end.

    The panels of a dashboard repeat what they call things, so that a hunk is put into each of them; everywhere else it
    must be plain where it belongs.
    """
    if not hunk.before:
        return [*there, "", "", *hunk.after]
    size = len(hunk.before)
    found = [at for at in range(len(there) - size + 1) if there[at : at + size] == hunk.before]
    assert found, f"{hunk.file} has these lines nowhere, one after another: {hunk.before}"
    assert len(found) == 1 or hunk.file.endswith(".json"), f"{hunk.file} has them {len(found)} times: {hunk.before}"
    for at in reversed(found):
        there = [*there[:at], *hunk.after, *there[at + size :]]
    return there


def changed(walk: Path) -> Mapping[str, str]:
    """Make the change of a walk, hunk after hunk; returns what its files say then."""
    files: dict[str, list[str]] = {}
    for hunk in hunks(walk.read_text("utf-8")):
        there = files.get(hunk.file) or (ROOT / hunk.file).read_text("utf-8").splitlines()
        files[hunk.file] = put_in(hunk, there)
    return {file: "\n".join((*lines, "")) for file, lines in files.items()}


@pytest.mark.parametrize("walk", WALKS, ids=lambda walk: walk.stem)
def test_a_walk_shows_every_file_that_it_says_is_edited(walk: Path) -> None:
    text = walk.read_text("utf-8")
    assert impacted(text)
    assert set(impacted(text)) == {hunk.file for hunk in hunks(text)}
    assert len(impacted(text)) <= MOST.get(walk.stem, 15)


@pytest.mark.parametrize("walk", WALKS, ids=lambda walk: walk.stem)
def test_a_walk_can_be_made_hunk_by_hunk_and_leaves_files_that_can_be_read(walk: Path, tmp_path: Path) -> None:
    for file, text in changed(walk).items():
        if file.endswith(".py"):
            (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / file).write_text(text, "utf-8")
        elif file.endswith(".json"):
            json.loads(text)
        elif file.endswith(".yaml"):
            yaml.safe_load(text)
    ruff = [sys.executable, "-m", "ruff", "check", "--isolated", "--quiet", "--select", "E9,F", str(tmp_path)]
    found = subprocess.run(ruff, capture_output=True, text=True, check=False)  # noqa: S603 - of this tree
    assert found.stdout == "", "the walk leaves names that nothing defines, or imports that nothing uses"


def test_a_hunk_whose_lines_do_not_stand_together_is_found() -> None:
    with pytest.raises(AssertionError, match="nowhere, one after another"):
        put_in(Hunk("a.py", ["first", "third"], ["first", "new", "third"]), ["first", "second", "third"])
    with pytest.raises(AssertionError, match="has them 2 times"):
        put_in(Hunk("a.py", ["same"], ["same", "new"]), ["same", "same"])


@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", HELD_BY)
def test_a_walk_names_every_file_that_the_change_needs(name: str, tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    for part in COPIED:
        shutil.copytree(ROOT / part, tree / part, ignore=HALF_WRITTEN)
    shutil.copy(ROOT / "pyproject.toml", tree)
    for file, text in changed(ROOT / f"docs/how-to/{name}.md").items():
        (tree / file).write_text(text, "utf-8")
    pytests = [sys.executable, "-m", "pytest", "-q", "-x", "-n", "0", "-p", "no:cacheprovider", *HELD_BY[name]]
    made = subprocess.run(pytests, cwd=tree, capture_output=True, text=True, check=False)  # noqa: S603
    assert made.returncode == 0, made.stdout[-4_000:]


def test_there_is_a_walk_for_whatever_is_added_most() -> None:
    assert {walk.stem for walk in WALKS} == {"action", "channel", "fact", "limit", "message", "metric", "state"}
