"""`python -m bench.mutants [NET…]`: switch off the nets of `bench/nets.yaml`, one by one, and see a test go red.

Each mutant is a copy of the tree, as it stands, in which the net is off. The test that should catch it runs there,
after it was green in the copy without any mutant. A net that nothing catches ends the command with 1.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Final

import typer
import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter

from tools.layout import ROOT

NETS: Final = ROOT / "bench" / "nets.yaml"
_SHARED: Final = (".venv", ".tools")
_FAILED: Final = re.compile(r"^FAILED \S+?::(\w+)", re.MULTILINE)
_TESTS_FAILED: Final = 1
"""What pytest ends with when tests failed; anything else beyond 0 is no test that went red."""


class Net(BaseModel):
    """One net: the text that switches it off, and the test file that goes red then."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    net: str
    promise: str
    file: Path
    instead: dict[str, str]
    caught_by: str
    """A file, or one test of it."""


def nets() -> Sequence[Net]:
    """All nets, in the order of their file."""
    return TypeAdapter(list[Net]).validate_python(yaml.safe_load(NETS.read_text("utf-8")))


@contextmanager
def copied_tree() -> Iterator[Path]:
    """A copy of the tree, as it stands here, that shares what is installed."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],  # noqa: S607 - git, wherever it is
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    with tempfile.TemporaryDirectory(prefix="liuhen-mutants-") as folder:
        tree = Path(folder)
        for name in filter(None, listed.splitlines()):
            if (ROOT / name).is_file():
                (tree / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(ROOT / name, tree / name)
        for name in _SHARED:
            (tree / name).symlink_to(ROOT / name)
        yield tree


@contextmanager
def switched_off(tree: Path, net: Net) -> Iterator[None]:
    """The net is off in this tree meanwhile; ValueError where its text does not stand there once."""
    file = tree / net.file
    before = file.read_text("utf-8")
    text = before
    for stands, instead in net.instead.items():
        if text.count(stands) != 1:
            raise ValueError(f"{net.file}: {stands!r} stands there {text.count(stands)} times, not once")
        text = text.replace(stands, instead)
    file.write_text(text, "utf-8")
    try:
        yield
    finally:
        file.write_text(before, "utf-8")


def red_tests(tree: Path, test: str) -> Sequence[str] | None:
    """The tests of a file that are red in this tree; None where it could not be run at all."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "--no-header", test]
    done = subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False)  # noqa: S603 - our own
    if done.returncode not in (0, _TESTS_FAILED):
        return None
    return list(dict.fromkeys(_FAILED.findall(done.stdout)))


def mutants(names: Annotated[list[str] | None, typer.Argument(help="Some nets; all by default.")] = None) -> None:
    """Switch off nets and print, as a table, which tests went red; exit code 1 where none did, 2 where none ran."""
    known = nets()
    if unknown := [name for name in names or () if name not in {net.net for net in known}]:
        typer.echo(f"no net of bench/nets.yaml is called {', '.join(map(repr, unknown))}", err=True)
        raise typer.Exit(2)
    wanted = [net for net in known if not names or net.net in names]
    survived = 0
    typer.echo("| net | is off in | caught by | seconds |\n|---|---|---|---|")
    with copied_tree() as tree:
        for test in dict.fromkeys(net.caught_by for net in wanted):
            if red_tests(tree, test) != []:
                typer.echo(f"{test} is not green without any mutant")
                raise typer.Exit(2)
            for net in (net for net in wanted if net.caught_by == test):
                began = time.perf_counter()
                with switched_off(tree, net):
                    red = red_tests(tree, test)
                survived += not red
                named = f"`{red[0]}` in `{test.partition('::')[0]}`" if red else "**nothing**"
                seconds = time.perf_counter() - began
                typer.echo(f"| {net.net} | `{net.file}` | {named} | {seconds:.0f} |")
    raise typer.Exit(1 if survived else 0)


if __name__ == "__main__":
    typer.run(mutants)
