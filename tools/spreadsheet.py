"""The one way to a spreadsheet: a cell is what it says, never a formula, and one cell is one line."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from schemas.text import one_line

_NUMBER: Final = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?%?")
_BEGINS_FORMULA: Final = frozenset("=+-@\uff1d\uff0b\uff0d\uff20")


def cell(text: str) -> str:
    """The text as a cell that shows it: what a spreadsheet would take for a formula is quoted."""
    shown = one_line(text)
    return f"'{shown}" if shown[:1] in _BEGINS_FORMULA and not _NUMBER.fullmatch(shown) else shown


def write_csv(path: Path, rows: Iterable[Iterable[str]]) -> None:
    """Write rows in UTF-8 with a mark, which spreadsheets ask for."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)  # noqa: TID251 - of safe cells
        writer.writerows([cell(each) for each in row] for row in rows)
