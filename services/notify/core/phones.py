"""Which numbers take a short message, told by the number or by its mask."""

from __future__ import annotations

import re
from typing import Final

_BETWEEN: Final = re.compile(r"[\s()-]+")
_MOBILE: Final = re.compile(r"(?:\+?86|0086)?1[3-9][0-9](?:[0-9]{8}|\*{4}[0-9]{4})|\+(?!86)[0-9]+\**")
"""Of numbers abroad nobody can tell by the look; those here say what they are by their first digits."""


def takes_messages(phone: str) -> bool:
    """Tell a mobile telephone, or its mask, from a landline, a switchboard's extension and a service number."""
    return _MOBILE.fullmatch(_BETWEEN.sub("", phone)) is not None
