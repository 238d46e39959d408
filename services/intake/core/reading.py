"""From the bytes of one record to a submission: any bytes at all end as one of the answers below."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import blake2b
from types import MappingProxyType
from typing import Final, NamedTuple

from doors.normal import normal, unnamed
from doors.own import is_marked, is_ours, mark_of, without_mark
from doors.reading import canonical, digest_of, document_of, doubled, dumped, not_storable, validated
from doors.refusals import AGAIN, Refusal, expected_of, refusal
from schemas.envelope import Envelope, EnvelopeError, claimed, decode
from schemas.inbound import Action, AnyAction
from schemas.numbering import LENGTH
from schemas.registry import model_of
from schemas.text import one_line, storable, unstorable
from schemas.values import Party, PartyKind
from services.intake.core.numbers import receipt_of

_VERSIONED: Final = re.compile(r"(?P<name>.+)\.v(?P<version>\d+)")
_TICKET: Final = re.compile(rf"[0-9]{{{LENGTH}}}(-[1-9])?")
_LONGEST_NAME: Final = 120
_OUTLINED: Final = 2
"""So few bits tell two contents of one field apart, and tell nothing of a telephone number."""
_MOST_OUTLINED: Final = 60

Headers = Sequence[tuple[str, bytes | None]]


class Reading(NamedTuple):
    """One submission as its author meant it, or why it cannot be taken as it is.

    `digest` is equal for equal content, however it was spelled, and `outline` tells where two contents differ; `ticket`
    is the number that it names, if any. `unnamed` is what may be kept of a content that came with what names somebody
    who wants to stay unknown.
    """

    party: Party
    source: str
    id: str
    receipt: str
    digest: bytes
    name: str
    at: datetime | None
    traceparent: str
    action: AnyAction | Refusal
    ticket: str | None = None
    outline: Mapping[str, str] = MappingProxyType({})
    unnamed: bytes | None = None


class Unreadable(NamedTuple):
    """A record whose author cannot be told which one was meant; `detail` is a person's, without personal data."""

    reason: str
    detail: str


def read(party: Party, headers: Headers, value: bytes | None, key: bytes) -> Reading | Unreadable:
    """Read whatever a party put on its topic; never raises. The key is that of receipts."""
    try:
        envelope, data = decode(without_mark(headers), value)
        _hold_to_own_name(party, envelope, headers, key)
    except EnvelopeError as error:
        return _misaddressed(party, headers, value, error, key)
    document = document_of(data)
    without = unnamed(document) if isinstance(document, dict) else None
    content = _content(party, envelope, data, document if without is None else without, whole=without is None)
    if isinstance(content, Refusal):
        action: AnyAction | Refusal = content
        document = document if without is None else without
    else:
        action, document = validated(content.model, content.data), content.document
    return Reading(
        party=party,
        source=envelope.source,
        id=envelope.id,
        receipt=receipt_of(party, envelope.source, envelope.id, key),
        digest=digest_of(envelope.type, data, document, key),
        name=_short(envelope.type),
        at=envelope.time,
        traceparent=envelope.traceparent,
        action=action,
        ticket=_ticket(document),
        outline=outline_of(envelope.type, document, key),
        unnamed=None if without is None else dumped(without),
    )


def _hold_to_own_name(party: Party, envelope: Envelope, headers: Headers, key: bytes) -> None:
    """Nobody outside speaks under the name of one of our parts, or as a citizen; EnvelopeError for whoever does."""
    ours = is_ours(envelope.source) or party.kind is PartyKind.CITIZEN
    if ours and not is_marked(headers, mark_of(key, party, envelope.source, envelope.id)):
        raise EnvelopeError("ce_source", "a name that none of our own parts has")


class Content(NamedTuple):
    """Business JSON that may be one action: its bytes, and the document in its normal form."""

    model: type[Action]
    data: bytes
    document: object


def outline_of(type_name: str, document: object, key: bytes) -> dict[str, str]:
    """Tell apart what each field of a content holds, without keeping it; without the key nobody can try values."""
    found: dict[str, object] = {"ce_type": type_name}
    for name, value in document.items() if isinstance(document, dict) else ():
        found |= {f"{name}.{below}": v for below, v in value.items()} if isinstance(value, dict) else {name: value}
    named = sorted(name for name in found if storable(name) and len(name) <= _LONGEST_NAME)[:_MOST_OUTLINED]
    return {name: _mark(name, found[name], key) for name in named}


def differing(one: Mapping[str, str], other: Mapping[str, str]) -> tuple[str, ...]:
    """Name the fields in which two contents differ, as far as their outlines tell; none where one was not kept."""
    names = one.keys() | other.keys() if one and other else ()
    return tuple(sorted(one_line(name) for name in names if one.get(name) != other.get(name)))


def _mark(name: str, value: object, key: bytes) -> str:
    content = value.encode(errors="surrogatepass") if isinstance(value, str) else canonical(value)
    return blake2b(name.encode() + b"\0" + content, key=key, digest_size=_OUTLINED).hexdigest()


def _misaddressed(
    party: Party, headers: Headers, value: bytes | None, error: EnvelopeError, key: bytes
) -> Reading | Unreadable:
    who = claimed(headers, value)
    if who is None:
        return Unreadable("unreadable", str(error))
    source, submission = who
    code = "null_value" if value is None else "bad_envelope"
    reason = "内容是空的（null）。" if value is None else f"信封属性 {error.field} 不可用，应为{expected_of(error)}。"
    return Reading(
        party=party,
        source=source,
        id=submission,
        receipt=receipt_of(party, source, submission, key),
        digest=digest_of("", value or b"", None, key),
        name="unknown",
        at=None,
        traceparent="",
        action=refusal(code, error.field, reason),
    )


def _content(party: Party, envelope: Envelope, data: bytes, document: object, *, whole: bool) -> Content | Refusal:
    """Bring a content into its normal form; `whole` says that the document is all that its bytes say."""
    model = _model(party, envelope.type)
    if isinstance(model, Refusal):
        return model
    try:
        data.decode()
    except UnicodeDecodeError:
        return refusal("not_utf8", None, "内容不是 UTF-8 文字。")
    if document is None and (name := doubled(data)) is not None:
        return refusal("duplicate_field", name, f"字段 {name} 写了两次，请只写一次。")
    # Only an escape can hide what UTF-8 itself cannot say.
    if b"\\u" in data and (found := unstorable(document)) is not None:
        return not_storable(*found)
    if not isinstance(document, dict):
        return Content(model, data, document)
    kept = normal(model, document)
    return Content(model, data if whole and kept == document else dumped(kept) or data, kept)


def _model(party: Party, type_name: str) -> type[Action] | Refusal:
    model = model_of(type_name)
    if model is None:
        return _unknown_type(type_name)
    if not issubclass(model, Action):
        return refusal("unknown_type", "ce_type", "这种事件由系统自己发布，不能从外部提交。", "请改用入站接口的类型。")
    if party.kind not in model.spoken_by:
        return refusal(
            "not_permitted", "ce_type", f"本主题上的提交方不能做 {_short(type_name)}。", "请由有权的一方提交。"
        )
    return model


def _unknown_type(type_name: str) -> Refusal:
    versioned = _VERSIONED.fullmatch(type_name)
    if versioned is not None and versioned["version"] != "1" and model_of(f"{versioned['name']}.v1") is not None:
        reason = f"本系统目前只认第 1 版，收到的是第 {versioned['version'][:9]} 版。"
        return refusal("unknown_version", "ce_type", reason, "请用 v1 重新提交。")
    return refusal("unknown_type", "ce_type", "不认识这种事件类型。", "请对照接口说明核对 ce_type；" + AGAIN)


def _short(type_name: str) -> str:
    name = type_name.removeprefix("liuhen.inbound.").removesuffix(".v1")
    return one_line(name.replace("-", "_")[:_LONGEST_NAME])


def _ticket(document: object) -> str | None:
    ticket = document.get("ticket") if isinstance(document, dict) else None
    return ticket if isinstance(ticket, str) and _TICKET.fullmatch(ticket) else None
