"""The envelope around every message: CloudEvents 1.0 over Kafka, written in binary mode, read in both modes."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID, uuid5

Headers = list[tuple[str, bytes]]

JSON: Final = b"application/json"
STRUCTURED: Final = "application/cloudevents+json"
_NAMESPACE: Final = UUID("6f2b3f0e-5c0f-5d0a-9a53-1b0d4a6b1e77")
_REQUIRED: Final = ("specversion", "id", "source", "type")
_LIMIT: Final = 512
_SEQUENCE_DIGITS: Final = 18


class EnvelopeError(ValueError):
    """An envelope that cannot be read: names the attribute and what was expected of it."""

    def __init__(self, field: str, expected: str) -> None:
        """Keep the attribute and the expectation apart, so that an answer can name both."""
        super().__init__(f"{field}: expected {expected}")
        self.field = field
        self.expected = expected


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who says what about which ticket, when, in which order, and caused by what.

    `time` is the moment at which the door received what began it, or a timer's due time. `sequence` counts from 1
    without gaps for each (source, topic, partition); 0 marks a foreign message, which has none.
    """

    id: str
    source: str
    type: str
    time: datetime
    subject: str
    sequence: int = 0
    correlation: str = ""
    causation: str = ""
    policy: str = ""
    traceparent: str = ""

    def headers(self) -> Headers:
        """Write the envelope as Kafka headers of the binary mode."""
        headers = [
            ("ce_specversion", b"1.0"),
            ("ce_id", self.id.encode()),
            ("ce_source", self.source.encode()),
            ("ce_type", self.type.encode()),
            ("ce_time", rfc3339(self.time).encode()),
            ("ce_subject", self.subject.encode()),
            ("content-type", JSON),
        ]
        if self.sequence:
            headers.append(("ce_sequence", b"%d" % self.sequence))
        for name, value in (
            ("ce_correlationid", self.correlation),
            ("ce_causationid", self.causation),
            ("ce_policyversion", self.policy),
            ("traceparent", self.traceparent),
        ):
            if value:
                headers.append((name, value.encode()))
        return headers


def rfc3339(moment: datetime) -> str:
    """Write an instant in UTC with microseconds, so that text order is time order."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def derived_id(cause: str, *parts: str | int) -> str:
    """Derive the id that this consequence of a cause has for ever, however often it is decided again."""
    return str(uuid5(_NAMESPACE, "\x1f".join((cause, *map(str, parts)))))


def partition_of(key: str, partitions: int) -> int:
    """Tell the partition of a key; the same for every topic with that many partitions, in every language (CRC-32)."""
    return zlib.crc32(key.encode()) % partitions


def decode(headers: Iterable[tuple[str, bytes]], value: bytes | None) -> tuple[Envelope, bytes]:
    """Read a message in either mode of the Kafka binding: its envelope, and its business JSON.

    Raises EnvelopeError, which names the attribute, for anything that is not a CloudEvent.
    """
    if value is None:
        raise EnvelopeError("value", "a JSON object, not null")
    attributes: dict[str, str] = {}
    content_type = ""
    for name, raw in headers:
        lowered = name.lower()
        if not lowered.startswith("ce_") and lowered not in ("content-type", "traceparent"):
            continue
        text = _header_text(lowered, raw)
        if lowered == "content-type":
            content_type = text
            continue
        attribute = lowered.removeprefix("ce_")
        if attribute in attributes:
            raise EnvelopeError(lowered, "once, not twice")
        attributes[attribute] = text
    if content_type.startswith(STRUCTURED):
        return _structured(value)
    return envelope_of(attributes), value


def envelope_of(attributes: Mapping[str, str]) -> Envelope:
    """Build an envelope of CloudEvents attributes; EnvelopeError names the one that is missing or malformed."""
    for name in _REQUIRED:
        if not attributes.get(name):
            raise EnvelopeError(f"ce_{name}", "a non-empty string")
    if attributes["specversion"] != "1.0":
        raise EnvelopeError("ce_specversion", '"1.0"')
    return Envelope(
        id=attributes["id"],
        source=attributes["source"],
        type=attributes["type"],
        time=_time(attributes.get("time")),
        subject=attributes.get("subject", ""),
        sequence=_sequence(attributes.get("sequence")),
        correlation=attributes.get("correlationid", ""),
        causation=attributes.get("causationid", ""),
        policy=attributes.get("policyversion", ""),
        traceparent=attributes.get("traceparent", ""),
    )


def _header_text(name: str, raw: bytes | None) -> str:
    if raw is None:
        raise EnvelopeError(name, "a value")
    if len(raw) > _LIMIT:
        raise EnvelopeError(name, f"at most {_LIMIT} bytes")
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        raise EnvelopeError(name, "UTF-8 text") from None
    if "\x00" in text:
        raise EnvelopeError(name, "text without NUL characters")
    return text


def _structured(value: bytes) -> tuple[Envelope, bytes]:
    try:
        event = json.loads(value)
    except (ValueError, RecursionError):
        raise EnvelopeError("value", "a CloudEvent as JSON") from None
    if not isinstance(event, dict):
        raise EnvelopeError("value", "a CloudEvent as a JSON object")
    if "data" not in event:
        raise EnvelopeError("data", "the business JSON of the event")
    attributes = {
        name: _header_text(f"ce_{name}", str(attribute).encode())
        for name, attribute in event.items()
        if name not in ("data", "data_base64") and isinstance(attribute, str | int)
    }
    return envelope_of(attributes), json.dumps(event["data"], ensure_ascii=False).encode()


def _time(text: str | None) -> datetime:
    if text is None:
        raise EnvelopeError("ce_time", "an RFC 3339 time with an offset")
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise EnvelopeError("ce_time", "an RFC 3339 time with an offset") from None
    if moment.tzinfo is None:
        raise EnvelopeError("ce_time", "an RFC 3339 time with an offset")
    return moment


def _sequence(text: str | None) -> int:
    if text is None:
        return 0
    if not (text.isascii() and text.isdigit() and len(text) <= _SEQUENCE_DIGITS):
        raise EnvelopeError("ce_sequence", "a whole number from 1")
    return int(text)
