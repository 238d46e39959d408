"""Where a door keeps what was uploaded."""

from __future__ import annotations

from pathlib import Path

from chassis.settings import Settings
from doors.attachments.keeping import Folder, Keeper


class KeepsAttachments(Settings):
    """`attachments` is the folder of the contents; it is the same for every door of an instance."""

    attachments: str = ".run/attachments"

    def keeper(self) -> Keeper:
        """Return what keeps the contents."""
        return Folder(Path(self.attachments))
