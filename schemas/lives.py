"""The golden messages: lives of tickets in `schemas/golden/`, record by record as they stand on the topics."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from schemas.envelope import Envelope, Headers, decode

GOLDEN: Final = Path(__file__).with_name("golden")


class Golden(NamedTuple):
    """One record of a life: where it stands, its headers, and its business JSON."""

    life: str
    topic: str
    key: str
    headers: Mapping[str, str]
    value: Mapping[str, Any]

    @property
    def type_name(self) -> str:
        """What kind of message it is."""
        return self.headers["ce_type"]

    @property
    def envelope(self) -> Envelope:
        """Its headers as a reader has them; EnvelopeError where they are none."""
        headers: Headers = [(name, value.encode()) for name, value in self.headers.items()]
        return decode(headers, b"{}")[0]


def records(lives: Mapping[str, str]) -> Mapping[str, tuple[Golden, ...]]:
    """Sort the records of lives, one a line in each text, by the type of their message, in order."""
    found: dict[str, list[Golden]] = {}
    for life, text in sorted(lives.items()):
        for line in text.splitlines():
            each = Golden(life=life, **json.loads(line))
            found.setdefault(each.type_name, []).append(each)
    return {name: tuple(of_type) for name, of_type in found.items()}


@cache
def golden() -> Mapping[str, tuple[Golden, ...]]:
    """Every golden record, by the type of its message, in order."""
    return records({file.stem: file.read_text("utf-8") for file in GOLDEN.glob("*.jsonl")})
