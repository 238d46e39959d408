"""Where a door keeps what was uploaded."""

from __future__ import annotations

from pathlib import Path

from pydantic import SecretStr, field_validator

from chassis.settings import Settings
from doors.attachments.bucket import Bucket, is_bucket, place_of
from doors.attachments.keeping import Folder, Keeper


def keeper_of(place: str, key: str, secret: SecretStr) -> Keeper:
    """Return what keeps contents at a place: in a bucket as whoever has this key, or in a folder."""
    return Bucket(place_of(place), key, secret.get_secret_value()) if is_bucket(place) else Folder(Path(place))


class KeepsAttachments(Settings):
    """`attachments` is where contents are kept, the same for every door of an instance: a folder, or a bucket.

    A bucket is `s3://BUCKET/PREFIX?endpoint=https://HOST&region=REGION`; `attachments_key` names who asks there, and
    `attachments_secret` signs.
    """

    attachments: str = ".run/attachments"
    attachments_key: str = ""
    attachments_secret: SecretStr = SecretStr("")

    @field_validator("attachments")
    @classmethod
    def _can_be_read(cls, given: str) -> str:
        if is_bucket(given):
            place_of(given)
        return given

    def keeper(self) -> Keeper:
        """Return what keeps the contents."""
        return keeper_of(self.attachments, self.attachments_key, self.attachments_secret)
