"""Where the content of attachments is kept, by id."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Final, Protocol

PIECE: Final = 256 * 1024
"""Bytes that are read at a time."""
_SPREAD: Final = slice(1, 3)


class NotKeptError(LookupError):
    """There is no content under this id."""


class KeeperAwayError(ConnectionError):
    """What keeps the contents cannot be reached, or lets nobody in; nothing was done that is not done again."""


class Keeper(Protocol):
    """Keeps contents; what is put twice under one id is the same content. KeeperAwayError where it is elsewhere."""

    async def put(self, name: str, path: Path) -> None:
        """Keep the content of a file; the file may be taken away afterwards."""
        ...

    def read(self, name: str) -> AsyncIterator[bytes]:
        """Return a content piece by piece; NotKeptError where there is none."""
        ...

    async def remove(self, name: str) -> None:
        """Keep a content no longer; nothing happens where there is none."""
        ...

    async def names(self) -> frozenset[str]:
        """Name all that is kept."""
        ...


class Folder:
    """Keeps contents in files of a folder that only its owner may enter."""

    def __init__(self, folder: Path) -> None:
        """The folder is made with the first content."""
        self._folder = folder

    async def put(self, name: str, path: Path) -> None:
        """Copy a file beside its place, and then into it, all or nothing."""
        await asyncio.to_thread(self._put, name, path)

    def _put(self, name: str, path: Path) -> None:
        place = self._place(name)
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        place.parent.mkdir(mode=0o700, exist_ok=True)
        new = place.with_suffix(".new")
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with path.open("rb") as source, os.fdopen(descriptor, "wb") as to:
            shutil.copyfileobj(source, to, PIECE)
            to.flush()
            os.fsync(to.fileno())
        new.replace(place)

    async def read(self, name: str) -> AsyncIterator[bytes]:
        """Read a file piece by piece."""
        try:
            file = await asyncio.to_thread(self._place(name).open, "rb")
        except FileNotFoundError:
            raise NotKeptError(name) from None
        try:
            while piece := await asyncio.to_thread(file.read, PIECE):
                yield piece
        finally:
            file.close()

    async def remove(self, name: str) -> None:
        """Delete a file."""
        await asyncio.to_thread(self._place(name).unlink, missing_ok=True)

    async def names(self) -> frozenset[str]:
        """List the files."""
        return await asyncio.to_thread(lambda: frozenset(self._names()))

    def _names(self) -> Iterator[str]:
        return (path.name for path in self._folder.glob("??/A*") if not path.suffix)

    def _place(self, name: str) -> Path:
        return self._folder / name[_SPREAD] / name
