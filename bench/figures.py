"""What was measured, with the aim beside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from rich.table import Table

from tools.terminal import styled


class Figure(NamedTuple):
    """One figure; `aim` is what it should at least (or at most) be, where there is an aim."""

    name: str
    value: float
    unit: str
    aim: float | None = None
    better: Literal["more", "less"] = "more"
    note: str = ""

    @property
    def reached(self) -> bool | None:
        """Whether the aim is reached; None where there is none."""
        if self.aim is None:
            return None
        return self.value >= self.aim if self.better == "more" else self.value <= self.aim

    def as_json(self) -> dict[str, object]:
        return {**self._asdict(), "reached": self.reached}


def table(figures: Iterable[Figure], machine: str) -> Table:
    """Lay figures out for people."""
    shown = Table(title=f"留痕 bench · {machine}", title_justify="left")
    shown.add_column("")
    shown.add_column("measured")
    shown.add_column("figure", justify="right")
    shown.add_column("unit")
    shown.add_column("aim", justify="right")
    shown.add_column("")
    for figure in figures:
        mark = styled("" if figure.reached is None else ("✔", "green") if figure.reached else ("✘", "yellow"))
        sign = "≥" if figure.better == "more" else "≤"
        aim = "" if figure.aim is None else f"{sign} {_number(figure.aim)}"
        shown.add_row(mark, figure.name, _number(figure.value), figure.unit, aim, styled((figure.note, "dim")))
    return shown


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.2f}"  # noqa: PLR2004 - readable


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which so much of the values lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def median(values: Sequence[float]) -> float:
    """The middle value."""
    return percentile(values, 0.5)
