"""The one way to and from a spreadsheet: a cell is what it says, never a formula, and one cell is one line.

Nobody needs identity-card and bank-card numbers in a file that is handed on: they are masked there too.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import IO, Final
from xml.sax.saxutils import escape

from typing_extensions import Buffer

from schemas.recognised import masked
from schemas.text import one_line

_NUMBER: Final = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?%?")
_BEGINS_FORMULA: Final = frozenset("=+-@\uff1d\uff0b\uff0d\uff20")
_XML: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_FORMATS: Final = "http://schemas.openxmlformats.org"
_MAIN: Final = f"{_FORMATS}/spreadsheetml/2006/main"
_PACKAGE: Final = f"{_FORMATS}/package/2006"
_OFFICE: Final = f"{_FORMATS}/officeDocument/2006/relationships"
_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_NOT_IN_XML: Final = re.compile("[\ufffe\uffff]")
_NOT_IN_NAMES: Final = re.compile(r"[\[\]:*?/\\]")
_LONGEST_NAME: Final = 31


def cell(text: str) -> str:
    """The text as a cell that shows it: what a spreadsheet would take for a formula is quoted."""
    shown = masked(one_line(text))
    return f"'{shown}" if shown[:1] in _BEGINS_FORMULA and not _NUMBER.fullmatch(shown) else shown


def write_csv(path: Path, rows: Iterable[Iterable[str | float]]) -> None:
    """Write rows in UTF-8 with a mark, which spreadsheets ask for."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)  # noqa: TID251 - of safe cells
        writer.writerows([cell(_plain(each)) for each in row] for row in rows)


def _plain(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:.10g}"


class Growing:
    """A workbook of one sheet that is handed on while it grows: what has been added is in nobody's memory any more."""

    def __init__(self, name: str) -> None:
        """`name` is that of the sheet."""
        self._out = _Out()
        self._book = zipfile.ZipFile(self._out, "w", zipfile.ZIP_DEFLATED)
        for file, text in _frame([name]).items():
            self._book.writestr(file, _XML + text)
        self._sheet = self._book.open("xl/worksheets/sheet1.xml", "w", force_zip64=True)
        self._sheet.write(f'{_XML}<worksheet xmlns="{_MAIN}"><sheetData>'.encode())

    def add(self, rows: Iterable[Iterable[str | float]]) -> bytes:
        """Add rows, and return the bytes of the file that follow those returned before."""
        self._sheet.write("".join(map(_row_of_xlsx, rows)).encode())
        return self._out.taken()

    def end(self) -> bytes:
        """Return the rest of the file."""
        self._sheet.write(b"</sheetData></worksheet>")
        self._sheet.close()
        self._book.close()
        return self._out.taken()


class _Out(io.RawIOBase):
    """Takes bytes until somebody fetches them; nobody goes back in it."""

    def __init__(self) -> None:
        self._kept = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Buffer, /) -> int:
        self._kept += data
        return memoryview(data).nbytes

    def taken(self) -> bytes:
        taken, self._kept = bytes(self._kept), bytearray()
        return taken


def write_xlsx(to: Path | IO[bytes], sheets: Mapping[str, Iterable[Iterable[str | float]]]) -> None:
    """Write a workbook with a sheet for each name: numbers as numbers, all else as text, which nothing calculates."""
    names = list(sheets)
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as book:
        for number, name in enumerate(names, 1):
            rows = "".join(map(_row_of_xlsx, sheets[name]))
            body = f'<worksheet xmlns="{_MAIN}"><sheetData>{rows}</sheetData></worksheet>'
            book.writestr(f"xl/worksheets/sheet{number}.xml", _XML + body)
        for file, text in _frame(names).items():
            book.writestr(file, _XML + text)


def _row_of_xlsx(row: Iterable[str | float]) -> str:
    return f"<row>{''.join(map(_cell_of_xlsx, row))}</row>"


def _cell_of_xlsx(value: str | float) -> str:
    if isinstance(value, str):
        return f'<c t="inlineStr"><is><t xml:space="preserve">{_xml(masked(one_line(value)))}</t></is></c>'
    return f"<c><v>{value!r}</v></c>"


def _xml(text: str) -> str:
    return escape(_NOT_IN_XML.sub("\N{REPLACEMENT CHARACTER}", text), {'"': "&quot;"})


def _frame(names: Sequence[str]) -> dict[str, str]:
    """What a workbook consists of beside its sheets."""
    sheets = "".join(
        f'<sheet name="{_xml(_NOT_IN_NAMES.sub(" ", name)[:_LONGEST_NAME])}" sheetId="{number}" r:id="r{number}"/>'
        for number, name in enumerate(names, 1)
    )
    related = "".join(
        f'<Relationship Id="r{number}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{number}.xml"/>'
        for number in range(1, len(names) + 1)
    )
    types = "".join(
        f'<Override PartName="/xl/worksheets/sheet{number}.xml" ContentType="{_TYPE}.worksheet+xml"/>'
        for number in range(1, len(names) + 1)
    )
    return {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>{types}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="r1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{sheets}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{related}</Relationships>',
    }
