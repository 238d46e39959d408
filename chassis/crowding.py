"""How many values JSON from outside may have: each of them could be wrong, and each mistake costs."""

from __future__ import annotations

import json
from collections import deque
from typing import Any, Final

from schemas.text import mended
from vocabulary import label

MOST_VALUES: Final = 2_000
"""In lists and objects of one submission, all together; the longest list that any form takes has 1000."""
_LONGEST_NAME: Final = 120


def crowded(data: bytes, most: int = MOST_VALUES) -> str | None:
    """Name the list or object with which values become too many, '' for all of it; None where they are not."""
    if len(data) <= 2 * most:  # every value and what parts it from the next
        return None
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        return None
    left, waiting = most, deque[tuple[tuple[str, ...], Any]]([((), document)])
    while waiting:
        way, value = waiting.popleft()
        if not isinstance(value, list | dict):
            continue
        left -= len(value)
        if left < 0:
            return ".".join(map(mended, way))[:_LONGEST_NAME]
        inside = value.items() if isinstance(value, dict) else enumerate(value)
        waiting.extend(((*way, str(name)), one) for name, one in inside)
    return None


def too_many(crowd: str, most: int = MOST_VALUES) -> str:
    """Say where they are too many."""
    return f"{f'字段 {label(crowd)}' if crowd else '全文'} 的项数太多，一次提交全部最多 {most} 项。"
