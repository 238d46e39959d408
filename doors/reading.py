"""Reading business JSON strictly: whatever it is, it is an action or a refusal that says what is wrong with it."""

from __future__ import annotations

import json
from functools import partial
from hashlib import blake2b
from typing import Any, Final, cast

from pydantic import ValidationError

from chassis.crowding import crowded, too_many
from doors.normal import fields_beside
from doors.refusals import Refusal, of_validation, refusal
from schemas.inbound import Action, AnyAction
from schemas.text import mended

_LONGEST_NAME: Final = 120
_DIGEST: Final = 16
_IN_ORDER: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"))


def digest_of(type_name: str, data: bytes, document: object, key: bytes) -> bytes:
    """Tell contents apart: equal JSON is equal whatever its spaces and order of fields.

    Without the key nobody can try which content it was.
    """
    ordered = canonical(document) if document else b""
    return blake2b(type_name.encode() + b"\0" + (ordered or data), key=key, digest_size=_DIGEST).digest()


def canonical(value: object) -> bytes:
    """Write parsed JSON so that equal values are equal bytes; nothing where it cannot be written."""
    try:
        return _IN_ORDER.encode(value).encode()
    except (ValueError, RecursionError):
        return b""


def validated(model: type[Action], data: bytes) -> AnyAction | Refusal:
    """Read business JSON as one action, strictly: no unknown field at any depth, no value of another type."""
    if (crowd := crowded(data)) is not None:
        return refusal("wrong_count", crowd or None, too_many(crowd))
    try:
        return cast("AnyAction", model.model_validate_json(data, strict=True, extra="forbid"))
    except ValidationError as error:
        return of_validation(error, partial(fields_beside, model))


def not_storable(field: str, character: str) -> Refusal:
    """Say which character no table takes, and in which field."""
    named = field[:_LONGEST_NAME] or None
    if character == "\0":
        return refusal("nul_character", named, "内容里有不可用的空字符（\\u0000）。")
    return refusal("lone_surrogate", named, "内容里有不成对的代理字符。")


def document_of(data: bytes) -> Any:
    """Parse JSON for comparing and for looking into; None when it is none."""
    try:
        return json.loads(data, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        return None


def dumped(document: object) -> bytes:
    """Write parsed JSON again; nothing where it is nested without end."""
    try:
        return json.dumps(document, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return json.dumps(document).encode()
    except RecursionError:
        return b""


class _DoubledError(ValueError):
    """A field stands twice in one object: nobody can tell which of both was meant."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise _DoubledError(name)
        found[name] = value
    return found


def doubled(data: bytes) -> str | None:
    """Name the field for which content is no document."""
    try:
        json.loads(data, object_pairs_hook=_once)
    except _DoubledError as error:
        return mended(str(error)[:_LONGEST_NAME])
    except (ValueError, RecursionError):
        pass
    return None
