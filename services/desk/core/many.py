"""One act on many tickets, in the browser and at a terminal: which are left out, how each is named, what became of it.

Each ticket is acted on under the name of the batch and its own: whatever is said again is done once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import takewhile
from typing import Final, Literal, TypeVar

Word = Literal["done", "already", "refused", "unanswered", "left"]
"""What became of one ticket; what was done already, or moved on since, is no failure."""
MOST_IN_VAIN: Final = 3
"""After so many refusals one after another nothing more is done until somebody says so."""
_MOVED_ON: Final = "illegal_in_state"
_CHANGED: Final = "changed_meanwhile"
_T = TypeVar("_T")


def named(batch: str, ticket: str) -> str:
    """What the author calls the act on one ticket of a batch."""
    return f"{batch}/{ticket}"


def apart(
    meant: Iterable[_T], for_eyes: Callable[[_T], bool], is_named: Callable[[_T], bool] = lambda _: False
) -> tuple[list[_T], list[_T]]:
    """Tell what is done with all others, and what somebody has to look at first, unless they named it."""
    known = list(meant)
    kept = [each for each in known if is_named(each) or not for_eyes(each)]
    return kept, [each for each in known if for_eyes(each) and not is_named(each)]


def became(*, taken: bool, refused_as: str | None) -> Word:
    """Say what became of one ticket: refused under a code, or else taken or not yet."""
    if refused_as is None:
        return "done" if taken else "unanswered"
    return "already" if refused_as == _MOVED_ON or refused_as.endswith("_already") else "refused"


def has_changed(refused_as: str | None) -> bool:
    """Whether somebody else acted on it after the list was frozen."""
    return refused_as == _CHANGED


def in_vain(words: Sequence[Word]) -> int:
    """Count the refusals that came one after another last."""
    settled = (each for each in reversed(words) if each not in ("left", "unanswered"))
    return sum(1 for _ in takewhile(lambda each: each == "refused", settled))
