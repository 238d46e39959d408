"""A test can be read, moved and run alone: what several share is in `tests/support`, and little else is needed."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def imported(module: Path) -> Iterator[str]:
    """Every module that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(module.read_text("utf-8"))):
        match node:
            case ast.Import(names=names):
                yield from (name.name for name in names)
            case ast.ImportFrom(module=None) | ast.ImportFrom(level=1 | 2 | 3 | 4):
                yield "tests"
            case ast.ImportFrom(module=str(name)):
                yield name
            case _:
                pass


def needs(module: Path) -> Iterator[str]:
    """What a file wants beyond Python: the broker and database of `tests/conftest.py`, or a program of the system."""
    for node in ast.walk(ast.parse(module.read_text("utf-8"))):
        match node:
            case ast.arg(arg="system" | "database" as fixture):
                yield f"the fixture {fixture}"
            case ast.Attribute(attr="which"):
                yield "a program"
            case _:
                pass


def test_no_test_imports_another() -> None:
    wrong = [
        f"{file.relative_to(ROOT)} imports {name}"
        for file in (ROOT / "tests").rglob("*.py")
        for name in imported(file)
        if name.split(".")[0] == "tests" and not name.startswith("tests.support")
    ]
    assert wrong == []


def test_what_tests_share_holds_no_test() -> None:
    assert list((ROOT / "tests/support").rglob("test_*.py")) == []


def test_unit_and_contract_tests_need_python_alone() -> None:
    wrong = [
        f"{file.relative_to(ROOT)} needs {need}"
        for folder in ("unit", "contract")
        for file in (ROOT / "tests" / folder).rglob("*.py")
        for need in needs(file)
    ]
    assert wrong == []
