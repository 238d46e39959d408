"""Saying what is being done while it takes longer than people like to wait in silence."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn


@contextmanager
def telling(console: Console) -> Iterator[Callable[[str], None]]:
    """Yield what takes the words: a moving line in a terminal, a line on standard error each elsewhere."""
    if console.is_terminal:
        with console.status("…") as status:
            yield status.update
    else:
        yield Console(stderr=True).print


@contextmanager
def counting(title: str) -> Iterator[Callable[[int], None]]:
    """Yield what takes how many more records were read: their number moves on standard error in the meantime."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TextColumn("{task.completed:,} records read"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(title, total=None)
        yield lambda count: progress.advance(task, count)
