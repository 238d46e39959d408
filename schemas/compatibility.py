"""Whether everything that a writer may write, a reader reads: needed by who changes messages, not by who runs them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from jsonsubschema import isSubschema

_WORDS: Final = frozenset({"title", "description", "default", "$defs", "discriminator", "$schema", "$id", "format"})


_RECEIPT: Final = "^R[0-9A-HJKMNP-TV-Z]{12}$"
TAKES_MORE: Final[Mapping[str, tuple[str, ...]]] = {
    "^R[0-9A-HJKMNP-TV-Z]{12}([0-9A-HJKMNP-TV-Z]{8})?$": (_RECEIPT,),
}
"""Patterns of today, each with those of before of which it takes whatever they took; a test tries it."""


def breaks(writer: Mapping[str, Any], reader: Mapping[str, Any]) -> str | None:
    """Say what a reader would not read of a writer's messages; None when it reads them all.

    The writer writes no fields but its own; what the reader does not know it passes over.
    """
    written, read = _plain(writer, writer.get("$defs", {})), _plain(reader, reader.get("$defs", {}))
    written = _closed(written)
    fields = written["properties"]
    missing = sorted(set(read.get("required", ())) - set(written.get("required", ())))
    if missing:
        return f"{', '.join(missing)} became required"
    for name, part in sorted(fields.items()):
        if name in read["properties"]:
            if not isSubschema(part, read["properties"][name]):
                return f"{name} became narrower"
        elif read.get("additionalProperties") is False:
            return f"{name} is gone"
    return None


def _closed(schema: Any) -> Any:
    """Say of every object in a schema that it has no further fields."""
    if isinstance(schema, list):
        return [_closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    described = {name: _closed(part) for name, part in schema.items()}
    return {**described, "additionalProperties": False} if isinstance(described.get("properties"), dict) else described


def _plain(schema: Any, defs: Mapping[str, Any]) -> Any:
    """Write a schema without references and without what only people read."""
    if isinstance(schema, list):
        return [_plain(part, defs) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _plain(defs[schema["$ref"].rpartition("/")[2]], defs)
    if "discriminator" in schema:  # its members are messages of their own, and compared as such
        return {}
    described = {
        name: {field: _plain(part, defs) for field, part in value.items()}
        if name == "properties"
        else _plain(value, defs)
        for name, value in schema.items()
        if name not in _WORDS
    }
    return _words(described)


def _words(described: dict[str, Any]) -> dict[str, Any]:
    """Write what can be only one word, and what must match a pattern, as a choice of one.

    Two patterns would be compared by enumerating what they match, without end: another pattern is another kind of text,
    unless `TAKES_MORE` says otherwise.
    """
    if "const" in described:
        return {"type": "string", "enum": [described["const"]]}
    if "pattern" in described:
        lengths = f"{described.get('minLength')} {described.get('maxLength')}"
        patterns = (described["pattern"], *TAKES_MORE.get(described["pattern"], ()))
        return {"type": "string", "enum": [f"{pattern} {lengths}" for pattern in patterns]}
    return described
