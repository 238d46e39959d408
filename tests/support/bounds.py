"""Messages whose texts are as long as their fields allow."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, TypeVar, cast

from schemas.message import Message

M = TypeVar("M", bound=Message)
LETTER = "满"
_KINDS: Mapping[type, str] = {str: "string", list: "array", dict: "object"}


def stretched(message: M, *, only: int = 0) -> M:
    """The message with every free text at its bound; `only` leaves those of less than so many characters alone."""
    schema = _schema(type(message))
    document = message.model_dump(mode="json", exclude_none=True)
    return type(message).model_validate(_stretched(document, schema, schema.get("$defs", {}), only))


@cache
def _schema(model: type[Message]) -> Mapping[str, Any]:
    return model.model_json_schema()


def _stretched(value: Any, schema: Mapping[str, Any], defs: Mapping[str, Any], only: int) -> Any:
    match schema:
        case {"$ref": _} | {"discriminator": _} | {"anyOf": _}:
            return _stretched(value, _resolved(value, schema, defs), defs, only)
        case {"type": "string", "maxLength": int(most)} if "pattern" not in schema and most >= only:
            return LETTER * most
        case {"type": "array", "items": items}:
            return [_stretched(each, items, defs, only) for each in value]
        case {"properties": properties}:
            return {
                name: _stretched(part, properties[name], defs, only) if name in properties else part
                for name, part in value.items()
            }
        case _:
            return value


def _resolved(value: Any, schema: Mapping[str, Any], defs: Mapping[str, Any]) -> Mapping[str, Any]:
    match schema:
        case {"$ref": str(path)}:
            return cast("Mapping[str, Any]", defs[path.rpartition("/")[2]])
        case {"discriminator": {"propertyName": str(name), "mapping": mapping}}:
            return {"$ref": mapping[value[name]]}
        case _:
            return _option(value, schema["anyOf"], defs)


def _option(value: Any, options: list[Mapping[str, Any]], defs: Mapping[str, Any]) -> Mapping[str, Any]:
    resolved = [defs[one["$ref"].rpartition("/")[2]] if "$ref" in one else one for one in options]
    kind = _KINDS.get(type(value))
    fitting = [one for one in resolved if one.get("type") == kind]
    return fitting[0] if len(fitting) == 1 else {}
