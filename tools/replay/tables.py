"""The rows of a file, whatever wrote it: text with commas in its encoding, or the first sheet of a workbook."""

from __future__ import annotations

import csv
import re
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

from tools.errors import SaidClearly

TRIED: Final = ("utf-8-sig", "gb18030")
"""Where a mapping names no encoding: what is no UTF-8 is what Chinese offices write."""
_MAIN: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LETTERS: Final = re.compile("[A-Z]+")
_LARGEST: Final = 1 << 30
"""Bytes that a part of a workbook may have unpacked."""


def read_table(file: Path, encoding: str | None) -> Iterator[list[str]]:
    """Yield the rows of a file, the header first; says clearly when it cannot be read."""
    try:
        if zipfile.is_zipfile(file):
            yield from _of_workbook(file)
        else:
            yield from _of_text(file, encoding)
    except (OSError, csv.Error, ET.ParseError, KeyError, zipfile.BadZipFile) as error:
        raise SaidClearly(f"{file} 读不了：{error}") from None


def _of_text(file: Path, encoding: str | None) -> Iterator[list[str]]:
    tried = (encoding,) if encoding else TRIED
    for name in tried:
        try:
            text = file.read_bytes().decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
        yield from csv.reader(text.splitlines(keepends=True))
        return
    names = "、".join(tried)
    raise SaidClearly(f"{file} 读不了：不是 {names}。请在映射里写明 encoding，或者把它存成 UTF-8。")


def _of_workbook(file: Path) -> Iterator[list[str]]:
    """The first sheet: shared and inline texts, and numbers as they stand; a date is one (`dates: [excel]`)."""
    with zipfile.ZipFile(file) as book:
        shared = _shared(book) if "xl/sharedStrings.xml" in book.namelist() else []
        sheets = sorted(name for name in book.namelist() if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", name))
        for row in _part(book, sheets[0]).iter(f"{_MAIN}row"):
            cells: dict[int, str] = {}
            for place, cell in enumerate(row.iter(f"{_MAIN}c")):
                cells[_column(cell.get("r"), place)] = _said(cell, shared)
            yield [cells.get(place, "") for place in range(max(cells, default=-1) + 1)]


def _part(book: zipfile.ZipFile, name: str) -> ET.Element:
    if book.getinfo(name).file_size > _LARGEST:
        raise zipfile.BadZipFile(f"{name} is larger than {_LARGEST} bytes")
    text = book.read(name)
    if b"<!DOCTYPE" in text[:2_000]:
        raise zipfile.BadZipFile(f"{name} declares a document type, which no workbook does")
    return ET.fromstring(text)  # noqa: S314 - entities need a document type, which is refused


def _shared(book: zipfile.ZipFile) -> list[str]:
    return ["".join(item.itertext()) for item in _part(book, "xl/sharedStrings.xml").iter(f"{_MAIN}si")]


def _column(reference: str | None, place: int) -> int:
    """The column of a cell, counted from 0: by its name, or where it stands."""
    letters = _LETTERS.match(reference or "")
    if letters is None:
        return place
    found = 0
    for letter in letters.group():
        found = found * 26 + ord(letter) - ord("A") + 1
    return found - 1


def _said(cell: ET.Element, shared: Sequence[str]) -> str:
    if cell.get("t") == "inlineStr":
        return "".join(cell.itertext())
    value = cell.findtext(f"{_MAIN}v") or ""
    return shared[int(value)] if cell.get("t") == "s" and value else value
