"""Contents are kept in a bucket of a server that speaks S3 and checks each signature, as in a folder."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from pydantic import SecretStr, ValidationError

from doors.attachments.keeping import Keeper, KeeperAwayError, NotKeptError
from doors.attachments.settings import KeepsAttachments
from tests.support.security.provider import until_it_answers
from tools.local.ports import HOST, free_ports

ID: Final = "A7Q2M8ZK4D1XBW3HN5VT0"
KEY, SECRET = "liuhen-doors", "a secret of these tests"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of somebody else with one bucket."""
    folder, port = tmp_path_factory.mktemp("store"), free_ports(["s3"])["s3"]
    (folder / "evidence").mkdir()
    command = [sys.executable, "-m", "nanio", "serve", "--data-dir", str(folder), "--host", HOST, "--port", str(port)]
    known = {**os.environ, "NANIO_ACCESS_KEY": KEY, "NANIO_SECRET_KEY": SECRET}
    with subprocess.Popen(command, env=known, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:  # noqa: S603 - ours
        try:
            until_it_answers(f"http://{HOST}:{port}/")
            yield f"http://{HOST}:{port}"
        finally:
            process.terminate()


def keeper(server: str, secret: str = SECRET, bucket: str = "evidence/district") -> Keeper:
    address = f"s3://{bucket}?endpoint={server}"
    settings = KeepsAttachments(attachments=address, attachments_key=KEY, attachments_secret=SecretStr(secret))
    return settings.keeper()


async def content_of(kept: Keeper) -> bytes:
    return b"".join([piece async for piece in kept.read(ID)])


async def test_a_bucket_keeps_contents_and_lets_them_go(server: str, tmp_path: Path) -> None:
    path, content = tmp_path / "content", bytes(range(256)) * 50_000
    path.write_bytes(content)
    kept = keeper(server)
    await kept.put(ID, path)
    await kept.put(ID, path)
    assert await content_of(kept) == content
    assert await kept.names() == {ID}
    assert await keeper(server, bucket="evidence/elsewhere").names() == frozenset()
    await kept.remove(ID)
    await kept.remove(ID)
    assert await kept.names() == frozenset()
    with pytest.raises(NotKeptError):
        await content_of(kept)


async def test_who_signs_with_another_secret_gets_nothing_and_hears_no_secret(server: str, tmp_path: Path) -> None:
    path = tmp_path / "content"
    path.write_bytes(b"%PDF-1.7")
    await keeper(server).put(ID, path)
    stranger = keeper(server, "another secret")
    for doing in (stranger.put(ID, path), content_of(stranger), stranger.names()):
        with pytest.raises(KeeperAwayError) as refused:
            await doing
        assert SECRET not in str(refused.value)
        assert KEY not in str(refused.value)


async def test_a_store_that_is_away_is_said_to_be(tmp_path: Path) -> None:
    path = tmp_path / "content"
    path.write_bytes(b"%PDF-1.7")
    nobody = keeper(f"http://{HOST}:{free_ports(['nobody'])['nobody']}")
    for doing in (nobody.put(ID, path), content_of(nobody), nobody.remove(ID)):
        with pytest.raises(KeeperAwayError):
            await doing


@pytest.mark.parametrize(
    "address",
    [
        "s3://?endpoint=https://store.example",
        "s3://evidence",
        "s3://evidence?endpoint=ftp://x",
        "s3://e?endpoint=https://x&key=1",
    ],
)
def test_an_address_that_names_no_bucket_or_store_is_refused_at_the_start(address: str) -> None:
    with pytest.raises(ValidationError, match="s3://BUCKET/PREFIX"):
        KeepsAttachments(attachments=address)
