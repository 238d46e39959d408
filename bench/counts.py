"""`python -m bench.counts [COMMIT]`: how far a change reaches in this tree, or in the tree of an earlier commit.

Counted are files that people write. A thing is named in a file by its class, its member of an enumeration or its word
on the wire; only words of two or more parts are looked for, since `closed` is also English.
"""

from __future__ import annotations

import argparse
import ast
import os
import re
import subprocess
import sys
import tarfile
import tempfile
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from pathlib import Path
from statistics import median
from typing import Final

BINARY: Final = frozenset({".pyc", ".png", ".zdict"})
GENERATED: Final = re.compile(
    r"schemas/(json|golden|asyncapi|openapi|catalogue)|policy/schema/|docs/(lifecycle|facts|catalogue)|docker-compose|deploy/prometheus/prometheus|.*\.lock$"
    r"|examples/clients/(java/lib|javascript/node_modules)/"
)
LARGE_FUNCTION: Final = 40
LARGE_FILE: Final = 400
MANY: Final = 3


@dataclass(frozen=True)
class Tree:
    """The files of a tree, read once."""

    root: Path

    @cached_property
    def files(self) -> dict[str, str]:
        """Every text that a person writes, by its path; tests are among them."""
        tops = [
            top for top in sorted(self.root.iterdir()) if not top.name.startswith(".") and top.suffix != ".egg-info"
        ]
        paths = [path for top in tops for path in (top.rglob("*") if top.is_dir() else [top]) if path.is_file()]
        names = {path.relative_to(self.root).as_posix(): path for path in sorted(paths) if path.suffix not in BINARY}
        return {name: path.read_text("utf-8") for name, path in names.items() if not GENERATED.match(name)}

    @cached_property
    def code(self) -> dict[str, ast.Module]:
        """Every module that is no test."""
        found = {name: text for name, text in self.files.items() if name.endswith(".py")}
        return {name: ast.parse(text) for name, text in found.items() if not name.startswith("tests/")}

    def under(self, pattern: str) -> dict[str, ast.Module]:
        """The modules whose path begins with a pattern."""
        return {name: module for name, module in self.code.items() if re.match(pattern, name)}

    def classes(self, pattern: str, base: str) -> list[str]:
        """The classes of some modules that name a class as their base."""
        found = [
            node for module in self.under(pattern).values() for node in module.body if isinstance(node, ast.ClassDef)
        ]
        return [node.name for node in found if base in {ast.unparse(each).split(".")[-1] for each in node.bases}]

    @cached_property
    def words(self) -> dict[str, set[str]]:
        """The words of each file, those with hyphens whole and in pieces."""
        plain, hyphened = re.compile(r"\w+", re.ASCII), re.compile(r"\w+(?:-\w+)+", re.ASCII)
        return {name: {*plain.findall(text), *hyphened.findall(text)} for name, text in self.files.items()}

    def naming(self, words: Collection[str], *, inside: str = "", tests: bool = False) -> list[str]:
        """The files that name one of these words."""
        chosen = [name for name in self.files if name.startswith(inside) and (tests or not name.startswith("tests/"))]
        return [name for name in chosen if not self.words[name].isdisjoint(words)]


def _spoken(name: str) -> list[str]:
    """A class's name and its words on the wire."""
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    return [name, snake, snake.replace("_", "-")]


def _spread(counts: Iterable[int]) -> str:
    found = sorted(counts)
    return f"{median(found):g} (at most {found[-1]})"


def facts(tree: Tree) -> list[str]:
    """The facts of dispatch whose names have two or more parts."""
    return [name for name in tree.classes(r"schemas/dispatch", "DispatchFact") if len(_spoken(name)[1].split("_")) > 1]


def states(tree: Tree) -> list[str]:
    """The states of a ticket whose words have two or more parts."""
    classes = [node for node in tree.code["schemas/values.py"].body if isinstance(node, ast.ClassDef)]
    members = [node for each in classes if each.name == "TicketState" for node in each.body]
    words = [
        node.value.value for node in members if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
    ]
    return [str(word) for word in words if "_" in str(word)]


def reach_of_facts(tree: Tree) -> str:
    return _spread(len(tree.naming(_spoken(name))) for name in facts(tree))


def reach_of_facts_in_dispatch(tree: Tree) -> str:
    return _spread(len(tree.naming(_spoken(name), inside="services/dispatch/")) for name in facts(tree))


def reach_of_states(tree: Tree) -> str:
    return _spread(len(tree.naming([word, word.upper()])) for word in states(tree))


def reach_of_wechat(tree: Tree) -> str:
    return str(len(tree.naming(["wechat", "WECHAT"])))


def core_of_dispatch(tree: Tree) -> str:
    modules = tree.under("services/dispatch/core/")
    return f"{len(modules)} on {_floors(modules)} floors"


def _floors(modules: dict[str, ast.Module]) -> int:
    """The longest chain of modules that import one another."""
    names = {_dotted(file): module for file, module in modules.items()}
    imported = {name: {each for each in _imported(module) if each in names} - {name} for name, module in names.items()}
    heights: dict[str, int] = {}
    while ready := [name for name in names if name not in heights and imported[name] <= heights.keys()]:
        heights |= {name: 1 + max((heights[each] for each in imported[name]), default=0) for name in ready}
    return max(heights.values())


def _dotted(file: str) -> str:
    return file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _imported(module: ast.Module) -> Iterator[str]:
    """What a module imports when it runs; a name that only types need is no floor."""
    typing = {
        id(inner)
        for node in ast.walk(module)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(module):
        if id(node) not in typing and isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)


def path_of_a_report(tree: Tree) -> str:
    """Run `bench.path` in the tree."""
    program = Path(__file__).with_name("path.py")
    environment = {**os.environ, "PYTHONPATH": str(tree.root), "PYTHONSAFEPATH": "1"}
    done = subprocess.run(  # noqa: S603 - it is ours
        [sys.executable, str(program)], cwd=tree.root, env=environment, capture_output=True, text=True, check=True
    )
    return str(len(done.stdout.split()))


def untyped(tree: Tree) -> str:
    """How often the cores say `Any`, imports left out."""
    cores = tree.under(r"services/\w+/(core/|reactions)|rulebook/|schemas/policy/").values()
    return str(sum(isinstance(node, ast.Name) and node.id == "Any" for module in cores for node in ast.walk(module)))


def unchecked_updates(tree: Tree) -> str:
    """How often the cores make or change a value by names that no type checker sees.

    mypy sees those of `model_copy` where it has the plugin for it, and none in a dictionary of anything.
    """
    cores = tree.under(r"services/\w+/core/|rulebook/|schemas/policy/").values()
    calls = [(module, node) for module in cores for node in ast.walk(module) if isinstance(node, ast.Call)]
    seen = "deploy/mypy/model_copy.py" in tree.files
    copies = sum(not seen and _is_copy(call) for _, call in calls)
    return str(copies + sum(_is_of_anything(each.value, module) for module, call in calls for each in _spreads(call)))


def _is_copy(call: ast.Call) -> bool:
    named = isinstance(call.func, ast.Attribute) and call.func.attr == "model_copy"
    return named and any(each.arg == "update" for each in call.keywords)


def _spreads(call: ast.Call) -> list[ast.keyword]:
    """What is spread over the fields of a class: `**found`."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    return [each for each in call.keywords if each.arg is None and name[:1].isupper()]


def _is_of_anything(spread: ast.expr, module: ast.Module) -> bool:
    """Whether a type checker knows nothing of what is spread: a dump, a part of JSON, a `dict[str, Any]`."""
    match spread:
        case ast.Subscript():
            return True
        case ast.Call(func=ast.Attribute(attr="model_dump")):
            return True
        case ast.Name(id=name):
            return any(
                "Any" in ast.unparse(annotation)
                for node in ast.walk(module)
                for named, annotation in _annotated(node)
                if named == name
            )
        case _:
            return False


def _annotated(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        yield node.target.id, node.annotation
    if isinstance(node, ast.arg) and node.annotation is not None:
        yield node.arg, node.annotation


def owners_by_hand(tree: Tree) -> str:
    """In how many modules an owner's text is put together or cut."""
    spelt = re.compile(r"""["'{]department:""")
    return str(sum(bool(spelt.search(tree.files[name])) for name in tree.code))


def shared_names(tree: Tree) -> str:
    """The names that three or more classes share."""
    classes = [node for module in tree.code.values() for node in module.body if isinstance(node, ast.ClassDef)]
    named = Counter(node.name for node in classes if not node.name.startswith("_"))
    often = sorted(name for name, count in named.items() if count >= MANY)
    return f"{len(often)} {' '.join(often)}"


def said(word: str) -> Callable[[Tree], str]:
    """How often a word stands in the code."""
    return lambda tree: str(sum(len(re.findall(rf"\b{word}\b", tree.files[name], re.IGNORECASE)) for name in tree.code))


def tests_of_tests(tree: Tree) -> str:
    """How many tests import from a test, or from what stands beside tests."""
    found = [text for name, text in tree.files.items() if name.startswith("tests/") and "/test_" in name]
    return str(sum(bool(re.search(r"^\s*from tests\.(?!support)", text, re.MULTILINE)) for text in found))


def large_functions(tree: Tree) -> str:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    all_of_them = [node for module in tree.code.values() for node in ast.walk(module) if isinstance(node, kinds)]
    return str(sum((node.end_lineno or 0) - node.lineno >= LARGE_FUNCTION for node in all_of_them))


def large_files(tree: Tree) -> str:
    return str(sum(text.count("\n") > LARGE_FILE for name, text in tree.files.items() if name.endswith(".py")))


def longest_decision(tree: Tree) -> str:
    found = [text for name, text in tree.files.items() if re.match(r"docs/decisions/\d", name)]
    return str(max(len(text.split()) for text in found))


def lines_of_the_chassis(tree: Tree) -> str:
    return str(sum(tree.files[name].count("\n") for name in tree.under("chassis/")))


def edges_of_a_picture(tree: Tree) -> str:
    """The most arrows in one picture of a ticket's life."""
    text = (tree.root / "docs/lifecycle.md").read_text("utf-8")
    return str(max(each.count("-->") for each in re.findall(r"```mermaid\n(.*?)```", text, re.DOTALL)))


COUNTS: Final[dict[str, Callable[[Tree], str]]] = {
    "files that name a fact of dispatch, median": reach_of_facts,
    "of these in services/dispatch": reach_of_facts_in_dispatch,
    "files that name a state of a ticket, median": reach_of_states,
    "files that name the channel wechat": reach_of_wechat,
    "modules of services/dispatch/core": core_of_dispatch,
    "modules whose code runs for one report_handled": path_of_a_report,
    "`Any` in the cores": untyped,
    "updates in the cores that no type checker sees": unchecked_updates,
    "modules that spell an owner": owners_by_hand,
    "names of three or more classes": shared_names,
    "`told` in the code": said("told"),
    "`held` in the code": said("held"),
    "tests that import beside tests/support": tests_of_tests,
    "functions over 40 lines": large_functions,
    "files over 400 lines": large_files,
    "lines of the chassis": lines_of_the_chassis,
    "words of the longest decision": longest_decision,
    "arrows of the largest picture of a ticket's life": edges_of_a_picture,
}


def counted(tree: Tree) -> Iterator[tuple[str, str]]:
    """Every count of a tree, under its name."""
    yield from ((name, count(tree)) for name, count in COUNTS.items())


def main() -> None:
    """Print the counts of a tree."""
    arguments = argparse.ArgumentParser(prog="python -m bench.counts", description=__doc__)
    arguments.add_argument("commit", nargs="?", help="count the tree of this commit instead of the files at hand")
    commit = arguments.parse_args().commit
    if commit is None:
        _print(Tree(Path.cwd()))
        return
    packed = subprocess.run(["git", "archive", commit], capture_output=True, check=True).stdout  # noqa: S603, S607 - git
    with tempfile.TemporaryDirectory() as folder, tarfile.open(fileobj=BytesIO(packed)) as archive:
        archive.extractall(folder, filter="data")
        # Without it the folder is a namespace, before which Python prefers the services that are installed here.
        (Path(folder) / "services/__init__.py").touch()
        _print(Tree(Path(folder)))


def _print(tree: Tree) -> None:
    for name, value in counted(tree):
        print(f"{name:<52} {value}")


if __name__ == "__main__":
    main()
