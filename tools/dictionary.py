"""`python -m tools.dictionary`: make the next dictionary by which bodies are packed, of the golden lives alone.

Which one packs is said by `NEWEST` in `chassis/packing.py`; those of before stay, for rows are packed by them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

from zstandard import train_dictionary

from chassis.packing import NEWEST, place_of
from schemas.lives import golden

_BYTES: Final = 32 * 1024
_STRETCH, _WORD, _LEVEL = 1000, 8, 3


def samples() -> Iterator[bytes]:
    """Every golden message as it stands on its topic."""
    for records in golden().values():
        for record in records:
            yield json.dumps(record.value, ensure_ascii=False, separators=(",", ":")).encode()


if __name__ == "__main__":
    place = place_of(NEWEST + 1 if place_of(NEWEST).exists() else NEWEST)
    made = train_dictionary(_BYTES, list(samples()), k=_STRETCH, d=_WORD, level=_LEVEL)
    place.write_bytes(made.as_bytes())
    print(f"{place}: {len(made):,} bytes")
