"""`liuhen verify` is clean on an honest system, and names the ticket when somebody changed what was recorded."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

import pytest
from prometheus_client import REGISTRY

from chassis.packing import packed, said, unpacked
from tools.client.addresses import Addresses
from tools.foundations import ask_database

RECENT = 400

pytestmark = pytest.mark.timeout(400)


def broken(operations: Any, *window: str) -> dict[str, set[str]]:
    """Which promises `liuhen verify` finds broken, and whom each names; its exit code says the same."""
    result = operations.run("verify", *window, "--json")
    assert result.stdout, (result.output, result.exception)
    results = json.loads(result.stdout)
    found: dict[str, set[str]] = {}
    for each in results:
        promise = each["promise"].rpartition(" ")[2]
        if not each["kept"]:
            found.setdefault(promise, set()).update(finding["subject"] for finding in each["findings"])
    assert result.exit_code == (1 if found else 0), result.output
    assert sum(each["looked_at"] for each in results) > 0
    return found


def told(operations: Any) -> float | None:
    """How many broken promises whoever watches the system is told of."""
    asyncio.run(ask_database(Addresses.of(operations.instance.addresses())))
    assert time.time() - (REGISTRY.get_sample_value("liuhen_verified_timestamp_seconds") or 0) < RECENT
    return REGISTRY.get_sample_value("liuhen_broken_promises")


def test_an_honest_system_is_clean_and_tampering_is_found(operations: Any) -> None:
    deleted, forged, changed, reworded, silenced = (operations.report(13_700_000_000 + n) for n in range(5))
    assert broken(operations, "--since", "1h") == {}
    assert broken(operations) == {}
    assert told(operations) == 0

    operations.sql("delete from sla.event where key = $1", deleted)
    operations.sql(
        "update trace.entry set id = 'another' where ticket = $1 and type like '%.opened.v1'",
        forged,
    )
    operations.sql(
        "update sla.state set body = json_build_object('ticket', key, 'tier', 'simple') where key = $1",
        changed,
    )
    of = "key = $1 and type like '%.opened.v1'"
    [(kept,)] = operations.sql(f"select {said()} from dispatch.event where {of}", reworded)  # noqa: S608 - our own columns
    other = unpacked(kept).replace("楼道里的灯", "楼道里的水")
    operations.sql(f"update dispatch.event set packed = $2 where {of}", reworded, packed(other))  # noqa: S608 - our own columns
    operations.sql("update sla.timer set status = 'cancelled' where key = $1", silenced)

    left = operations.instance.home / "attachments" / "7Q" / "A7Q2M8ZK4D1XBW3HN5VT0"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"x")

    found = broken(operations)
    # that a state is the fold of its events is promised of dispatch and of sla, each by itself
    assert told(operations) == len(found) + 1
    assert found.pop("删除的附件，内容也不在了") == {left.name}
    assert found.pop("主题上的每个事件都在表里") == {deleted}
    assert found.pop("留痕一条不少、一条不多") == {forged}
    assert found.pop("主题与表里的内容一字不差") == {reworded}
    assert found.pop("定时器与状态一致") >= {silenced}
    assert {deleted, changed, reworded} <= found.pop("的状态等于事件的折叠")
    assert found.pop("中心该办的也有时限", set()) <= {deleted, changed}
    assert set(found) <= {"工单结束，时限随之结束", "在办必有时限"}
