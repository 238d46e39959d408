"""Whoever types a command with --help reads what it does; whoever writes a program gets one JSON document."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import typer

from liuhen.cli import build

ANSWERS_NOBODY = {("demo",)}
"""Commands that show something to people and have no answer for a program."""


def leaves(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(command, typer.core.TyperGroup):
        for name, inner in command.commands.items():
            yield from leaves(inner, (*path, name))
    else:
        yield path, command


LEAVES = dict(leaves(typer.main.get_command(build())))


@pytest.mark.parametrize("path", sorted(LEAVES.keys() - ANSWERS_NOBODY), ids=" ".join)
def test_a_command_that_answers_has_json(path: tuple[str, ...]) -> None:
    assert "--json" in {name for parameter in LEAVES[path].params for name in parameter.opts}


@pytest.mark.parametrize("path", LEAVES, ids=" ".join)
def test_a_command_says_what_it_does_and_what_its_options_are(path: tuple[str, ...]) -> None:
    command = LEAVES[path]
    options = [parameter for parameter in command.params if parameter.param_type_name == "option"]
    assert command.help
    assert [option.name for option in options if not option.help] == []


@pytest.mark.parametrize("path", LEAVES, ids=" ".join)
def test_a_command_speaks_the_language_of_those_who_type_it(path: tuple[str, ...]) -> None:
    command = LEAVES[path]
    helps = [command.help, *(getattr(parameter, "help", None) for parameter in command.params)]
    own = [said for said in helps if said]
    assert [said for said in own if not re.search("[\u4e00-\u9fff]", said)] == []
