"""A copy of a model changes fields that it has, to values of their types: the project's plugin of mypy holds it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from mypy import api

ROOT = Path(__file__).resolve().parents[2]
PROJECT = ROOT / "pyproject.toml"
PACKAGES = (
    "schemas",
    "worktime",
    "sealing",
    "rulebook",
    "vocabulary",
    "classification",
    "doors",
    "chassis",
    "services",
    "tools",
    "liuhen",
    "examples",
    "bench",
    "tests",
)
_CODE = """
from schemas.values import Place
place = Place(text="四平路100号")
right = place.model_copy(update={"subdistrict": "siping"})
misspelt = place.model_copy(update={"subdistrikt": "siping"})
wrong_type = place.model_copy(update={"number": "one hundred"})
hidden = place.model_copy(update=dict(text="x"))
"""


@pytest.mark.slow
def test_a_misspelt_field_and_a_wrong_type_are_errors(tmp_path: Path) -> None:
    module = tmp_path / "copies.py"
    module.write_text(_CODE, encoding="utf-8")
    options = ["--config-file", str(PROJECT), "--cache-dir", str(tmp_path / "cache"), "--follow-imports", "silent"]

    said, _, _ = api.run([*options, str(module)])

    found = {int(line.split(":")[1]): line for line in said.splitlines() if "[model-copy]" in line}
    assert found.keys() == {5, 6, 7}, said
    assert '"Place" has no field "subdistrikt"' in found[5]
    assert 'Field "number" of "Place" is' in found[6]
    assert "Write the fields that change" in found[7]


# --- what the plugin cannot see --------------------------------------------------------------------------------------


def hidden_copies(code: str) -> list[tuple[int, str]]:
    """The lines in which a copy is made where mypy asks no plugin, and why it does not.

    mypy asks for a method that is called on a model: not for one that was given another name before, nor for one of a
    value whose type is a type variable, a protocol's or another function's.
    """
    if "model_copy" not in code:
        return []
    tree = ast.parse(code)
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    found = [
        (node.lineno, "named without being called")
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr == "model_copy" and id(node) not in called
    ]
    found += [
        (node.lineno, "named by a string")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "getattr" and "'model_copy'" in ast.unparse(node)
    ]
    variables = {name for node in tree.body for name in _type_variables(node)}
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            found += [(line, "of a type variable") for line in _of_variables(function, variables)]
    return sorted(set(found))


def _type_variables(node: ast.stmt) -> Iterator[str]:
    """The names that a module gives to type variables, and to other names of them."""
    value = getattr(node, "value", None)
    if isinstance(node, ast.Assign) and isinstance(value, ast.Call) and ast.unparse(value.func).endswith("TypeVar"):
        yield from (target.id for target in node.targets if isinstance(target, ast.Name))


def _of_variables(function: ast.FunctionDef | ast.AsyncFunctionDef, variables: set[str]) -> Iterator[int]:
    """The lines of a function in which a value of a type variable is copied."""
    spelled = function.args.posonlyargs + function.args.args + function.args.kwonlyargs
    named = [(each.arg, each.annotation) for each in spelled]
    named += [
        (node.target.id, node.annotation)
        for node in ast.walk(function)
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    ]
    of_variable = {
        name
        for name, annotation in named
        if annotation is not None
        and variables & {node.id for node in ast.walk(annotation) if isinstance(node, ast.Name)}
    }
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "model_copy":
            receiver = {each.id for each in ast.walk(node.func.value) if isinstance(each, ast.Name)}
            if receiver & of_variable:
                yield node.lineno


_HIDDEN = """
from typing import TypeVar
M = TypeVar("M", bound="Place")

def right(place: Place) -> Place:
    return place.model_copy(update={"text": "x"})

def of_variable(place: M) -> M:
    return place.model_copy(update={"tekst": "x"})

def renamed(place: Place) -> Place:
    copy = place.model_copy
    return copy(update={"tekst": "x"})

def by_string(place: Place) -> Place:
    return getattr(place, "model_copy")(update={"tekst": "x"})

def first(places: list[M]) -> M:
    return places[0].model_copy(update={"tekst": "x"})
"""


def test_a_copy_that_no_plugin_sees_is_found() -> None:
    assert hidden_copies(_HIDDEN) == [
        (9, "of a type variable"),
        (12, "named without being called"),
        (16, "named by a string"),
        (19, "of a type variable"),
    ]


def test_every_copy_is_made_where_the_plugin_sees_it() -> None:
    """Copy a value by its own type; a function for many types takes the copying function as an argument."""
    files = (file for package in PACKAGES for file in sorted((ROOT / package).rglob("*.py")))
    found = {
        str(file.relative_to(ROOT)): hidden
        for file in files
        if file != Path(__file__).resolve() and (hidden := hidden_copies(file.read_text("utf-8")))
    }
    assert found == {}
