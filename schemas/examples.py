"""A message of every type in which each field is set, for whoever has to see them all; no life has such a one.

Messages as they are in life stand in `schemas/golden/`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from schemas.message import Message

_BY_NAME: Final[Mapping[str, Any]] = {
    "place.text": "平凉路100弄3号",
    "address.text": "平凉路100弄3号",
    "contact.address": "平凉路100弄3号201室",
    "place.number": 100,
    "address.number": 100,
    "upstream.number": "SH20260914-1077",
    "attachments.id": "A7Q2M8ZK4D1XBW3HN5VT0",
    "attached.id": "A7Q2M8ZK4D1XBW3HN5VT0",
    "attachment": "A7Q2M8ZK4D1XBW3HN5VT0",
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "size": 184_220,
    "by.id": "p-xu",
    "agent.id": "a-05",
    "wechat": "oMzaV5-example",
    "subdistrict": "pingliang",
    "to": "city",
    "kind": "complain",
    "grade": "satisfied",
    "ticket": "26091407000015",
    "tickets": ["26091407000015", "26091407000023"],
    "parts": ["26091407000015-1", "26091407000015-2"],
    "origin": "26091407000023",
    "into": "26091407000023",
    "incident": "M7Q2M8ZK4D1XB",
    "receipt": "R7Q2M8ZK4D1XB",
    "requester": "5d9c1f0e8a7b64d2c3f1908e7a6b5c4d",
    "seal": "0b7d2f4a6c8e1035972b4d6f8091a3c5",
    "household": "三号楼 201",
    "text": "楼道里的灯坏了一个星期没有人来修",
    "reply": "灯已换好，感谢您的反映",
    "answer": "请先联系物业服务处，电话见小区公告栏",
    "question": "请问是几号楼几层？",
    "reason": "经核实情况属实",
    "name": "王芳",
    "phone": "021-65000000",
    "road": "平凉路",
    "compound": "平凉小区",
    "submission": "call-20260914-0042",
    "device": "a1b2c3d4",
    "visitor": "v-017",
    "unit": "unit-01",
    "clock_id": "handling-1",
    "owner": "department:housing",
    "papers": ["国务院办公厅关于2026年部分节假日安排的通知"],
    "date": "2026-10-10",
    "supporting": ["enforcement"],
    "accused": ["greening"],
    "departments": ["housing", "enforcement"],
    "code": "not-our-duty",
    "happened": "dispatched",
    "method": "phone",
    "field": "text",
    "latitude": 31.27,
    "longitude": 121.53,
    "accuracy": 15.0,
    "score": 0.93,
    "year": 2027,
}
_INSTANT: Final = "2026-09-14T02:00:00Z"
_DEPARTMENTS: Final = frozenset({"lead", "department", "suggested", "suggested_department"})
_ANY: Final = ("按规定办理", "by-policy", "26091407000015", "R7Q2M8ZK4D1XB", "M7Q2M8ZK4D1XB")


def example(model: type[Message]) -> Message:
    """Make a message in which every field is set."""
    schema = model.model_json_schema()
    return model.model_validate(_value("", schema, schema.get("$defs", {})))


def _value(name: str, schema: Mapping[str, Any], defs: Mapping[str, Any]) -> Any:
    match schema:
        case {"$ref": str(path)}:
            return _value(name, defs[path.rpartition("/")[2]], defs)
        case {"anyOf": [first, *_]} | {"oneOf": [first, *_]}:
            return _value(name, first, defs)
        case {"const": word} | {"enum": [word, *_]}:
            return _BY_NAME[name] if _BY_NAME.get(name) in schema.get("enum", ()) else word
        case {"properties": fields}:
            return {field: _value(_known(name, field), part, defs) for field, part in fields.items()}
        case {"items": items}:
            return _array(name, schema, items, defs)
        case _:
            return _plain(name, schema)


def _known(name: str, field: str) -> str:
    return f"{name}.{field}" if f"{name}.{field}" in _BY_NAME else field


def _plain(name: str, schema: Mapping[str, Any]) -> Any:
    match schema.get("type"):
        case "object":
            return {"budget": "5 个工作日", "calendar": "2026"}
        case "boolean":
            return False
        case "integer" | "number":
            return _BY_NAME.get(name, schema.get("minimum", 1))
        case _:
            return _text(name, schema)


def _array(name: str, schema: Mapping[str, Any], items: Mapping[str, Any], defs: Mapping[str, Any]) -> Any:
    known = _BY_NAME.get(name)
    if known is not None and items.get("type") == "string":
        return known
    return [_value(name, items, defs) for _ in range(max(1, schema.get("minItems", 1)))]


def _text(name: str, schema: Mapping[str, Any]) -> str:
    if schema.get("format") == "date-time":
        return _INSTANT
    if schema.get("format") == "date":
        return str(_BY_NAME["date"])
    pattern = re.compile(schema.get("pattern", ""))
    known = _BY_NAME.get(name, "0101-01" if name == "category" else "housing" if name in _DEPARTMENTS else None)
    if isinstance(known, str) and pattern.search(known):
        return known
    return next(text for text in _ANY if pattern.search(text))
