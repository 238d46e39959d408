"""Which numbers take a short message."""

from __future__ import annotations

import re
from typing import Final

_BETWEEN: Final = re.compile(r"[\s()-]+")
_MOBILE: Final = re.compile(r"(?:\+?86|0086)?1[3-9][0-9]{9}|\+(?!86)[0-9]+")
"""Of numbers abroad nobody can tell by the look; those here say what they are by their first digits."""


def takes_messages(phone: str) -> bool:
    """Tell a mobile telephone from a landline, a switchboard's extension and a service number."""
    return _MOBILE.fullmatch(_BETWEEN.sub("", phone)) is not None
