"""Saying what is being done while it takes longer than people like to wait in silence."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import Progress, SpinnerColumn, TextColumn

from tools.terminal import Terminal, styled


@contextmanager
def telling(console: Terminal) -> Iterator[Callable[[str], None]]:
    """Yield what takes the words: a moving line in a terminal, a line on standard error each elsewhere."""
    if console.is_terminal:
        with console.status("…") as status:
            yield lambda words: status.update(styled(words))
    else:
        yield Terminal(stderr=True).print


@contextmanager
def counting(title: str) -> Iterator[Callable[[int], None]]:
    """Yield what takes how many more records were read: their number moves on standard error in the meantime."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        TextColumn("已读 {task.completed:,} 条", markup=False),
    )
    with Progress(*columns, console=Terminal(stderr=True), transient=True) as progress:
        task = progress.add_task(title, total=None)
        yield lambda count: progress.advance(task, count)
