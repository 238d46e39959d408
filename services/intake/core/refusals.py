"""Every way in which the door says no: a machine's word, the field, and what its author should do, in Chinese."""

from __future__ import annotations

from typing import Final, NamedTuple

from pydantic import ValidationError

_LONGEST_PATH: Final = 120
AGAIN: Final = "请更正后换一个新的提交编号重新提交。"


class Refusal(NamedTuple):
    """Why a submission is not taken."""

    code: str
    field: str | None
    reason: str


def refusal(code: str, field: str | None, reason: str, then: str = AGAIN) -> Refusal:
    """Say no, and what to do next."""
    return Refusal(code, field, reason + then)


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
_TIME: Final = ("bad_time", "字段 {field} 应为带时区的时间，例如 2026-09-14T09:30:00+08:00。")
_COUNT: Final = ("wrong_count", "字段 {field} 的项数不对，应为 {min_length} 至 {max_length} 项。")
_KINDS: Final = {
    "missing": ("missing_field", "缺少字段 {field}，此项必填。"),
    "extra_forbidden": ("unknown_field", "不认识字段 {field}，请核对拼写。"),
    "string_too_long": ("too_long", "字段 {field} 过长，最多 {max_length} 个字。"),
    "string_too_short": ("empty_field", "字段 {field} 不能为空。"),
    "too_long": _COUNT,
    "too_short": _COUNT,
    "enum": ("unknown_value", "字段 {field} 只能是 {expected} 之一。"),
    "literal_error": ("unknown_value", "字段 {field} 只能是 {expected} 之一。"),
    "string_pattern_mismatch": ("malformed", "字段 {field} 的格式不对。"),
    "greater_than_equal": ("out_of_range", "字段 {field} 不能小于 {ge}。"),
    "less_than_equal": ("out_of_range", "字段 {field} 不能大于 {le}。"),
    "finite_number": ("out_of_range", "字段 {field} 应为有限的数。"),
    "timezone_aware": _TIME,
}
_OTHER: Final = ("invalid", "字段 {field} 的值不可用。")


def of_validation(error: ValidationError) -> Refusal:
    """Turn what the schema found into a refusal: the first mistake in full, and how many more there are."""
    found = error.errors(include_url=False, include_input=False)
    # An unknown field explains a missing one, because it is most often that one misspelt.
    first = min(found, key=lambda one: one["type"] != "extra_forbidden")
    more = f"另有 {len(found) - 1} 处错误。" if len(found) > 1 else ""
    field = ".".join(map(str, first["loc"]))[:_LONGEST_PATH]
    if first["type"].startswith("json_"):
        return refusal("not_json", None, "内容不是合法的 JSON。")
    code, reason = _explained(first["type"])
    details = {"min_length": 0, "max_length": "不限", **first.get("ctx", {})}
    return refusal(code, field or None, reason.format(field=field or "（全文）", **details) + more)


def _explained(kind: str) -> tuple[str, str]:
    if kind.startswith(("datetime_", "date_")):
        return _TIME
    if kind.endswith(("_type", "_parsing")):
        expected = _WORDS.get(kind.partition("_")[0], "另一种类型")
        return "wrong_type", f"字段 {{field}} 的类型不对，应为{expected}。"
    return _KINDS.get(kind, _OTHER)
