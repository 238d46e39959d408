"""The words of the terminal: what each action, field and answer is called. The words stand in words.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

import yaml

from schemas.inbound import Action
from services.trace.for_tools import WORDS_FILE as SHARED

WORDS_FILE: Final = Path(__file__).with_name("words.yaml")


class Flag(NamedTuple):
    """The two ways that a yes or no goes: the option's name, and what people say."""

    yes: tuple[str, str]
    no: tuple[str, str]


@cache
def file() -> Mapping[str, Any]:
    """Return the words as they stand in the file."""
    words: Mapping[str, Any] = yaml.safe_load(WORDS_FILE.read_text(encoding="utf-8"))
    return words


@cache
def shared() -> Mapping[str, Mapping[str, str]]:
    """Return the words that the trace says too."""
    words: Mapping[str, Mapping[str, str]] = yaml.safe_load(SHARED.read_text(encoding="utf-8"))
    return words


def word_of(action: type[Action]) -> str:
    """Return the machine's word of an action, such as `rule_on_return`."""
    return str(action.model_fields["do"].default)


def command_of(action: type[Action]) -> str:
    """Return what the command of an action is called."""
    word = word_of(action)
    return str(file()["actions"][word].get("command", word.replace("_", "-")))


def help_of(action: type[Action]) -> str:
    """Return what an action is for, in one sentence."""
    return str(file()["actions"][word_of(action)]["help"])


def name_of(action: type[Action]) -> str:
    """Return what people call an action, such as 退单裁定."""
    word = word_of(action)
    return shared()["action"].get(word, word)


def option_of(path: tuple[str, ...]) -> str:
    """Return the name of the option that fills the field at this path."""
    known = file()["options"].get(".".join(path), {})
    return f"--{known.get('option', '-'.join(path).replace('_', '-'))}"


def label_of(path: tuple[str, ...]) -> str:
    """Return what people call a field."""
    return str(file()["options"].get(".".join(path), {}).get("label", ".".join(path)))


def flag_of(name: str) -> Flag:
    """Return how the yes and the no of a field are said."""
    found = file()["flags"].get(name)
    if found is None:
        option = name.replace("_", "-")
        return Flag((option, "是"), (f"no-{option}", "否"))
    # YAML reads a bare yes and no as true and false.
    return Flag(tuple(found[True]), tuple(found[False]))


def values_of(kind: str, field: str) -> Mapping[str, str]:
    """Return what people say for each value of an enumeration, or of a field with a list of its own."""
    table = file()["tables"].get(kind)
    if table is not None:
        return shared()[table]
    own: Mapping[str, str] = file()["values"].get(field, {})
    return own


def said(table: str, code: str) -> str:
    """Return what people say for a code of one of this file's tables, or of the shared ones."""
    return str(file().get(table, {}).get(code) or shared().get(table, {}).get(code, code))
