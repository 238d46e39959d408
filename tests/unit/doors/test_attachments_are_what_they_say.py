"""What is uploaded is told from its content: a closed list of kinds, whatever a name or a header says."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from doors.attachments.keeping import Folder, NotKeptError
from doors.attachments.sniffing import media_of

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ID = "A7Q2M8ZK4D1XBW3HN5VT0"


@pytest.mark.parametrize(
    ("content", "media"),
    [
        (b"\xff\xd8\xff\xe1rest", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\nrest", "image/png"),
        (b"RIFF\x10\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"\x00\x00\x00\x18ftypheic", "image/heic"),
        (b"\x00\x00\x00\x18ftypmif1", "image/heic"),
        (b"\x00\x00\x00\x18ftypisom", "video/mp4"),
        (b"%PDF-1.7\n", "application/pdf"),
    ],
)
def test_a_kind_is_known_by_its_first_bytes(tmp_path: Path, content: bytes, media: str) -> None:
    assert media_of(content, tmp_path) == media


@pytest.mark.parametrize(
    "content",
    [
        b"<html><script>alert(1)</script>",
        b"GIF89a",
        b"<?xml version='1.0'?><svg/>",
        b"MZ\x90\x00",
        b"\x7fELF",
        b"RIFF\x10\x00\x00\x00WAVEfmt ",
        b"\x00\x00\x00\x18ftypqt  ",
        b"",
        b"PK\x03\x04 cut off",
    ],
)
def test_what_is_not_on_the_list_is_nothing(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "content"
    path.write_bytes(content)
    assert media_of(content, path) is None


def package(path: Path, *names: str) -> Path:
    with zipfile.ZipFile(path, "w") as made:
        for name in names:
            made.writestr(name, "<x/>")
    return path


@pytest.mark.parametrize(
    ("names", "media"),
    [
        (("[Content_Types].xml", "word/document.xml"), WORD),
        (("[Content_Types].xml", "xl/workbook.xml"), SHEET),
        (("word/document.xml",), None),
        (("[Content_Types].xml", "ppt/presentation.xml"), None),
        (("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"), None),
    ],
)
def test_an_office_document_is_known_by_its_parts_and_brings_no_macros(
    tmp_path: Path, names: tuple[str, ...], media: str | None
) -> None:
    path = package(tmp_path / "content", *names)
    assert media_of(path.read_bytes()[:64], path) == media


async def test_a_folder_keeps_contents_and_lets_them_go(tmp_path: Path) -> None:
    path, content = tmp_path / "content", b"x" * 600_000
    path.write_bytes(content)
    keeper = Folder(tmp_path / "kept")
    await keeper.put(ID, path)
    await keeper.put(ID, path)
    assert b"".join([piece async for piece in keeper.read(ID)]) == content
    assert await keeper.names() == {ID}
    assert (tmp_path / "kept").stat().st_mode & 0o077 == 0
    await keeper.remove(ID)
    await keeper.remove(ID)
    assert await keeper.names() == frozenset()
    with pytest.raises(NotKeptError):
        await anext(keeper.read(ID))
