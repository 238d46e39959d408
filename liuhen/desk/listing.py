"""A list that fits the terminal: a table where there is room for its columns, otherwise a few lines for each row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from rich.console import ConsoleOptions, RenderableType
from rich.padding import Padding
from rich.table import Table

from tools.terminal import styled

_ROOM: Final = 120
"""Columns of a terminal below which those of a table are a few characters wide, and each row a page."""
_BETWEEN: Final = "　"
_INDENT: Final = 2


class _Row(NamedTuple):
    cells: tuple[str, ...]
    style: str


@dataclass(frozen=True)
class Listing:
    """Rows under columns; what the last column says is the longest and has lines of its own where there is no room."""

    title: str
    columns: Sequence[str]
    rows: list[_Row] = field(default_factory=list)

    def add_row(self, *cells: str, style: str = "") -> None:
        """Add a row, with as many cells as there are columns."""
        self.rows.append(_Row(cells, style))

    def __rich_console__(self, _console: object, options: ConsoleOptions) -> Iterator[RenderableType]:
        """Show it as rich asks for it, by the width of the terminal."""
        if options.max_width >= _ROOM:
            yield self._table()
            return
        yield styled((self.title, "italic"))
        for row in self.rows:
            first, *short, last = row.cells
            yield styled(
                (first, f"{row.style} bold".strip()), *((f"{_BETWEEN}{each}", row.style) for each in short if each)
            )
            if last:
                yield Padding(styled((last, row.style)), (0, 0, 0, _INDENT))

    def _table(self) -> Table:
        table = Table(title=self.title, title_justify="left")
        for column in self.columns:
            table.add_column(column, overflow="fold", no_wrap=column == self.columns[0])
        for row in self.rows:
            table.add_row(*row.cells, style=row.style)
        return table
