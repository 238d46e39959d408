"""Every way in which the door says no: a machine's word, the field, and what its author should do, in Chinese."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

from pydantic import ValidationError

from schemas.envelope import EnvelopeError
from schemas.nearest import nearest
from schemas.text import one_line
from vocabulary import FIELDS, label

_LONGEST_PATH: Final = 120
AGAIN: Final = "请更正后换一个新的提交编号重新提交。"


class Refusal(NamedTuple):
    """Why a submission is not taken."""

    code: str
    field: str | None
    reason: str


def refusal(code: str, field: str | None, reason: str, then: str = AGAIN) -> Refusal:
    """Say no, and what to do next; what is quoted of a submission commands no screen that shows it."""
    return Refusal(code, one_line(field) if field else field, one_line(reason + then))


_WORDS: Final = {
    "string": "文字",
    "int": "整数",
    "float": "数字",
    "bool": "true 或 false",
    "tuple": "列表",
    "list": "列表",
    "model": "对象",
    "dict": "对象",
}
_TIME: Final = ("bad_time", "{named} 应为带时区的时间，例如 2026-09-14T09:30:00+08:00。")
_KINDS: Final = {
    "missing": ("missing_field", "缺少{named}，此项必填。"),
    "extra_forbidden": ("unknown_field", "不认识{named}，请核对拼写。"),
    "string_too_long": ("too_long", "{named} 过长，最多 {max_length} 个字。"),
    "string_too_short": ("empty_field", "{named} 不能为空。"),
    "too_long": ("wrong_count", "{named} 的项数太多，最多 {max_length} 项。"),
    "too_short": ("wrong_count", "{named} 的项数太少，至少 {min_length} 项。"),
    "enum": ("unknown_value", "{named} 只能是 {expected} 之一。"),
    "literal_error": ("unknown_value", "{named} 只能是 {expected} 之一。"),
    "string_pattern_mismatch": ("malformed", "{named} 的格式不对。"),
    "greater_than_equal": ("out_of_range", "{named} 不能小于 {ge}。"),
    "less_than_equal": ("out_of_range", "{named} 不能大于 {le}。"),
    "finite_number": ("out_of_range", "{named} 应为有限的数。"),
    "timezone_aware": _TIME,
}
_OTHER: Final = ("invalid", "{named} 的值不可用。")


_EXPECTED: Final = {
    "an RFC 3339 time with an offset": "带时区的时间，例如 2026-09-14T09:30:00+08:00",
    "a JSON object, not null": "JSON 对象，不能是 null",
    "once, not twice": "只出现一次",
    "once, not beside data_base64": "只用一种写法，data 与 data_base64 不能并用",
    "a non-empty string": "不为空的文字",
    "characters that are seen": "看得见的文字，不含控制字符和换行",
    "a value": "有值",
    "a string": "文字",
    "UTF-8 text": "UTF-8 文字",
    "text without NUL characters": "不含空字符的文字",
    "a CloudEvent as JSON": "JSON 形式的 CloudEvent",
    "a CloudEvent as a JSON object": "JSON 对象形式的 CloudEvent",
    "the business JSON of the event": "事件的业务内容（JSON）",
    "JSON in UTF-8, not nested without end": "UTF-8 的 JSON，嵌套不能过深",
    "a whole number from 1": "从 1 起的整数",
}


def expected_of(error: EnvelopeError) -> str:
    """Say in Chinese what was expected of an attribute; names of formats stay as they are."""
    format_name = (
        error.expected.replace("at most ", "不超过 ").replace(" bytes", " 字节").replace("one event, ", "单个事件：")
    )
    return _EXPECTED.get(error.expected, format_name.replace(" or ", " 或者 "))


class _Field(NamedTuple):
    code: str
    name: str


def _nothing(_way: Sequence[int | str]) -> Iterable[str]:
    return ()


def of_validation(error: ValidationError, fields: Callable[[Sequence[int | str]], Iterable[str]] = _nothing) -> Refusal:
    """Turn what the schema found into a refusal: the first mistake in full, and how many more there are.

    `fields` tells the names of the fields beside the one on a way.
    """
    found = error.errors(include_url=False, include_input=False)
    # An unknown field explains a missing one, because it is most often that one misspelt.
    first = min(found, key=lambda one: one["type"] != "extra_forbidden")
    more = f"另有 {len(found) - 1} 处错误。" if len(found) > 1 else ""
    field = ".".join(map(str, first["loc"]))[:_LONGEST_PATH]
    if first["type"].startswith("json_"):
        return refusal("not_json", None, "内容不是合法的 JSON。")
    code, reason = _explained(first["type"])
    if first["type"] == "extra_forbidden":
        above = "".join(f"{step}." for step in first["loc"][:-1])
        beside = (_Field(name, FIELDS.get(f"{above}{name}", FIELDS.get(name, name))) for name in fields(first["loc"]))
        more = nearest(str(first["loc"][-1]), beside) + more
    details = dict(first.get("ctx", {}))
    details["expected"] = str(details.get("expected", "")).replace(" or ", "、").replace(", ", "、")
    return refusal(
        code, field or None, reason.format(named=f"字段 {label(field)}" if field else "全文", **details) + more
    )


def _explained(kind: str) -> tuple[str, str]:
    if kind.startswith(("datetime_", "date_")):
        return _TIME
    if kind.endswith(("_type", "_parsing")):
        expected = _WORDS.get(kind.partition("_")[0])
        return "wrong_type", "{named} 的类型不对" + (f"，应为{expected}。" if expected else "。")
    return _KINDS.get(kind, _OTHER)
