"""Every field of the policy is read by code that decides or tells something: an edit of it cannot do nothing.

mypy types the services and says of each attribute which class it belongs to, so that a name which stands elsewhere too
does not count. What checks, loads or exports a policy is not followed, nor is what nobody calls.
"""

from __future__ import annotations

import ast
import inspect
import typing
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from pkgutil import resolve_name
from typing import Final

import pytest
from mypy import build
from mypy.modulefinder import BuildSource
from mypy.options import Options
from mypy.plugin import AttributeContext, FunctionContext, MethodContext, Plugin
from mypy.types import Type

from rulebook import Policy
from rulebook.base import Model
from rulebook.policy import FILES

ROOT: Final = Path(__file__).resolve().parents[2]
READERS: Final = ("services", "doors", "classification")
NOT_FOLLOWED: Final = ("rulebook.checks.", "rulebook.checked.", "rulebook.idle.", "rulebook.load.", "rulebook.export.")
WHOLE_FILES: Final = {"Manifest", "Catalogue", "Streets", "Units", "Templates"}
"""Models of whole files, whose fields are fields of the policy itself."""

pytestmark = pytest.mark.slow


class Uses(Plugin):
    """Notes in which line of which file something of the rulebook is used."""

    def __init__(self, options: Options) -> None:
        super().__init__(options)
        self.found: defaultdict[str, set[tuple[str, int]]] = defaultdict(set)

    def get_attribute_hook(self, fullname: str) -> Callable[[AttributeContext], Type] | None:
        def note(context: AttributeContext) -> Type:
            self.found[fullname].add((context.api.path, context.context.line))
            return context.default_attr_type

        return note if fullname.startswith("rulebook.") else None

    def get_method_hook(self, fullname: str) -> Callable[[MethodContext], Type] | None:
        def note(context: MethodContext) -> Type:
            self.found[fullname].add((context.api.path, context.context.line))
            return context.default_return_type

        return note if fullname.startswith("rulebook.") else None

    def get_function_hook(self, fullname: str) -> Callable[[FunctionContext], Type] | None:
        def note(context: FunctionContext) -> Type:
            self.found[fullname].add((context.api.path, context.context.line))
            return context.default_return_type

        return note if fullname.startswith("rulebook.") else None


def _sources() -> Iterator[BuildSource]:
    for package in ("rulebook", *READERS):
        for path in sorted((ROOT / package).rglob("*.py")):
            module = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
            yield BuildSource(str(path), module)


@cache
def uses() -> Mapping[str, set[tuple[str, int]]]:
    """Where each attribute, method and function of the rulebook is used."""
    options = Options()
    options.incremental = False
    options.follow_imports = "skip"
    options.ignore_missing_imports = True
    options.explicit_package_bases = True
    options.namespace_packages = True
    options.mypy_path = [str(ROOT)]
    plugin = Uses(options)
    build.build(list(_sources()), options, extra_plugins=[plugin])
    return plugin.found


@cache
def _functions(path: str) -> tuple[tuple[range, str], ...]:
    """The lines of every function of a file, outer ones first, with its full name."""
    found: list[tuple[range, str]] = []

    def walk(node: ast.AST, name: str) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                inner = f"{name}.{child.name}"
                if not isinstance(child, ast.ClassDef):
                    found.append((range(child.lineno, (child.end_lineno or child.lineno) + 1), inner))
                walk(child, inner)
            else:
                walk(child, name)

    walk(ast.parse(Path(path).read_text(encoding="utf-8")), _module(path))
    return tuple(found)


def _module(path: str) -> str:
    return ".".join(Path(path).resolve().relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def _user(path: str, line: int) -> str:
    """The innermost function that a line stands in, or the module."""
    inside = [name for lines, name in _functions(path) if line in lines]
    return inside[-1] if inside else _module(path)


def _as_declared(name: str) -> str:
    """A method under the class that has its body: a use is noted under the class of the value that it was called on."""
    owner, _, method = name.rpartition(".")
    try:
        found = resolve_name(owner)
    except (ImportError, AttributeError):
        return name
    for each in found.__mro__ if isinstance(found, type) else ():
        if inspect.isfunction(vars(each).get(method)):
            return f"{each.__module__}.{each.__qualname__}.{method}"
    return name


@cache
def reached() -> frozenset[str]:
    """Everything of the rulebook that a reader uses, itself or through a function of the rulebook."""
    used_by: defaultdict[str, set[str]] = defaultdict(set)
    for name, places in uses().items():
        for place in places:
            used_by[_user(*place)].add(_as_declared(name))
    waiting = [user for user in used_by if user.split(".")[0] in READERS]
    found: set[str] = set()
    while waiting:
        for name in used_by.get(waiting.pop(), ()):
            if name not in found and not name.startswith(NOT_FOLLOWED):
                found.add(name)
                waiting.append(name)
    return frozenset(found)


def _models(annotation: object) -> Iterator[type[Model]]:
    if isinstance(annotation, type) and issubclass(annotation, Model):
        yield annotation
    for inner in typing.get_args(annotation):
        yield from _models(inner)


def models(start: type[Model]) -> Iterator[type[Model]]:
    """A model and all that it is made of."""
    found, waiting = set[type[Model]](), [start]
    while waiting:
        model = waiting.pop()
        if model in found:
            continue
        found.add(model)
        yield model
        for info in model.model_fields.values():
            waiting += _models(info.annotation)


def _full_name(model: type[Model], field: str) -> str:
    """A field under the class that declares it, as mypy names it."""
    owner = next(each for each in reversed(model.__mro__) if field in inspect.get_annotations(each))
    return f"{owner.__module__}.{owner.__qualname__}.{field}"


FIELDS: Final = sorted({_full_name(model, field) for model in models(Policy) for field in model.model_fields})


def test_every_file_of_the_policy_is_part_of_it() -> None:
    parts = {model.__name__ for model in models(Policy)} | WHOLE_FILES
    assert {model.__name__ for model in FILES.values()} <= parts
    for model in FILES.values():
        if model.__name__ in WHOLE_FILES:
            assert set(model.model_fields) <= set(Policy.model_fields), model


@pytest.mark.parametrize("field", FIELDS)
def test_a_field_is_read_by_code_of_a_service(field: str) -> None:
    assert field in reached(), "no service reads it: read it where it decides something, or take it out of the rulebook"


def test_what_only_checks_use_does_not_count() -> None:
    assert "rulebook.checked.Checked.problem" in uses()
    assert "rulebook.checked.Checked.problem" not in reached()
    assert "rulebook.limits.Limit.budget_for" in reached()
