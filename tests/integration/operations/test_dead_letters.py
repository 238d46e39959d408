"""What could not be taken is listed, shown without personal data, corrected and heard again; lanes go on."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rulebook import load_policy
from schemas.envelope import Envelope
from schemas.registry import RULES
from schemas.rules import RederivationOrdered
from schemas.values import Person
from tests.support.operations import Operations
from tools.errors import SaidClearly

pytestmark = pytest.mark.timeout(400)
REPORT = {"kind": "help", "contact": {"phone": "13712345678"}, "place": {"text": "国和路1号"}, "text": "窨井盖松动"}
READERS = ("sla", "trace")
"""Who hears of rules."""
GOOD = json.dumps(REPORT, ensure_ascii=False).encode()


def clear(operations: Operations, *words: str) -> str:
    """Run a command that fails with a sentence; returns it."""
    result = operations.run(*words)
    assert isinstance(result.exception, SaidClearly), (result.output, result.exception)
    return str(result.exception)


def test_a_dead_letter_is_listed_and_shows_its_content_only_when_asked(operations: Operations, hotline: str) -> None:
    place = operations.dead(hotline, b"\xff13712345678")

    told = operations.asked("dead-letters", "list", "--service", "intake", "--reason", "unreadable")
    (shown,) = operations.asked("dead-letters", "show", place)
    (revealed,) = operations.asked("dead-letters", "show", place, "--reveal")

    assert told["total"] >= 1
    letter = next(each for each in told["letters"] if each["place"] == place)
    assert letter["service"] == "intake"
    assert letter["detail"]
    assert shown["headers"] == {"ce_type": "liuhen.inbound.register.v1"}
    assert shown["size"] == 12
    assert "13712345678" not in json.dumps(shown)
    assert revealed["value"] == "hex:" + b"\xff13712345678".hex()
    assert operations.asked("dead-letters", "list", "--limit", "1")["letters"][0]["place"] == place


def test_a_corrected_dead_letter_becomes_one_ticket_however_often_it_is_replayed(
    operations: Operations, hotline: str, tmp_path: Path
) -> None:
    place, corrected = operations.dead(hotline, b"{"), tmp_path / "report.json"
    corrected.write_bytes(GOOD)
    correction = ("--value", str(corrected), "--header", "ce_specversion=1.0", "--header", "ce_time=2026-01-01T00:00Z")

    assert "仍然读不懂" in clear(operations, "dead-letters", "replay", place)
    first = operations.asked("dead-letters", "replay", place, *correction)
    second = operations.asked("dead-letters", "replay", place, *correction)

    taken = operations.wait("select tickets from intake.submission where id = $1", first["id"])
    assert first["id"] == second["id"]
    assert first["place"] != second["place"]
    assert [len(tickets) for (tickets,) in taken] == [1]


def test_wrong_words_are_answered_with_a_sentence(operations: Operations, hotline: str) -> None:
    assert "主题/分区@位置" in clear(operations, "dead-letters", "show", "somewhere")
    assert "没有死信或者搁置" in clear(operations, "dead-letters", "show", f"{hotline}/0@999999")
    assert "26030200000017 没有搁置" in clear(operations, "dead-letters", "replay", "26030200000017")
    assert "没有名为 nobody 的服务" in clear(operations, "dead-letters", "list", "--service", "nobody")
    assert "名=值" in clear(operations, "dead-letters", "replay", f"{hotline}/0@0", "--header", "x")
    assert "没有" in clear(operations, "lanes", "resume", "sla", "9")
    assert "不读" in clear(operations, "lanes", "mend", "sla", hotline, "0", "liuhen/intake/0")
    assert "记录过消息" in clear(operations, "lanes", "republish", "sla", "0", hotline, "0", "--from", "1")


def test_a_parked_key_is_heard_again_once_it_can_be_read(operations: Operations) -> None:
    policy = load_policy(operations.instance.policy)
    order = RederivationOrdered(by=Person(id="p-xu", name="徐敏"), policy=policy.version, code="policy", reason="x")
    envelope = Envelope("e-1", "liuhen/rules/broken", order.type_name, datetime.now(UTC), "rules", 1, "rules", "e-1")
    offset = operations.put(envelope.headers(), b'{"by": 7}', RULES, key=b"broken")
    for service in READERS:
        operations.wait(f"select from {service}.parked where parked_key = 'broken'")

    stuck = operations.run("dead-letters", "replay", "broken", "--json")
    shown = operations.asked("dead-letters", "show", f"{RULES}/0@{offset}")
    assert stuck.exit_code == 1
    assert "body" in json.loads(stuck.stdout)["still_parked"]["sla"]
    assert {(each["service"], each["sort"]) for each in shown} == {(service, "parked") for service in READERS}
    assert "是搁置的" in clear(operations, "dead-letters", "replay", f"{RULES}/0@{offset}")

    for service in READERS:
        corrected = f"update {service}.parked set value = $1 where parked_key = 'broken'"  # noqa: S608 - our own names
        operations.sql(corrected, order.to_json())
    heard = operations.asked("dead-letters", "replay", "broken")

    assert heard == {"ticket": "broken", "asked": dict.fromkeys(READERS, 1), "still_parked": {}}
    assert operations.sql("select from sla.parked union all select from trace.parked") == []


def test_lanes_are_listed_resumed_and_published_again(operations: Operations) -> None:
    ticket = operations.report(13_600_000_000)
    ((lane, topic, partition),) = operations.sql(
        "select lane, topic, partition from dispatch.event where key = $1 and type like '%.opened.v1'", ticket
    )
    idle = next(name for name in ("1", "2") if name != lane)
    operations.sql("update notify.lane set paused = 'gap: somebody looks' where name = $1", idle)

    paused = operations.asked("lanes", "list", "--paused")
    assert [(row["service"], row["lane"]) for row in paused] == [("notify", idle)]
    assert operations.run("lanes", "resume", "notify", idle).exit_code == 0
    assert operations.asked("lanes", "list", "--paused") == []

    again = operations.run("lanes", "republish", "dispatch", lane, topic, str(partition), "--from", "1")
    assert again.exit_code == 0
    assert "重发" in again.output
    assert ticket in {row[0] for row in operations.sql("select ticket from trace.entry")}
    notes = "select count(*) from trace.entry where ticket = $1 and type like '%.opened.v1'"
    assert operations.sql(notes, ticket) == [(1,)]
