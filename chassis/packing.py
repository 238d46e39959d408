"""Bodies of messages as rows keep them: packed one by one, by a dictionary of what our messages have in common.

A dictionary stands in `dictionaries/` under its number and never changes, for rows can be read by no other. It is made
of the golden lives alone (`python -m tools.dictionary`): it quotes what it was made of.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

from zstandard import ZstdCompressionDict, ZstdCompressor, ZstdDecompressor

NEWEST: Final = 1
"""The number of the dictionary by which bodies are packed."""
_NUMBER: Final = bytes((NEWEST,))
_AS_IT_IS: Final = 0
_LEVEL: Final = 3
_FOLDER: Final = Path(__file__).with_name("dictionaries")


def said(row: str = "") -> str:
    """The SQL of what a row says, as `unpacked` takes it; `row` names the table where a statement reads several.

    Rows of before it was packed keep it as JSON.
    """
    of = f"{row}." if row else ""
    return f"coalesce({of}packed, '\\x00'::bytea || convert_to({of}body::text, 'UTF8'))"


def packed(body: str) -> bytes:
    """A body as its row keeps it: the number of the dictionary, and one frame of zstd."""
    return _NUMBER + _packer(NEWEST).compress(body.encode())


def unpacked(kept: bytes) -> str:
    """The body that a row keeps, word for word; LookupError where a newer version packed it."""
    number = kept[0]
    return (kept[1:] if number == _AS_IT_IS else _unpacker(number).decompress(kept[1:])).decode()


def place_of(number: int) -> Path:
    """The file of a dictionary."""
    return _FOLDER / f"{number}.zdict"


@cache
def _dictionary(number: int) -> ZstdCompressionDict:
    place = place_of(number)
    if not place.exists():
        raise LookupError(f"dictionary {number} is not known to this version, which reads up to {NEWEST}")
    return ZstdCompressionDict(place.read_bytes())


@cache
def _packer(number: int) -> ZstdCompressor:
    dictionary = _dictionary(number)
    dictionary.precompute_compress(level=_LEVEL)
    return ZstdCompressor(level=_LEVEL, dict_data=dictionary, write_dict_id=False)


@cache
def _unpacker(number: int) -> ZstdDecompressor:
    return ZstdDecompressor(dict_data=_dictionary(number))
