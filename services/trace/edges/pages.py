"""Lists in pages: where one ends is said as a word that the next one is asked by, whatever came or went meanwhile."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_NONE: Final = "-"
_MOMENT: Final = re.compile(r"[0-9]{1,16}|-")
_NAME: Final = re.compile(r"[0-9A-Za-z:_-]{0,100}")


def place_of(*parts: datetime | str | None) -> str:
    """Say a place in an ordered list by what it is ordered by: moments first, then names."""
    return ".".join(_said(part) for part in parts)


def _said(part: datetime | str | None) -> str:
    if isinstance(part, datetime):
        return str((part - _EPOCH) // _MICROSECOND)
    return _NONE if part is None else part


def read_place(text: str, moments: int, names: int) -> list[datetime | str | None]:
    """Read a place that was said; ValueError where it is none of a list that is ordered so."""
    parts = text.split(".", moments + names - 1)
    if len(parts) != moments + names:
        raise ValueError(text)
    if not all(map(_MOMENT.fullmatch, parts[:moments])) or not all(map(_NAME.fullmatch, parts[moments:])):
        raise ValueError(text)
    return [*(_moment(part) for part in parts[:moments]), *parts[moments:]]


def _moment(part: str) -> datetime | None:
    return None if part == _NONE else _EPOCH + int(part) * _MICROSECOND
