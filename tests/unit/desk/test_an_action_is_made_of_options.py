"""What is typed in a terminal becomes exactly the action that was meant, or one sentence says what is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from enum import Enum
from inspect import Signature
from pathlib import Path
from typing import Any, Literal, get_args, get_origin
from zoneinfo import ZoneInfo

import pytest
import typer
from typer.testing import CliRunner

from liuhen.desk import words
from liuhen.desk.options import Slot, action_of, parameters_of, slots_of
from liuhen.desk.workplace import choices_of
from rulebook import load_policy
from schemas import inbound
from schemas.inbound import Action, Assign, Register, RuleOnReturn, RuleOnSuspension, Split
from schemas.message import MODELS
from schemas.nearest import Coded
from schemas.values import Kind, Person, Tier
from tools.errors import SaidClearly

POLICY = load_policy(Path("policy"))
SHANGHAI = ZoneInfo("Asia/Shanghai")
XU = Person(id="p-xu", name="徐文珏")
TICKET = "26091403000175"
INCIDENT = "M0123456789AB"
RECEIPT = "R0123456789AB"
ATTACHMENT = f"A{'1' * 20}"
ACTIONS = sorted(
    (model for model in MODELS.values() if issubclass(model, Action) and model.__module__.startswith(inbound.__name__)),
    key=lambda model: model.type_name,
)


@dataclass(frozen=True)
class Desk:
    """A place that knows one zone, one close of business and everybody."""

    zone: ZoneInfo = SHANGHAI
    closes: time = time(17, 30)

    def person(self, said: str) -> Person:
        return Person(id=said, name=said)

    def choices(self, field: str) -> Sequence[Coded]:
        return choices_of(POLICY, field)


def typed(action: type[Action], *said: str) -> Action:
    """Type a command and return the action that came of it."""
    found: list[Action] = []

    def command(**given: Any) -> None:
        found.append(action_of(action, given, XU, Desk()))

    vars(command)["__signature__"] = Signature(parameters_of(action))
    app = typer.Typer()
    app.command()(command)
    told = CliRunner().invoke(app, said)
    if told.exception is not None:
        raise told.exception
    return found[0]


def example(slot: Slot) -> list[str]:
    """Give a field a value in a terminal, other than its default."""
    option = words.option_of(slot.path)
    if slot.path == ("ticket",):
        return [TICKET]
    if slot.kind is bool:
        flag = words.flag_of(slot.path)
        return [f"--{(flag.no if slot.default else flag.yes)[0]}"]
    if get_origin(slot.kind) is tuple:
        of = slot.path[-1] in ("parts", "problems")
        if slot.path == ("attachments",):
            return [option, f"{ATTACHMENT}:{'a' * 64}"]
        if slot.path == ("tickets",):
            return [option, TICKET]
        return [option, "一件", option, '{"text": "另一件"}'] if of else [option, "housing,greening"]
    return [option, _word(slot.kind, slot.path[-1])]


def _word(kind: Any, name: str) -> str:
    if kind is datetime:
        return "2026-09-18"
    if get_origin(kind) is Literal:
        return str(get_args(kind)[-1])
    if isinstance(kind, type) and issubclass(kind, Enum):
        return str(list(kind)[-1].value)
    if kind in (int, float):
        return "5"
    known = {"into": TICKET, "about": TICKET, "visit": RECEIPT, "incident": INCIDENT, "seal": "0" * 32}
    known |= {"attachment": ATTACHMENT}
    return known.get(name, "housing")


@pytest.mark.parametrize("action", ACTIONS, ids=words.word_of)
def test_every_field_that_is_typed_arrives(action: type[Action]) -> None:
    # when every option is given
    said = typed(action, *(word for slot in slots_of(action) for word in example(slot)))

    # then every field is set, and the door would read the same action
    for slot in slots_of(action):
        value: Any = said
        for name in slot.path:
            value = getattr(value, name)
        assert value not in (None, ()), slot.path
        assert value != slot.default or slot.default is None
    assert action.model_validate_json(said.to_json(), strict=True, extra="forbid") == said


@pytest.mark.parametrize("action", ACTIONS, ids=words.word_of)
def test_what_is_not_typed_keeps_its_default(action: type[Action]) -> None:
    said = typed(action, *(word for slot in slots_of(action) if slot.required for word in example(slot)))

    for slot in slots_of(action):
        if not slot.required and len(slot.path) == 1:
            field = action.model_fields[slot.path[0]]
            assert getattr(said, slot.path[0]) == field.get_default(call_default_factory=True)


def test_lists_are_given_with_commas_or_one_by_one() -> None:
    both = typed(Assign, TICKET, "--lead", "housing", "--supporting", "greening, dinghai", "--supporting", "fire")

    assert isinstance(both, Assign)
    assert both.supporting == ("greening", "dinghai", "fire")
    assert both.by == XU


def test_a_ruling_reads_as_people_say_it() -> None:
    upheld = typed(RuleOnReturn, TICKET, "--upheld", "--reason", "不属该局")
    overruled = typed(RuleOnReturn, TICKET, "--overruled", "--reason", "属该局")

    assert isinstance(upheld, RuleOnReturn)
    assert isinstance(overruled, RuleOnReturn)
    assert (upheld.upheld, overruled.upheld) == (True, False)


def test_a_day_is_its_close_of_business() -> None:
    said = typed(RuleOnSuspension, TICKET, "--granted", "--until", "2026-09-18", "--reason", "诉讼中")
    exact = typed(RuleOnSuspension, TICKET, "--granted", "--until", "2026-09-18T09:00", "--reason", "诉讼中")

    assert isinstance(said, RuleOnSuspension)
    assert isinstance(exact, RuleOnSuspension)
    assert said.until == datetime(2026, 9, 18, 17, 30, tzinfo=SHANGHAI)
    assert exact.until == datetime(2026, 9, 18, 9, 0, tzinfo=SHANGHAI)


def test_a_part_is_text_or_a_json_object() -> None:
    parts = ["--part", "楼道灯不亮", "--part", '{"text": "垃圾没人清", "category": "0301-02"}']

    said = typed(Split, TICKET, *parts, "--reason", "两件事")

    assert isinstance(said, Split)
    assert [(part.text, part.category) for part in said.parts] == [("楼道灯不亮", None), ("垃圾没人清", "0301-02")]


def test_parts_of_a_whole_are_flat() -> None:
    said = typed(
        Register,
        *(
            "--kind",
            "complain",
            "--place",
            "国和路100号",
            "--road",
            "国和路",
            "--text",
            "积水",
            "--phone",
            "13800000000",
        ),
        *("--upstream-number", "SH-1", "--tier", "urgent"),
    )

    assert isinstance(said, Register)
    assert (said.kind, said.place.text, said.place.road, said.tier) == (
        Kind.COMPLAIN,
        "国和路100号",
        "国和路",
        Tier.URGENT,
    )
    assert said.contact.phone == "13800000000"
    assert said.upstream is not None
    assert said.upstream.number == "SH-1"


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (["1234", "--lead", "housing"], "^字段 工单 的格式不对"),
        (["1234", "--lead", "housing"], "，应为工单号：十四位数字"),
        (
            [TICKET, "--lead", "Housing Bureau"],
            "字段 牵头单位（--lead） 的格式不对，应为代码：小写字母和数字.*请更正后重新提交。$",
        ),
        ([TICKET, "--lead", "残连"], "相近的有：.*（disability）"),
        ([TICKET, "--lead", "房管局"], "相近的有：.*（housing）"),
        ([TICKET, "--lead", "housing", "--supporting", "民政局"], "相近的有：.*（civil-affairs）"),
        ([TICKET, "--lead", "housing", "--category", "楼道堆物"], "相近的有：.*楼道堆物.*"),
        (["1234", "--lead", "残连"], "另有 1 处错误：牵头单位（--lead）。"),
    ],
)
def test_what_cannot_be_meant_is_said_in_the_doors_words(said: list[str], reason: str) -> None:
    with pytest.raises(SaidClearly, match=reason):
        typed(Assign, *said)


def test_the_name_of_a_subdistrict_is_answered_with_its_code() -> None:
    with pytest.raises(SaidClearly, match="相近的有：平凉路街道（pingliang）"):
        typed(Register, "--kind", "help", "--place", "楼道", "--text", "积水", "--subdistrict", "平凉路")


def test_a_moment_that_is_none_is_said_clearly() -> None:
    with pytest.raises(SaidClearly, match="--until 应为时间"):
        typed(RuleOnSuspension, TICKET, "--granted", "--until", "下周五", "--reason", "诉讼中")
