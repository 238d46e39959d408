"""The pauses of Python's garbage collector, moved to where nobody waits for anything.

A service remembers tens of thousands of states: millions of objects without a cycle among them, which a full collection
walks through for a second. Young garbage is collected as it falls; the old is kept out of the way, and swept when idle.
"""

from __future__ import annotations

import gc
from typing import Final

_YOUNG: Final = 200_000
_NEVER: Final = 1_000_000


def begin() -> None:
    """What was loaded at the start stays; from here on only young objects are looked at by themselves."""
    gc.freeze()
    gc.set_threshold(_YOUNG, _NEVER, _NEVER)


def keep() -> None:
    """What was just made will be needed for long: do not look at it again."""
    gc.freeze()


def sweep() -> None:
    """Look at everything, for as long as it takes."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()
