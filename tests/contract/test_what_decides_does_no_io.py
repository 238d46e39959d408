"""What decides reaches for nothing: of libraries and of the chassis, a core imports only what is named here."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

PURE: Final = frozenset(
    {
        "__future__",
        "collections",
        "contextlib",
        "dataclasses",
        "datetime",
        "enum",
        "functools",
        "hashlib",
        "itertools",
        "json",
        "math",
        "re",
        "string",
        "types",
        "typing",
    }
)
"""Of the standard library: none of them opens, asks, waits, or knows what time it is unless told."""

LIBRARIES: Final = {
    "jinja2": "notify fills in the texts of the policy",
    "phonenumbers": "doors bring numbers into one form",
    "pydantic": "messages and state are its models",
    "pypinyin": "desk finds names by their initials",
    "pydantic_core": "desk looks into the JSON of orders, which it reads as no model",
    "rapidfuzz": "intake compares texts",
    "typing_extensions": "what typing lacks in 3.11",
}
"""Each with what it is for."""

OURS: Final = (
    "chassis.crowding",
    "chassis.frozen",
    "chassis.reactions",
    "chassis.service",
    "doors.keyed",
    "doors.normal",
    "doors.own",
    "doors.people",
    "doors.permitted",
    "doors.phones",
    "doors.reading",
    "doors.refusals",
    "rulebook",
    "schemas",
    "services",
    "vocabulary",
    "worktime",
)

TELLING_TIME: Final = frozenset({"now", "today", "utcnow"})
OPENING: Final = frozenset({"open", "input", "print", "eval", "exec", "__import__"})

DOORS: Final = ("keyed", "normal", "people", "permitted", "phones", "reading", "refusals")
CORES: Final = sorted((*Path("services").glob("*/core/**/*.py"), *(Path(f"doors/{name}.py") for name in DOORS)))


def _imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def _allowed(module: str) -> bool:
    ours = any(module == each or module.startswith(f"{each}.") for each in OURS)
    return ours or module.partition(".")[0] in PURE | set(LIBRARIES)


def _calls(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            match node.func:
                case ast.Attribute(attr=name) if name in TELLING_TIME:
                    yield name
                case ast.Name(id=name) if name in OPENING:
                    yield name


@pytest.mark.parametrize("file", CORES, ids=str)
def test_a_core_imports_nothing_that_could_do_io_and_asks_nobody_for_the_time(file: Path) -> None:
    tree = ast.parse(file.read_text("utf-8"))

    assert [module for module in _imports(tree) if not _allowed(module)] == []
    assert list(_calls(tree)) == []


def test_every_library_that_is_named_is_used() -> None:
    used = {module.partition(".")[0] for file in CORES for module in _imports(ast.parse(file.read_text("utf-8")))}

    assert set(LIBRARIES) <= used
    assert used >= PURE


@pytest.mark.parametrize(
    "wrong", ["import urllib.request", "from socket import socket", "from chassis.clock import now"]
)
def test_a_core_that_reaches_out_would_be_found(wrong: str) -> None:
    assert not all(_allowed(module) for module in _imports(ast.parse(wrong)))
