"""Saying what is being done while it takes longer than people like to wait in silence."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console


@contextmanager
def telling(console: Console) -> Iterator[Callable[[str], None]]:
    """Yield what takes the words: a moving line in a terminal, a line on standard error each elsewhere."""
    if console.is_terminal:
        with console.status("…") as status:
            yield status.update
    else:
        yield Console(stderr=True).print
