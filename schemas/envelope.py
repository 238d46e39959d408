"""The envelope around every message: CloudEvents 1.0 over Kafka, written in binary mode, read in both modes."""

from __future__ import annotations

import json
import re
import sys
import zlib
from base64 import b64decode
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha1, sha256
from itertools import product
from operator import itemgetter
from typing import Any, Final, NamedTuple
from uuid import UUID

from schemas.text import mended, one_line, readable, storable

Headers = list[tuple[str, bytes]]

JSON: Final = b"application/json"
_JSON: Final = JSON.decode()
STRUCTURED: Final = "application/cloudevents+json"
_NAMESPACE: Final = UUID("6f2b3f0e-5c0f-5d0a-9a53-1b0d4a6b1e77")
_BEGUN: Final = sha1(_NAMESPACE.bytes, usedforsecurity=False)
_REQUIRED: Final = ("specversion", "id", "source", "type")
_LIMIT: Final = 800
"""Bytes of an attribute: two hundred characters of any script."""
_CLAIMED: Final = 1_000
"""Bytes of a source or an id that is too long, up to which it is answered whole."""
_CLAIMED_BEGINNING: Final = 200
_MARK: Final = 16
_ANY_LENGTH: Final = sys.maxsize
_LONGEST_FIELD: Final = 120
_SEQUENCE_DIGITS: Final = 18
_VARIANTS: Final = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}
_TRACEPARENT: Final = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
_READ: Final[tuple[str, ...]] = (
    *("specversion", "id", "source", "type", "time", "subject", "sequence"),
    *("correlationid", "causationid", "policyversion", "traceparent"),
)
_WRITTEN: Final = frozenset({"content-type", "traceparent", *(f"ce_{name}" for name in _READ)})
"""Header names as we write them; others are compared without regard to case."""
_ALWAYS: Final = ("ce_specversion", "ce_id", "ce_source", "ce_type", "ce_time", "ce_subject", "content-type")
_OPTIONAL: Final = ("ce_sequence", "ce_correlationid", "ce_causationid", "ce_policyversion", "traceparent")
_IN_ORDER: Final = (*_ALWAYS, *_OPTIONAL)
"""The headers as `Envelope.headers` writes them."""


class EnvelopeError(ValueError):
    """An envelope that cannot be read: names the attribute and what was expected of it."""

    def __init__(self, field: str, expected: str) -> None:
        """Keep the attribute and the expectation apart, so that an answer can name both; its name may be anything."""
        self.field = one_line(mended(field[:_LONGEST_FIELD]))
        self.expected = expected
        super().__init__(f"{self.field}: expected {expected}")


class Envelope(NamedTuple):
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
        # Unpacked once: each access to a field of a tuple costs as much as writing it.
        id_, source, type_, time, subject, sequence, correlation, causation, policy, traceparent = self
        headers = [
            ("ce_specversion", b"1.0"),
            ("ce_id", id_.encode()),
            ("ce_source", source.encode()),
            ("ce_type", type_.encode()),
            ("ce_time", rfc3339(time).encode()),
            ("ce_subject", subject.encode()),
            ("content-type", JSON),
        ]
        if sequence:
            headers.append(("ce_sequence", b"%d" % sequence))
        if correlation:
            headers.append(("ce_correlationid", correlation.encode()))
        if causation:
            headers.append(("ce_causationid", causation.encode()))
        if policy:
            headers.append(("ce_policyversion", policy.encode()))
        if traceparent:
            headers.append(("traceparent", traceparent.encode()))
        return headers


def rfc3339(moment: datetime) -> str:
    """Write an instant in UTC with microseconds, so that text order is time order."""
    return _utc(moment).isoformat("T", "microseconds")[:-6] + "Z"


def derived_id(cause: str, *parts: str | int) -> str:
    """Derive the id that this consequence of a cause has for ever, however often it is decided again."""
    # What uuid5 does, without its detour over an integer: each event is given one.
    name = "\x1f".join((cause, *map(str, parts)))
    digest = _BEGUN.copy()
    digest.update(name.encode())
    found = digest.hexdigest()
    return f"{found[:8]}-{found[8:12]}-5{found[13:16]}-{_VARIANTS[found[16]]}{found[17:20]}-{found[20:32]}"


def partition_of(key: str, partitions: int) -> int:
    """Tell the partition of a key; the same for every topic with that many partitions, in every language (CRC-32)."""
    return zlib.crc32(key.encode()) % partitions


def decode(headers: Iterable[tuple[str, bytes | None]], value: bytes | None) -> tuple[Envelope, bytes]:
    """Read a message in either mode of the Kafka binding: its envelope, and its business JSON.

    Raises EnvelopeError, which names the attribute, for anything that is not a CloudEvent. A `traceparent` that cannot
    be read is left out: tracing never costs a message.
    """
    if value is None:
        raise EnvelopeError("value", "a JSON object, not null")
    its = tuple(headers)
    envelope = _as_written(its)
    return (envelope, value) if envelope is not None else _in_any_form(its, value)


def _as_written(headers: Sequence[tuple[str, bytes | None]]) -> Envelope | None:
    """Read headers that are as we write them, all at once; None for any other, which is looked at one by one."""
    try:
        names, values = zip(*headers, strict=True)
        joined = b"\0".join(values)
        take = _SHAPES.get(names)
        # Where all together keep to the limit, each does.
        if take is None or len(joined) > _LIMIT or joined.count(0) >= len(names):
            return None
        parts = joined.decode().split("\0")
    except (TypeError, ValueError):
        return None
    if "" in parts:
        return None
    parts.append("")  # what is left out
    version, id_, source, kind, time, subject, media, sequence, correlation, causation, policy, trace = take(parts)
    named = f"{id_}{source}{kind}"
    # Letters of ASCII without a blank are seen; whatever else a name is made of is looked at by itself.
    plain = named.isascii() and named.isprintable() and " " not in named
    if version != "1.0" or media != _JSON or not (plain or all(map(readable, (id_, source, kind)))):
        return None
    number = _sequence(sequence or None)
    return Envelope(id_, source, kind, _time(time), subject, number, correlation, causation, policy, _trace(trace))


def _shapes() -> Iterator[tuple[tuple[str, ...], Callable[[Sequence[str]], tuple[str, ...]]]]:
    """The names of the headers that we write, in order, with and without each that can be left out; and how
    their values are taken in that order, the last one standing for each that is left out.
    """
    for there in product((True, False), repeat=len(_OPTIONAL)):
        left_out = {name for name, is_there in zip(_OPTIONAL, there, strict=True) if not is_there}
        names = tuple(name for name in _IN_ORDER if name not in left_out)
        yield names, itemgetter(*(names.index(name) if name in names else -1 for name in _IN_ORDER))


_SHAPES: Final = dict(_shapes())


def _in_any_form(headers: Sequence[tuple[str, bytes | None]], value: bytes) -> tuple[Envelope, bytes]:
    attributes: dict[str, str] = {}
    content_type = trace = None
    for name, raw in headers:
        lowered = name if name in _WRITTEN else name.lower()
        if lowered.startswith("ce_"):
            attribute = lowered[3:]
            if attribute in attributes:
                raise EnvelopeError(lowered, "once, not twice")
            attributes[attribute] = _header_text(lowered, raw)
        elif lowered == "content-type":
            if content_type is not None:
                raise EnvelopeError(lowered, "once, not twice")
            content_type = _header_text(lowered, raw)
        elif lowered == "traceparent":
            trace = _trace((raw or b"").decode(errors="replace"))
    if content_type not in (None, _JSON) and _is_structured(content_type):
        return _structured(value)
    attributes["traceparent"] = trace or ""
    return envelope_of(attributes), value


def _is_structured(content_type: str) -> bool:
    media = content_type.partition(";")[0].strip().lower()
    if media == STRUCTURED:
        return True
    if media != _JSON and not media.endswith("+json"):
        raise EnvelopeError("content-type", f"application/json or {STRUCTURED}")
    if media.startswith("application/cloudevents"):
        raise EnvelopeError("content-type", f"one event, {STRUCTURED}")
    return False


def claimed(headers: Iterable[tuple[str, bytes | None]], value: bytes | None) -> tuple[str, str] | None:
    """Find source and id of a message that `decode` refused, so that its author can be answered; never raises.

    None when either is missing, doubled or unreadable: then nobody can be told which message was meant.
    """
    found: dict[str, list[str]] = {"ce_source": [], "ce_id": []}
    try:
        for name, raw in headers:
            lowered = name.lower()
            if lowered in found:
                found[lowered].append(_header_text(lowered, raw, _ANY_LENGTH))
        if not any(found.values()) and value is not None:
            event = _first_of(value)
            found = {f"ce_{name}": [_attribute(name, event.get(name), _ANY_LENGTH)] for name in ("source", "id")}
    except EnvelopeError:
        return None
    sources, ids = found["ce_source"], found["ce_id"]
    if len(sources) == len(ids) == 1 and sources[0] and ids[0]:
        return _claim(sources[0]), _claim(ids[0])
    return None


def _claim(name: str) -> str:
    """What is longer than anybody keeps is known by its beginning, and by a hash of the whole."""
    whole = name.encode()
    if len(whole) <= _CLAIMED:
        return name
    return f"{name[:_CLAIMED_BEGINNING]}…{sha256(whole).hexdigest()[:_MARK]}"


def envelope_of(attributes: Mapping[str, str]) -> Envelope:
    """Build an envelope of CloudEvents attributes; EnvelopeError names the one that is missing or malformed."""
    for name in _REQUIRED:
        if not attributes.get(name):
            raise EnvelopeError(f"ce_{name}", "a non-empty string")
        if not readable(attributes[name]):
            raise EnvelopeError(f"ce_{name}", "characters that are seen")
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


def _header_text(name: str, raw: bytes | None, limit: int = _LIMIT) -> str:
    if raw is None:
        raise EnvelopeError(name, "a value")
    if len(raw) > limit:
        raise EnvelopeError(name, f"at most {limit} bytes")
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        raise EnvelopeError(name, "UTF-8 text") from None
    if not storable(text):
        raise EnvelopeError(name, "text without NUL characters")
    return text


def _trace(text: str) -> str:
    return text if text and _TRACEPARENT.fullmatch(text) else ""


def _structured(value: bytes) -> tuple[Envelope, bytes]:
    event = _json_object(value)
    attributes = {name: _attribute(name, event[name]) for name in _READ if name in event and event[name] is not None}
    attributes["traceparent"] = _trace(attributes.get("traceparent", ""))
    return envelope_of(attributes), _data(event)


def _json_object(value: bytes) -> dict[str, Any]:
    try:
        event = json.loads(value, object_pairs_hook=_once)
    except EnvelopeError:
        raise
    except (ValueError, RecursionError):
        raise EnvelopeError("value", "a CloudEvent as JSON") from None
    if not isinstance(event, dict):
        raise EnvelopeError("value", "a CloudEvent as a JSON object")
    return event


def _once(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """An object of which every field stands once, at any depth: nobody can tell which of two was meant."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise EnvelopeError(name, "once, not twice")
        found[name] = value
    return found


def _first_of(value: bytes) -> dict[str, Any]:
    """The event of a record, or the first of a batch: its author is told that a batch is not taken."""
    try:
        event = json.loads(value)
    except (ValueError, RecursionError):
        raise EnvelopeError("value", "a CloudEvent as JSON") from None
    first = event[0] if isinstance(event, list) and event else event
    return first if isinstance(first, dict) else {}


def _attribute(name: str, attribute: object, limit: int = _LIMIT) -> str:
    if isinstance(attribute, bool) or not isinstance(attribute, str | int):
        raise EnvelopeError(f"ce_{name}", "a string")
    try:
        raw = str(attribute).encode()
    except ValueError:  # half of a surrogate pair, or a number with thousands of digits
        raise EnvelopeError(f"ce_{name}", "UTF-8 text") from None
    return _header_text(f"ce_{name}", raw, limit)


def _data(event: Mapping[str, Any]) -> bytes:
    try:
        if "data_base64" in event and "data" in event:
            raise EnvelopeError("data", "once, not beside data_base64")  # noqa: TRY301 - it is one of the wrong forms
        if "data_base64" in event:
            return b64decode(event["data_base64"], validate=True)
        return json.dumps(event["data"], ensure_ascii=False, allow_nan=False).encode()
    except KeyError:
        raise EnvelopeError("data", "the business JSON of the event") from None
    except EnvelopeError:
        raise
    except (ValueError, TypeError, RecursionError):
        raise EnvelopeError("data", "JSON in UTF-8, not nested without end") from None


def _time(text: str | None) -> datetime:
    if text is None:
        raise EnvelopeError("ce_time", "an RFC 3339 time with an offset")
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            return _utc(moment)
    except (ValueError, OverflowError):
        pass
    raise EnvelopeError("ce_time", "an RFC 3339 time with an offset")


def _utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo is UTC else moment.astimezone(UTC)


def _sequence(text: str | None) -> int:
    if text is None:
        return 0
    if not (text.isascii() and text.isdigit() and len(text) <= _SEQUENCE_DIGITS):
        raise EnvelopeError("ce_sequence", "a whole number from 1")
    return int(text)
