"""The glossary names what is there, and calls it as everybody does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from pkgutil import resolve_name
from typing import Final, NamedTuple

import pytest

import vocabulary
from rulebook import Audience, Role
from schemas import values
from schemas.inbound import Action
from schemas.message import Message

ROOT: Final = Path(__file__).resolve().parents[2]
TABLES: Final = {
    values.TicketState: "state",
    values.Clock: "clock",
    values.PartyKind: "party",
    Audience: "party",
    Role: "role",
}
"""Where the words of an enumeration stand that the glossary names the values of."""


class Row(NamedTuple):
    """One term: what people call it, and its names in code."""

    term: str
    names: tuple[str, ...]


def _rows() -> Iterator[Row]:
    for line in (ROOT / "docs/glossary.md").read_text("utf-8").splitlines():
        term, names, standard, meaning = ([*line.strip("| ").split(" | "), "", "", ""])[:4]
        if line.startswith("| ") and (found := re.findall("`([^`]+)`", names)):
            assert standard, line
            assert meaning.endswith("."), line
            yield Row(term, tuple(found))


ROWS: Final = tuple(_rows())


def _found(name: str) -> object:
    """Find what a name of the glossary stands for: a thing of a module, or a field of a model."""
    for root in ("schemas.values.", "rulebook.codes.", "schemas.", ""):
        with suppress(ImportError, AttributeError):
            return resolve_name(root + name)
        with suppress(ImportError, AttributeError, KeyError):
            model, _, field = (root + name).rpartition(".")
            return resolve_name(model).model_fields[field]
    raise LookupError(f"docs/glossary.md names {name}, which is not there")


def _word(name: str) -> str | None:
    """Tell how the vocabulary calls it; None for what has no word there."""
    table, _, code = name.partition(":")
    if code:
        return vocabulary.table(table)[code]
    found = _found(name)
    if isinstance(found, StrEnum):
        return vocabulary.table(TABLES[type(found)])[found.value]
    if isinstance(found, type) and issubclass(found, Action):
        return vocabulary.ACTIONS[found.model_fields["do"].default]
    if isinstance(found, type) and issubclass(found, Message):
        return vocabulary.FACTS.get(found.type_name)
    return None


def test_the_glossary_has_terms_of_the_domain_and_of_the_chassis() -> None:
    terms = {row.term for row in ROWS}

    assert {"诉求人", "派单", "确责", "市民满意率", "lane", "dead letter"} <= terms
    assert len(terms) == len(ROWS), "each term once"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row.term))
def test_a_term_is_what_the_vocabulary_says_of_its_names_in_code(row: Row) -> None:
    for name in row.names:
        assert _word(name) in (row.term, None), name
