"""What a refusal at a door is: a word for machines, the field, and what its author should do, in Chinese.

What is wrong with the form of a submission is said here; what is wrong with its content, where that is found.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple, get_args

from pydantic import StringConstraints, ValidationError

from schemas.envelope import EnvelopeError
from schemas.nearest import Coded, nearest
from schemas.text import one_line
from schemas.values import Code, DepartmentCode, IncidentId, Receipt, TicketId
from vocabulary import FIELDS, choices_in_words, label

_LONGEST_PATH: Final = 120
_NAMED: Final = 3
_QUOTED: Final = re.compile("'([^']*)'")
AGAIN: Final = "请更正后换一个新的提交编号重新提交。"
_AT_A_FORM: Final = "请更正后再提交。"
_ON_THE_WIRE: Final = re.compile(r"（([a-z][a-z_.]*)）")


class Refusal(NamedTuple):
    """Why a submission is not taken."""

    code: str
    field: str | None
    reason: str


def refusal(code: str, field: str | None, reason: str, then: str = AGAIN) -> Refusal:
    """Say no, and what to do next; what is quoted of a submission commands no screen that shows it."""
    return Refusal(code, one_line(field) if field else field, one_line(reason + then))


def at_a_form(reason: str) -> str:
    """The same for whoever has a form before them: they write no submission ids, and know no names of the wire."""
    return _ON_THE_WIRE.sub(_without_known, reason).replace(AGAIN, _AT_A_FORM)


def _without_known(found: re.Match[str]) -> str:
    return found[0] if label(found[1]) == found[1] else ""


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
    "string_pattern_mismatch": ("malformed", "{named} 的格式不对{form}。"),
    "greater_than_equal": ("out_of_range", "{named} 不能小于 {ge}。"),
    "less_than_equal": ("out_of_range", "{named} 不能大于 {le}。"),
    "finite_number": ("out_of_range", "{named} 应为有限的数。"),
    "timezone_aware": _TIME,
}


def _pattern(of: object) -> str:
    """The pattern of a kind of codes: what is said of it is looked up by that."""
    return next(str(each.pattern) for each in get_args(of) if isinstance(each, StringConstraints))


_CODE: Final = "，应为代码：小写字母和数字，可用 - 连接"
_FORMS: Final = {
    _pattern(DepartmentCode): _CODE,
    _pattern(Code): f"{_CODE[:-2]}或者 _ 连接",
    _pattern(TicketId): "，应为工单号：十四位数字，分单的再加 -1 至 -9",
    _pattern(IncidentId): "，应为同诉编号：M 和十二位数字、大写字母",
    _pattern(Receipt): "，应为回执：R 和二十位（早先的为十二位）数字、大写字母",
}
"""What is expected of the codes that people copy and mistype."""
_OTHER: Final = ("invalid", "{named} 的值不可用。")


_EXPECTED: Final = {
    "an RFC 3339 time with an offset": "带时区的时间，例如 2026-09-14T09:30:00+08:00",
    "a JSON object, not null": "JSON 对象，不能是 null",
    "once, not twice": "只出现一次",
    "once, not beside data_base64": "只用一种写法，data 与 data_base64 不能并用",
    "a non-empty string": "不为空的文字",
    "characters that are seen": "看得见的文字，不含控制字符和换行",
    "a name that none of our own parts has": "自己系统的名称，不以 liuhen/、door/ 开头（这些由本系统自用）",
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


def _no_choices(_field: str) -> Iterable[Coded]:
    return ()


def of_validation(
    error: ValidationError,
    fields: Callable[[Sequence[int | str]], Iterable[str]] = _nothing,
    choices: Callable[[str], Iterable[Coded]] = _no_choices,
) -> Refusal:
    """Turn what the schema found into a refusal: the first mistake in full, and where the others are.

    `fields` tells the names of the fields beside the one on a way, `choices` what a field by its name may say.
    """
    found = error.errors(include_url=False)
    # An unknown field explains a missing one, because it is most often that one misspelt.
    first = min(found, key=lambda one: one["type"] != "extra_forbidden")
    if first["type"].startswith("json_"):
        return refusal("not_json", None, "内容不是合法的 JSON。")
    code, reason = _explained(first["type"])
    field = _way(first["loc"])
    details = dict(first.get("ctx", {}))
    details["expected"] = choices_in_words(_QUOTED.findall(str(details.get("expected", ""))))
    details["form"] = _FORMS.get(str(details.get("pattern")), "")
    named = f"字段 {label(field)}" if field else "全文"
    said = reason.format(named=named, **details) + _alike(first["type"], first["loc"], first["input"], fields, choices)
    return refusal(code, field or None, said + _others([_way(each["loc"]) for each in found if each is not first]))


def _way(steps: Sequence[int | str]) -> str:
    return ".".join(map(str, steps))[:_LONGEST_PATH]


def _others(found: Sequence[str]) -> str:
    if not found:
        return ""
    ways = list(dict.fromkeys(found))
    named = "、".join(label(way) if way else "全文" for way in ways[:_NAMED])
    return f"另有 {len(found)} 处错误：{named}{'等' if ways[_NAMED:] else ''}。"


def _alike(
    kind: str,
    way: Sequence[int | str],
    written: object,
    fields: Callable[[Sequence[int | str]], Iterable[str]],
    choices: Callable[[str], Iterable[Coded]],
) -> str:
    """Name what may have been meant: a field, or a code for which its name was written."""
    if kind == "extra_forbidden":
        above = "".join(f"{step}." for step in way[:-1])
        beside = (_Field(name, FIELDS.get(f"{above}{name}", FIELDS.get(name, name))) for name in fields(way))
        return nearest(str(way[-1]), beside)
    if kind != "string_pattern_mismatch":
        return ""
    field = next((step for step in reversed(way) if isinstance(step, str)), "")
    return nearest(str(written), choices(field))


def _explained(kind: str) -> tuple[str, str]:
    if kind.startswith(("datetime_", "date_")):
        return _TIME
    if kind.endswith(("_type", "_parsing")):
        expected = _WORDS.get(kind.partition("_")[0])
        return "wrong_type", "{named} 的类型不对" + (f"，应为{expected}。" if expected else "。")
    return _KINDS.get(kind, _OTHER)
