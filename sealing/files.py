"""Master keys in a file of the instance: what is written there counts from the next use on."""

from __future__ import annotations

import os
from pathlib import Path

from sealing.masters import MasterKeys, Wrapped


class MasterFile:
    """The master keys of a file, the newest first, read again whenever the file is another one."""

    def __init__(self, file: Path) -> None:
        """Read the file at first use: OSError where it cannot be read, ValueError where no keys stand in it."""
        self._file = file
        self._seen: tuple[int, int] | None = None
        self._keys: MasterKeys | None = None

    @property
    def newest(self) -> bytes:
        """The id of the first key."""
        return self._now().newest

    def wrap(self, key: bytes, owner: str) -> Wrapped:
        """Wrap under the first key."""
        return self._now().wrap(key, owner)

    def unwrap(self, wrapped: Wrapped, owner: str) -> bytes:
        """Unwrap by the key that wrapped it."""
        return self._now().unwrap(wrapped, owner)

    def _now(self) -> MasterKeys:
        stat = self._file.stat()
        found = (stat.st_mtime_ns, stat.st_ino)
        if self._keys is None or self._seen != found:
            self._keys, self._seen = MasterKeys(self._file.read_text("ascii"), os.urandom), found
        return self._keys
