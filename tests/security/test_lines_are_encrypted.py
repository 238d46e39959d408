"""With TLS every line is encrypted, and a server that another authority signed for is refused by whoever connects."""

from __future__ import annotations

import asyncio
import gc
import ssl
import warnings
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import asyncpg
import pytest
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from chassis.broker import Broker
from schemas.principals import ADMIN
from tools.local.broker import is_ready, wake_coordinator
from tools.local.instance import Instance
from tools.local.settings import LocalSettings
from tools.prepare.certificates import Certificates, make
from tools.prepare.quotas import standing


@pytest.fixture(scope="module")
def encrypted() -> Iterator[Instance]:
    """A system whose broker, database and doors show certificates."""
    with Instance(ephemeral=True, settings=LocalSettings(tls=True)) as instance:
        yield instance


@pytest.fixture(scope="module")
def ours(encrypted: Instance) -> Certificates:
    assert encrypted.certificates is not None
    return encrypted.certificates


@pytest.fixture(scope="module")
def theirs(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """What somebody made who is not trusted here."""
    return make(tmp_path_factory.mktemp("theirs"), ["127.0.0.1", "localhost"], datetime.now(UTC))


def answers(broker: Broker) -> bool:
    admin = AdminClient({**broker.for_librdkafka(), "socket.timeout.ms": 3000})
    try:
        return bool(admin.list_topics(timeout=3).brokers)
    except KafkaException:
        return False


def test_the_broker_speaks_to_whoever_trusts_its_authority_and_to_nobody_in_the_clear(
    encrypted: Instance, theirs: Certificates
) -> None:
    broker = encrypted.broker(ADMIN)
    assert broker.ca is not None
    assert answers(broker)
    assert not answers(replace(broker, ca=theirs.ca))
    assert not answers(replace(broker, ca=None))


def test_a_question_to_the_broker_leaves_no_line_open(encrypted: Instance) -> None:
    broker = encrypted.broker(ADMIN)
    gc.collect()
    with warnings.catch_warnings(record=True) as left:
        warnings.simplefilter("always", ResourceWarning)
        # when the broker is asked often, each time in a loop that ends with the answer
        for _ in range(20):
            assert is_ready(broker)
            wake_coordinator(broker)
            standing(broker)
        gc.collect()
    # then nothing is left for whoever collects what was forgotten
    assert [str(each.message) for each in left if each.category is ResourceWarning] == []


def reach(dsn: str) -> bool:
    async def asked() -> bool:
        connection = await asyncpg.connect(dsn, timeout=10)
        try:
            return bool(await connection.fetchval("select ssl from pg_stat_ssl where pid = pg_backend_pid()"))
        finally:
            await connection.close()

    return asyncio.run(asked())


def test_the_database_proves_who_it_is(encrypted: Instance, ours: Certificates, theirs: Certificates) -> None:
    dsn = encrypted.postgres_dsn()
    assert reach(dsn)
    with pytest.raises(ssl.SSLError):
        reach(dsn.replace(str(ours.ca), str(theirs.ca)))


def test_a_door_proves_who_it_is(encrypted: Instance, ours: Certificates, theirs: Certificates) -> None:
    # A service on its way to ready has spoken to broker and database over TLS.
    encrypted.start_services(["trace"])
    url = f"{encrypted.url('trace_http')}/v1/openapi.json"
    assert url.startswith("https://")
    with urlopen(url, context=ssl.create_default_context(cafile=str(ours.ca)), timeout=10) as answer:  # noqa: S310
        assert answer.status == 200
    with pytest.raises(URLError, match="CERTIFICATE_VERIFY_FAILED"):
        urlopen(url, context=ssl.create_default_context(cafile=str(theirs.ca)), timeout=10)  # noqa: S310
    with pytest.raises((URLError, OSError)):
        urlopen(url.replace("https", "http"), timeout=10)  # noqa: S310


def test_a_key_is_for_its_owners_eyes(ours: Certificates) -> None:
    folder = ours.ca.parent
    assert folder.stat().st_mode & 0o077 == 0
    for file in (ours.key, ours.both, folder / "ca-key.pem"):
        assert file.stat().st_mode & 0o077 == 0


def test_another_certificate_is_signed_by_the_authority_that_is_there(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    first = make(tmp_path, ["localhost"], now)
    trusted, shown = first.ca.read_bytes(), first.certificate.read_bytes()
    make(tmp_path, ["localhost"], now)
    assert first.ca.read_bytes() == trusted
    assert first.certificate.read_bytes() != shown
