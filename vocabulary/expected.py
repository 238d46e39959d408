"""What may stand where the form of something is wrong, worded by what pydantic found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from vocabulary.chinese import Chinese, filled

EXPECTED: Final[Mapping[str, Chinese]] = {
    "missing": Chinese("有这一项"),
    "extra_forbidden": Chinese("不写这一项"),
    "string_pattern_mismatch": Chinese("合于 {pattern} 的文字"),
    "string_too_long": Chinese("不超过 {max_length} 个字"),
    "string_too_short": Chinese("不为空的文字"),
    "too_short": Chinese("至少 {min_length} 项"),
    "too_long": Chinese("至多 {max_length} 项；更多的，请并入上级单位，以 sections 分派到科室"),
    "greater_than_equal": Chinese("不小于 {ge} 的数"),
    "less_than_equal": Chinese("不大于 {le} 的数"),
    "finite_number": Chinese("有限的数"),
    "enum": Chinese("{expected} 之一"),
    "literal_error": Chinese("{expected}，没有别的写法"),
    "string": Chinese("文字"),
    "int": Chinese("整数"),
    "float": Chinese("数字"),
    "bool": Chinese("true（是）或者 false（否）"),
    "date": Chinese("日期，如 2027-01-01"),
    "datetime": Chinese("时刻，如 2027-01-01 17:30"),
    "time": Chinese("时刻，如 09:00"),
    "timezone": Chinese("不带时区的时刻，如 2027-01-01 17:30"),
    "tuple": Chinese("列表"),
    "dict": Chinese("一组键和值"),
    "model": Chinese("一组字段"),
}
"""By the type of a fault, or by the kind of value before its first underscore."""


def expected(detail: Mapping[str, Any], other: Chinese) -> Chinese:
    """Say what should stand there, by one entry of a ValidationError; `other` where no words fit."""
    kind, details = str(detail["type"]), dict(detail.get("ctx", {}))
    details["expected"] = str(details.get("expected", "")).replace("'", "").replace(" or ", "、").replace(", ", "、")
    return filled(EXPECTED.get(kind) or EXPECTED.get(kind.partition("_")[0], other), **details)
