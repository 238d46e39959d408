"""What a function refers to, itself and through the functions of its package that it uses: read from their sources."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from types import FunctionType
from typing import Any, Final, NamedTuple

from tools.layout import ROOT

Function = Callable[..., object]
_Source = ast.FunctionDef | ast.Lambda

_NOTHING: Final = object()


class SourceLine(NamedTuple):
    """A line of a file of the clone."""

    path: Path
    line: int

    @property
    def link(self) -> str:
        """The place as a link in a page of `docs/`."""
        return f"[{self.path.name}:{self.line}](../{self.path.relative_to(ROOT).as_posix()}#L{self.line})"


class Use(NamedTuple):
    """A call or a text: what is called where that is a name of the module, and in which function and line it stands."""

    node: ast.Call | ast.Constant
    called: object
    function: str
    place: SourceLine


class Made(NamedTuple):
    """A class that a value is made of, in which function and where."""

    kind: type
    function: str
    place: SourceLine


def place_of(thing: Function | type) -> SourceLine:
    """Where a function or a class begins."""
    if isinstance(thing, type):
        return SourceLine(Path(inspect.getfile(thing)), inspect.getsourcelines(thing)[1])
    source = _source(thing)
    return SourceLine(Path(inspect.getfile(thing)), source.lineno)


def uses(function: Function, package: str) -> list[Use]:
    """Every call and every text in a function, and in the functions of a package that it uses, in reading order."""
    return list(_Reader(package).read(function))


def made(function: Function, package: str, kind: type) -> list[Made]:
    """The classes of a kind that a function, with what it uses of a package, makes values of."""
    return [
        Made(use.called, use.function, use.place)
        for use in uses(function, package)
        if isinstance(use.called, type) and issubclass(use.called, kind)
    ]


def keywords(function: Function, package: str, called: object) -> list[str]:
    """The keywords by which a function, or what it uses of a package, calls another one."""
    calls = (use.node for use in uses(function, package) if use.called is called)
    return [each.arg for call in calls if isinstance(call, ast.Call) for each in call.keywords if each.arg]


def texts(function: Function, package: str) -> list[str]:
    """The texts that stand in a function, or in what it uses of a package."""
    constants = (use.node.value for use in uses(function, package) if isinstance(use.node, ast.Constant))
    return [value for value in constants if isinstance(value, str)]


class _Reader:
    """Reads a function, and goes into each function of a package where it is used first."""

    def __init__(self, package: str) -> None:
        self._package = package
        self._read: set[FunctionType] = set()

    def read(self, function: Function) -> Iterator[Use]:
        if not isinstance(function, FunctionType) or function in self._read:
            return
        self._read.add(function)
        source = _source(function)
        body = source.body if isinstance(source, ast.FunctionDef) else [source.body]
        for part in body:
            yield from self._walk(part, function)

    def _walk(self, node: ast.AST, function: FunctionType) -> Iterator[Use]:
        match node:
            case ast.Call(func=called):
                for argument in (*node.args, *node.keywords):
                    yield from self._walk(argument, function)
                yield from self._walk(called, function)
                yield _use(node, _named(called, function), function)
            case ast.Constant(value=str()):
                yield _use(node, None, function)
            case ast.Name() | ast.Attribute() if (named := _named(node, function)) is not _NOTHING:
                if isinstance(named, FunctionType) and named.__module__.startswith(self._package):
                    yield from self.read(named)
            case _:
                for child in ast.iter_child_nodes(node):
                    yield from self._walk(child, function)


def _use(node: ast.Call | ast.Constant, called: object, function: FunctionType) -> Use:
    return Use(node, called, function.__name__, SourceLine(_file(function), node.lineno))


def _named(node: ast.expr, function: FunctionType) -> Any:
    """What a name, or a name in a module, stands for in a function's module; _NOTHING for a local one."""
    match node:
        case ast.Name(id=name) if name not in function.__code__.co_varnames:
            return function.__globals__.get(name, _NOTHING)
        case ast.Attribute(value=ast.Name() as owner, attr=name):
            return getattr(_named(owner, function), name, _NOTHING)
        case _:
            return _NOTHING


def _file(function: FunctionType) -> Path:
    return Path(function.__code__.co_filename)


def _source(function: Function) -> _Source:
    """The source of a function; of two lambdas in one line the first."""
    if not isinstance(function, FunctionType):
        raise TypeError(f"{function} is no function of Python")
    return _sources(_file(function))[function.__code__.co_firstlineno]


@lru_cache
def _sources(file: Path) -> dict[int, _Source]:
    found: dict[int, _Source] = {}
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef):
            found[node.decorator_list[0].lineno if node.decorator_list else node.lineno] = node
        elif isinstance(node, ast.Lambda):
            found.setdefault(node.lineno, node)
    return found
