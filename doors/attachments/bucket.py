"""Keeps the content of attachments in a bucket of a store that speaks S3."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import parse_qs, urlsplit

import obstore
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import S3Store

from doors.attachments.keeping import PIECE, KeeperAwayError, NotKeptError

_SCHEME: Final = "s3"
_PATIENCE: Final = timedelta(seconds=20)
"""How long one request may take, and all its tries: a person waits for it."""
_USUAL_REGION: Final = "us-east-1"


class BucketPlace(NamedTuple):
    """Which bucket, under which prefix, at which store."""

    bucket: str
    prefix: str
    endpoint: str
    region: str


def is_bucket(address: str) -> bool:
    """Whether an address is that of a bucket, and not a folder."""
    return address.startswith(f"{_SCHEME}://")


def place_of(address: str) -> BucketPlace:
    """Read `s3://BUCKET/PREFIX?endpoint=https://HOST&region=REGION`; ValueError where no bucket or store is named."""
    parts = urlsplit(address)
    said = {name: values[0] for name, values in parse_qs(parts.query).items()}
    endpoint, region = said.pop("endpoint", ""), said.pop("region", _USUAL_REGION)
    if not parts.netloc or not endpoint.startswith(("https://", "http://")) or said:
        raise ValueError("a bucket is s3://BUCKET/PREFIX?endpoint=https://HOST&region=REGION")
    return BucketPlace(parts.netloc, parts.path.strip("/"), endpoint, region)


class Bucket:
    """Keeps contents as objects; whoever reads sees a whole one or none."""

    def __init__(self, place: BucketPlace, key: str, secret: str) -> None:
        """`key` names who asks, `secret` signs each request."""
        self._store = S3Store(
            place.bucket,
            prefix=place.prefix or None,
            endpoint=place.endpoint,
            region=place.region,
            access_key_id=key,
            secret_access_key=secret,
            client_options={"allow_http": place.endpoint.startswith("http://"), "timeout": _PATIENCE},
            retry_config={"max_retries": 2, "retry_timeout": _PATIENCE},
        )

    async def put(self, name: str, path: Path) -> None:
        """Send a file."""
        with _reached(name):
            await obstore.put_async(self._store, name, path)

    async def read(self, name: str) -> AsyncIterator[bytes]:
        """Read an object piece by piece."""
        with _reached(name):
            found = await obstore.get_async(self._store, name)
            async for piece in found.stream(min_chunk_size=PIECE):
                yield bytes(piece)

    async def remove(self, name: str) -> None:
        """Delete an object."""
        try:
            with _reached(name):
                await obstore.delete_async(self._store, name)
        except NotKeptError:
            return

    async def names(self) -> frozenset[str]:
        """List the objects."""
        with _reached(self._store.prefix or ""):
            return frozenset([each["path"] async for some in obstore.list(self._store) for each in some])


@contextmanager
def _reached(name: str) -> Iterator[None]:
    """Say in our words what went wrong; the store's own words can hold its address and key."""
    try:
        yield
    except (NotFoundError, FileNotFoundError):
        raise NotKeptError(name) from None
    except BaseError as error:
        raise KeeperAwayError(type(error).__name__) from None
