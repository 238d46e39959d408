"""Who knows one service knows all: they have the same files, their cores the same parts, and what differs is named.

What a service does not need it does not have: here it says why. What else it needs goes into its core or its edges.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pytest

SERVICES: Final = Path(__file__).resolve().parents[2] / "services"
NAMES: Final = ("intake", "dispatch", "sla", "notify", "trace", "desk")

TREE: Final[Mapping[str, str]] = {
    "__init__.py": "what the service is for, in a sentence",
    "__main__.py": "puts it together and runs it",
    "settings.py": "what it is told by its surroundings",
    "work.py": "what it does in a lane transaction",
    "reactions": "what each fact that it hears means to it: a file, or one for each stretch of a ticket's life",
    "store": "its statements, one function each: a file, or one for each of what it keeps",
    "sql": "its tables",
    "core": "what decides and calculates, and the data that it goes by; it is pure",
    "edges": "what faces people and other systems, outside any lane transaction",
    "for_tools.py": "what the tools may use of it",
}
LACKS: Final[Mapping[str, Mapping[str, str]]] = {
    "dispatch": {"edges": "it speaks through topics alone"},
}

CORES: Final[Mapping[str, Mapping[str, str]]] = {
    "intake": {"state": "state.py", "decide": "decide.py"},
    "dispatch": {"state": "ticket.py", "commands": "commands.py", "decide": "decide.py", "evolve": "evolve.py"},
    "sla": {"state": "state.py", "commands": "commands.py", "decide": "decide.py", "evolve": "evolve.py"},
    "notify": {"state": "ledger.py", "commands": "ledger.py", "decide": "ledger.py", "evolve": "ledger.py"},
    "trace": {"state": "rows.py"},
    "desk": {"commands": "acts.py"},
}
"""In which module of a core its state, its commands, `decide` and `evolve` stand.

`dispatch`, `sla` and `notify` remember by folding their own facts; what `notify` folds, the ledger of a ticket's
notices, is small enough for one module. `intake` decides on submissions, which are its commands as they came in, and
remembers in tables what it decided. `trace` decides nothing: it folds the facts of others, in its `reactions`.
`desk` says what persons ask for, its commands, and leaves it to others to decide.
"""


def entries(folder: Path) -> set[str]:
    names = {path.name for path in folder.iterdir() if path.name != "__pycache__"}
    return {name.removesuffix(".py") if name.removesuffix(".py") in TREE else name for name in names}


def test_these_are_all_services() -> None:
    assert entries(SERVICES) - {"__init__.py", "py.typed"} == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_service_has_the_files_of_every_service_but_for_those_that_are_named_here(name: str) -> None:
    assert entries(SERVICES / name) == TREE.keys() - LACKS.get(name, {}).keys()


@pytest.mark.parametrize("name", NAMES)
def test_a_core_has_the_parts_that_are_named_here(name: str) -> None:
    found = {part: path for path in (SERVICES / name / "core").glob("*.py") for part in _decisions(path)}
    expected = {part: file for part, file in CORES[name].items() if part in {"decide", "evolve"}}

    assert {part: path.name for part, path in found.items()} == expected
    assert {*CORES[name].values()} <= entries(SERVICES / name / "core")


@pytest.mark.parametrize("name", NAMES)
def test_migrations_are_numbered_from_1_without_a_gap_and_none_twice(name: str) -> None:
    numbers = sorted(int(path.name[:3]) for path in (SERVICES / name / "sql").glob("*.sql"))

    assert numbers == [*range(1, len(numbers) + 1)]


def _decisions(path: Path) -> set[str]:
    defined = {each.name for each in ast.parse(path.read_text("utf-8")).body if isinstance(each, ast.FunctionDef)}
    return defined & {"decide", "evolve"}
