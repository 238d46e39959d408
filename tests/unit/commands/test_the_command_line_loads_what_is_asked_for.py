"""Somebody who takes down a call does not wait for the parts of other commands to load."""

from __future__ import annotations

import subprocess
import sys
from pkgutil import iter_modules

import typer

from liuhen import commands
from liuhen.cli import COMMANDS, build


def names(*words: str) -> set[str]:
    app = typer.main.get_command(build(words))
    assert isinstance(app, typer.core.TyperGroup)
    return set(app.commands)


def test_every_module_is_known_by_the_commands_that_it_has() -> None:
    assert set(COMMANDS) == {module.name for module in iter_modules(commands.__path__)}
    for own in COMMANDS.values():
        assert names(own[0]) == set(own)


def test_without_a_command_all_are_shown() -> None:
    everything = {name for own in COMMANDS.values() for name in own}
    assert names() == everything
    assert names("--help") == everything
    assert names("no-such-command") == everything


def test_looking_up_a_ticket_loads_neither_the_classifier_nor_kafka() -> None:
    script = "import sys; from liuhen.cli import build; build(['ticket']); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()  # noqa: S603 - it is ours
    assert {"numpy", "aiokafka", "confluent_kafka"}.isdisjoint(loaded)
