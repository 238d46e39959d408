"""Where in a message people's own words stand, and how they are changed without touching anything else."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any, Final, get_args

from pydantic import BaseModel

SPOKEN: Final = frozenset(
    {
        "address",
        "agreed",
        "answer",
        "compound",
        "contacted",
        "despite",
        "for_requester",
        "gist",
        "incident_title",
        "note",
        "noted",
        "notice",
        "passage",
        "persons",
        "place",
        "question",
        "reference",
        "reason",
        "reply",
        "report",
        "result",
        "road",
        "said",
        "section",
        "spoken_to",
        "text",
        "texts",
        "title",
        "wish",
        "word",
        "words",
    }
)
"""The fields of messages, and of what is kept of them, whose texts somebody said; a test holds messages against it."""

IN_CONFIDENCE: Final = "（保密，不予显示）"
"""What stands in the place of words that were said in confidence, for whoever may not read them."""

EARLIER: Final = 60
"""So many of the texts that people said in facts of a ticket are remembered, so that each can be pointed at."""
_TOGETHER: Final = 100_000
"""So many characters they have together at most, but for the newest: a ticket is written with them at each step."""

Json = Any
"""Parsed JSON."""


def reworded(document: Json, change: Callable[[str], str], *, spoken: bool = False) -> Json:
    """The document with every text that somebody said changed, at whatever depth; the same object where none was."""
    match document:
        case str():
            return change(document) if spoken else document
        case dict():
            new = {name: reworded(each, change, spoken=name in SPOKEN) for name, each in document.items()}
            return new if any(new[name] is not each for name, each in document.items()) else document
        case list():
            changed = [reworded(each, change, spoken=spoken) for each in document]
            return changed if any(a is not b for a, b in zip(changed, document, strict=True)) else document
        case _:
            return document


def withheld(_text: str) -> str:
    """Say in the place of a text that it was said in confidence."""
    return IN_CONFIDENCE


def spoken_in(document: Json, *, spoken: bool = False) -> Iterator[str]:
    """Every text of a document that somebody said, by the names of its fields."""
    match document:
        case str() if spoken:
            yield document
        case dict():
            for name in sorted(document):
                yield from spoken_in(document[name], spoken=name in SPOKEN)
        case list():
            for each in document:
                yield from spoken_in(each, spoken=spoken)
        case _:
            pass


@cache
def spoken_fields(model: type[BaseModel]) -> frozenset[str]:
    """The fields of a model in which, at whatever depth, stands what somebody said."""
    fields = model.model_fields.items()
    return frozenset(
        name for name, field in fields if name in SPOKEN or any(map(spoken_fields, _models_in(field.annotation)))
    )


def _models_in(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models_in(part)


def said_besides(earlier: Sequence[str], document: Json) -> tuple[str, ...]:
    """What people said in facts of a ticket after one more of them: each text once, the newest last."""
    if document["by"].get("by_rule"):
        return tuple(earlier)
    new = dict.fromkeys(spoken_in(document))
    texts = (*(text for text in earlier if text not in new), *new)[-EARLIER:]
    room = _TOGETHER
    for count, text in enumerate(reversed(texts)):
        room -= len(text)
        if room < 0 and text not in new:
            return texts[len(texts) - count :]
    return texts
