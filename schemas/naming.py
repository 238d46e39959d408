"""How a class's name is written as a word."""

from __future__ import annotations

import re
from typing import Final

_BOUNDARY: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def kebab_case(name: str) -> str:
    """`HandledAccepted` is `handled-accepted`."""
    return _BOUNDARY.sub("-", name).lower()


def snake_case(name: str) -> str:
    """`HandledAccepted` is `handled_accepted`."""
    return _BOUNDARY.sub("_", name).lower()
