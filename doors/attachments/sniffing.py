"""Tells what a file is from its content, whatever it is called."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Final

from schemas.attachments import Media

HEAD: Final = 64
"""Bytes from the beginning that are looked at."""
_BRAND: Final = slice(8, 12)
_HEIC: Final = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
_MP4: Final = frozenset(
    {b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"MSNV", b"dash"}
)
_OFFICE: Final[tuple[tuple[str, Media], ...]] = (
    ("word/document.xml", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("xl/workbook.xml", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
)
_MACRO: Final = "vbaproject.bin"
_MOST_PARTS: Final = 10_000


def media_of(head: bytes, path: Path) -> Media | None:  # noqa: PLR0911 - one line for each kind
    """Tell the media type of a file by its first bytes, of an office document by its parts; None for any other."""
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head.startswith(b"RIFF") and head[_BRAND] == b"WEBP":
        return "image/webp"
    if head.startswith(b"%PDF-"):
        return "application/pdf"
    if head[4:8] == b"ftyp":
        return "image/heic" if head[_BRAND] in _HEIC else "video/mp4" if head[_BRAND] in _MP4 else None
    if head.startswith(b"PK\x03\x04"):
        return _office_document(path)
    return None


def _office_document(path: Path) -> Media | None:
    """Tell which office document a package is: one that brings macros along is none of those that are taken."""
    try:
        with zipfile.ZipFile(path) as package:
            names = package.namelist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return None
    if len(names) > _MOST_PARTS or "[Content_Types].xml" not in names:
        return None
    if any(name.lower().endswith(_MACRO) for name in names):
        return None
    return next((media for part, media in _OFFICE if part in names), None)
