"""How far a change reaches is counted the same way every time, and some of it must not grow."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from bench.counts import COUNTS, Tree, facts, states

ROOT: Final = Path(__file__).resolve().parents[2]
LIMITS: Final = {
    "of these in services/dispatch": 2,
    "updates in the cores that no type checker sees": 1,
    "tests that import beside tests/support": 0,
    "functions over 40 lines": 1,
    "names of three or more classes": 2,
    "`told` in the code": 400,
    "words of the longest decision": 700,
    "arrows of the largest picture of a ticket's life": 40,
}


@pytest.fixture(scope="module")
def tree() -> Tree:
    return Tree(ROOT)


@pytest.mark.parametrize("name", LIMITS)
def test_what_was_made_small_stays_small(tree: Tree, name: str) -> None:
    assert float(COUNTS[name](tree).split()[0]) <= LIMITS[name]


@pytest.mark.parametrize("name", sorted(COUNTS.keys() - LIMITS.keys()))
def test_everything_can_be_counted(tree: Tree, name: str) -> None:
    assert float(COUNTS[name](tree).split()[0]) >= 0


def test_only_names_of_several_words_are_looked_for(tree: Tree) -> None:
    assert "RequestLapsed" in facts(tree)
    assert "Closed" not in facts(tree)
    assert "needs_info" in states(tree)
    assert "closed" not in states(tree)


def test_what_is_made_of_a_dictionary_of_anything_is_counted(tmp_path: Path) -> None:
    core = tmp_path / "services/a/core"
    core.mkdir(parents=True)
    (tmp_path / "deploy/mypy").mkdir(parents=True)
    (tmp_path / "deploy/mypy/model_copy.py").write_text("")
    (core / "decide.py").write_text(
        "def decide(found: dict[str, Any], typed: Stamp, read: Reading) -> None:\n"
        "    d.Handled(**found)\n    d.Handled(**typed)\n    d.Handled(**read.model_dump())\n    spoken(**found)\n"
    )
    assert COUNTS["updates in the cores that no type checker sees"](Tree(tmp_path)) == "2"


def test_files_that_are_written_by_a_program_are_not_counted(tmp_path: Path) -> None:
    written = ("docs/lifecycle.md", "docs/catalogue.md", "schemas/json/a.json", "schemas/openapi/desk.json")
    for name in (*written, "services/a.py", "tests/unit/test_a.py", ".venv/a.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x = 'request_lapsed'", "utf-8")
    assert Tree(tmp_path).naming(["request_lapsed"]) == ["services/a.py"]
    assert Tree(tmp_path).naming(["request_lapsed"], tests=True) == ["services/a.py", "tests/unit/test_a.py"]
    assert Tree(tmp_path).naming(["lapsed"]) == []
