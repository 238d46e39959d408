"""The words of the terminal. How commands and options are called stands in words.yaml, all else in the vocabulary."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple, get_origin

import vocabulary
from doors.refusals import AGAIN
from schemas.files import read_yaml
from schemas.inbound import Action
from schemas.naming import snake_case
from schemas.values import PartyKind

WORDS_FILE: Final = Path(__file__).with_name("words.yaml")
TRY_AGAIN: Final = "请更正后重新提交。"
_CODE: Final = re.compile("[a-z_]+")


class Flag(NamedTuple):
    """The two ways that a yes or no goes: the option's name, and what people say."""

    yes: tuple[str, str]
    no: tuple[str, str]


@cache
def file() -> Mapping[str, Any]:
    """Return the words as they stand in the file."""
    words: Mapping[str, Any] = read_yaml(WORDS_FILE)
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
    """Return what people call an action, such as 裁定退单."""
    return vocabulary.ACTIONS[word_of(action)]


def option_of(path: tuple[str, ...]) -> str:
    """Return the name of the option that fills the field at this path."""
    return f"--{file()['options'].get('.'.join(path), '-'.join(path).replace('_', '-'))}"


def label_of(path: tuple[str, ...]) -> str:
    """Return what people call a field."""
    return vocabulary.FIELDS[".".join(path)]


def at_terminal(reason: str) -> str:
    """Say a door's reason to who types: an option in the place of a field; a number for each try is given here."""
    reason = reason.replace("（ticket）", "")
    for field in vocabulary.FIELDS:
        reason = reason.replace(f"（{field}）", f"（{option_of(tuple(field.split('.')))}）")
    return reason.replace(AGAIN, TRY_AGAIN)


def flag_of(path: tuple[str, ...]) -> Flag:
    """Return how the yes and the no of a field are said."""
    name = ".".join(path)
    yes, no = file()["flags"][name]
    return Flag((yes, vocabulary.YES[name]), (no, vocabulary.NO[name]))


def values_of(kind: object, field: str) -> Mapping[str, str]:
    """Return what people say for each value of an enumeration, or of a field with a list of its own."""
    if isinstance(kind, type) and issubclass(kind, Enum):
        return vocabulary.table(snake_case(kind.__name__))
    return vocabulary.table(field) if get_origin(kind) is Literal else {}


def group_of(kind: PartyKind) -> str:
    """Return what a group of commands is for."""
    return str(file()["parties"][kind])


def reason(said: str) -> str:
    """Return why something waits or was done: in the words of the person who gave the reason, or of the rule."""
    return vocabulary.REASONS.said(said) if _CODE.fullmatch(said) else said
