"""A door that decides without broker or database: bytes in, decisions out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from rulebook import Policy, load_policy
from schemas.envelope import Envelope
from schemas.message import Message
from schemas.public import DeviceAsked, ReceiptGiven, ReceiptRefused
from schemas.registry import party_of
from schemas.tickets import DeviceRequested
from services.intake.__main__ import config_of
from services.intake.core.decide import Moment, decide
from services.intake.core.numbers import Numbering, Numbers
from services.intake.core.reading import Reading, Unreadable, read
from services.intake.core.state import Decision, DoorConfig, DoorState
from services.intake.settings import IntakeSettings

POLICY = Path(__file__).resolve().parents[3] / "policy"
NOW = datetime(2026, 9, 14, 2, 0, tzinfo=UTC)

REPORT: Mapping[str, Any] = {
    "kind": "complain",
    "contact": {"phone": "13800000001"},
    "place": {"text": "平凉路100弄3号"},
    "text": "楼道里的灯坏了一个星期没有人来修",
}
VISIT: Mapping[str, Any] = {
    "visitor": "v-1",
    "device": "phone-1",
    "unit": "unit-01",
    "position": {"latitude": 31.27, "longitude": 121.53, "accuracy": 20, "at": "2026-09-14T01:00:00Z"},
    "visited_at": "2026-09-14T01:00:00Z",
    "household": "三号楼 201",
    "address": {"text": "平凉路100弄3号"},
}


NUMBERING = Numbering(7, b"a key of 16 byte")


@dataclass
class Front:
    """One lane of the door and its state, which remembers from one submission to the next."""

    state: DoorState
    counters: dict[str, int] = field(default_factory=dict)
    now: datetime = NOW
    submissions: int = 0

    def take(
        self,
        topic: str,
        kind: str,
        content: Mapping[str, Any] | bytes | None,
        *,
        submission: str | None = None,
        headers: list[tuple[str, bytes]] | None = None,
        source: str = "test",
    ) -> Decision | Unreadable:
        """Put one record on an inbound topic, such as `hotline` or `department.housing`."""
        reading = self._read(topic, kind, content, submission=submission, headers=headers, source=source)
        return self.decide(reading) if isinstance(reading, Reading) else reading

    def reads(self, *arguments: Any, **options: Any) -> tuple[Reading, Decision]:
        """Put one record there that can be read, and tell how it is read too."""
        reading = self._read(*arguments, **options)
        assert isinstance(reading, Reading)
        return reading, self.decide(reading)

    def _read(
        self,
        topic: str,
        kind: str,
        content: Mapping[str, Any] | bytes | None,
        *,
        submission: str | None = None,
        headers: list[tuple[str, bytes]] | None = None,
        source: str = "test",
    ) -> Reading | Unreadable:
        self.submissions += 1
        name = f"liuhen.inbound.{kind}" if kind.endswith(".v2") else f"liuhen.inbound.{kind}.v1"
        envelope = Envelope(submission or f"s-{self.submissions}", source, name, self.now, "")
        value = content if isinstance(content, bytes | None) else json.dumps(content).encode()
        party = party_of(f"liuhen.inbound.{topic}.v1")
        return read(party, envelope.headers() if headers is None else headers, value, self.state.config.secrets.key)

    def decide(self, reading: Reading) -> Decision:
        numbers = Numbers(NUMBERING, self.counters, self.state.config.zone)
        decision = decide(self.state, reading, Moment(self.now, self.now), numbers)
        self.state.note((str(reading.party), reading.source, reading.id), decision)
        return decision

    def took(self, *arguments: Any, **options: Any) -> tuple[Message, ...]:
        """Take a record and return what it led to, the receipt last."""
        decision = self.take(*arguments, **options)
        assert isinstance(decision, Decision)
        assert decision.word == "accepted", decision
        return tuple(answer.message for answer in decision.says)

    def refused(self, *arguments: Any, **options: Any) -> tuple[str, str | None, str]:
        """Take a record that must be refused; returns code, field and reason as its author hears them."""
        decision = self.take(*arguments, **options)
        assert isinstance(decision, Decision)
        assert decision.word == "refused", decision
        assert decision.refusal is not None
        told = [each.message for each in decision.says if not isinstance(each.message, DeviceRequested | DeviceAsked)]
        assert told, "a refusal is always told"
        for message in told:
            assert (message.code, message.field, message.reason) == tuple(decision.refusal)  # type: ignore[attr-defined]
        code, field, reason = decision.refusal
        return code, field, reason

    def refused_by_department(self, department: str, kind: str, content: Any) -> tuple[str, str | None, str]:
        """Take a record from a department."""
        return self.refused(f"department.{department}", kind, content)

    def wait(self, **spent: float) -> None:
        self.now += timedelta(**spent)


def receipt(messages: tuple[Message, ...]) -> ReceiptGiven | ReceiptRefused:
    last = messages[-1]
    assert isinstance(last, ReceiptGiven | ReceiptRefused)
    return last


@pytest.fixture(scope="session")
def policy() -> Policy:
    return load_policy(POLICY)


@pytest.fixture(scope="session")
def config(policy: Policy) -> DoorConfig:
    return config_of(IntakeSettings(), policy)


@pytest.fixture
def front(config: DoorConfig) -> Front:
    return Front(DoorState(config))


@pytest.fixture
def report() -> dict[str, Any]:
    return dict(REPORT)


@pytest.fixture
def visit() -> dict[str, Any]:
    return dict(VISIT)
