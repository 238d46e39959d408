"""A department and the callback agency act by people of their own, never in the name of somebody of the office."""

from __future__ import annotations

from typing import Any, Final, get_type_hints

import pytest

from schemas.inbound import CallbackAction, DepartmentAction
from schemas.message import contracts
from schemas.values import Person
from services.intake.core import checks
from services.intake.core.numbers import check_digit

TICKET: Final = "2609140000001" + check_digit("2609140000001")
XU: Final = {"id": "p-xu", "name": "徐文珏"}
OWN: Final = {"id": "c-17", "name": "徐文珏"}


@pytest.mark.parametrize("name", ["徐文珏", "陈工"])
@pytest.mark.parametrize(
    ("topic", "kind", "more"),
    [
        ("department.housing", "accept", {}),
        ("department.housing", "note-progress", {"text": "已到现场"}),
        ("callback", "note-unreached", {}),
    ],
)
def test_whoever_acts_in_the_name_of_somebody_of_the_office_is_refused(
    front: Any, topic: str, kind: str, more: dict[str, Any], name: str
) -> None:
    said = {"ticket": TICKET, "by": XU | {"name": name}, **more}
    code, field, reason = front.refused(topic, kind, said)
    assert (code, field) == ("not_permitted", "by.id")
    assert "徐文珏" in reason
    assert "本单位" in reason


def test_nor_is_an_order_passed_on_to_somebody_of_the_office(front: Any) -> None:
    said = {"ticket": TICKET, "by": OWN, "handler": XU}
    assert front.refused("department.housing", "delegate", said)[:2] == ("not_permitted", "handler.id")


def test_who_only_has_the_same_name_acts(front: Any) -> None:
    assert front.took("department.housing", "accept", {"ticket": TICKET, "by": OWN})


def test_the_office_acts_by_its_own_people(front: Any, report: dict[str, Any]) -> None:
    (registered, *_) = front.took("hotline", "register", report)
    assert front.took("office", "nudge", {"ticket": registered.ticket, "by": XU, "reason": "请抓紧"})


def test_of_the_callback_agency_those_act_who_work_at_the_desk(front: Any) -> None:
    (registered, *_) = front.took(
        "hotline",
        "register",
        {"contact": {"phone": "13800138000"}, "kind": "help", "place": {"text": "国和路100号"}, "text": "灯坏了"},
    )
    shao = {"id": "p-shao", "name": "邵一帆"}
    assert front.took("callback", "note-unreached", {"ticket": registered.ticket, "by": shao})
    false = {"ticket": registered.ticket, "by": shao | {"name": "徐文珏"}}
    assert front.refused("callback", "note-unreached", false)[:2] == ("not_permitted", "by.id")


def test_every_person_that_a_department_or_the_agency_can_name_is_looked_at() -> None:
    models = [model for model in contracts().values() if issubclass(model, DepartmentAction | CallbackAction)]
    assert models
    for model in models:
        people = {name for name, hint in get_type_hints(model).items() if hint in (Person, Person | None)}
        looked_at = {name for name, test in checks._TESTS[model] if test in (checks._own_person, checks._agent)}
        assert people == looked_at, model
