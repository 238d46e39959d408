"""What the other side says of a message that it took."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

_ALIEN: Final = re.compile(r"[^a-z0-9]+")
_LONGEST: Final = 40
_UNNAMED: Final = "unnamed"


class Reported(NamedTuple):
    """Whether a message arrived, by the id under which it was handed over; why it did not, without personal data."""

    message: str
    outcome: str
    error: str | None


def reported(message: str, code: str, *, arrived: bool) -> Reported:
    """Read a report: the code of the other side becomes one of ours."""
    if arrived:
        return Reported(message, "delivered", None)
    said = _ALIEN.sub("-", code.lower()).strip("-")[:_LONGEST].strip("-")
    return Reported(message, "undelivered", f"report-{said or _UNNAMED}")
