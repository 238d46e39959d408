"""Each act has a form of its own fields, in which nobody types a code; what was typed becomes what the door reads."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doors.people import known_as
from doors.reading import dumped
from doors.refusals import Refusal
from rulebook import load_policy
from schemas.inbound import Assign
from schemas.values import DeskTaskKind, PartyKind
from services.desk.core.acts import Keys, OfficeAct, read
from services.desk.core.forms import Choice, OneOf, SeveralOf, Words, acts, content_of, fields_of, named
from services.desk.core.marking import Word, marked
from services.desk.core.naming import Named, meant
from services.desk.edges.pages.answers import answers_to
from services.desk.edges.pages.orders import acts_of_order

POLICY = load_policy(Path("policy"))
AT = datetime(2026, 11, 30, 2, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")
TICKET = "26090100000019"
DEPARTMENTS = [named(each) for each in POLICY.departments]


@pytest.mark.parametrize("task", DeskTaskKind)
def test_whatever_waits_can_be_answered_by_somebody(task: DeskTaskKind) -> None:
    acts = answers_to(task)

    assert acts or task is DeskTaskKind.CALLBACK_LATE  # the callback agency's call answers it
    assert all(POLICY.who_may(do, AT) or do in {"nudge", "supervise", "interview"} for do in acts)
    assert all(field.label for do in acts for field in fields_of(do, POLICY, AT))


@pytest.mark.parametrize("task", DeskTaskKind)
def test_codes_of_departments_categories_and_grounds_are_chosen_by_name(task: DeskTaskKind) -> None:
    coded = {"lead", "supporting", "department", "category", "ground", "to", "tier", "ruling"}

    kinds = [field.kind for do in answers_to(task) for field in fields_of(do, POLICY, AT) if field.name in coded]

    assert all(isinstance(kind, OneOf | SeveralOf | Choice) for kind in kinds)


def test_whatever_a_department_may_ask_for_has_a_form_on_the_page_of_an_order() -> None:
    offered = acts_of_order()
    spoken = {do for do, model in acts().items() if PartyKind.DEPARTMENT in model.spoken_by}

    assert {*offered.acts, *offered.of_incident} == spoken
    assert set(offered.of_incident.values()) <= spoken
    for do in spoken:
        fields = {field.name: field for field in fields_of(do, POLICY, AT, "housing")}
        assert all(field.label for field in fields.values())
        assert all(isinstance(fields[name].kind, OneOf | Choice) for name in ("ground", "suggested") if name in fields)


def test_a_section_is_chosen_from_those_that_the_department_lists() -> None:
    housing, greening = (fields_of("delegate", POLICY, AT, department)[0] for department in ("housing", "greening"))

    assert housing.name == greening.name == "section"
    assert isinstance(housing.kind, Choice)
    assert ("物业管理科", "物业管理科") in housing.kind.options
    assert isinstance(greening.kind, Words)


def test_what_was_typed_is_the_act_that_was_meant() -> None:
    typed = {"lead": "fgj", "supporting": "城管、五角场", "blocking": "no", "category": "门禁", "tier": "simple"}

    content = content_of("assign", fields_of("assign", POLICY, AT), typed, ZONE)
    assert isinstance(content, dict)
    keys = Keys(b"key", b"redaction")
    act = read(POLICY, known_as(POLICY, "p-xu", AT), dumped({**content, "ticket": TICKET}), AT, keys)

    assert isinstance(act, OfficeAct)
    assert isinstance(act.action, Assign)
    assert (act.action.lead, act.action.supporting) == ("housing", ("enforcement", "wujiaochang"))
    assert (act.action.blocking, act.action.category, act.action.tier) == (False, "0101-06", "simple")


def test_a_moment_without_a_zone_is_one_of_the_office() -> None:
    typed = {"granted": "yes", "until": "2026-12-18T17:30", "reason": "等待鉴定"}

    content = content_of("rule_on_suspension", fields_of("rule_on_suspension", POLICY, AT), typed, ZONE)

    assert content == {
        "do": "rule_on_suspension",
        "granted": True,
        "until": "2026-12-18T17:30:00+08:00",
        "reason": "等待鉴定",
    }


@pytest.mark.parametrize(
    ("do", "name", "said"), [("rule_on_extension", "days", "三"), ("interview", "held_at", "明天")]
)
def test_what_cannot_be_read_is_told_beside_its_field(do: str, name: str, said: str) -> None:
    refused = content_of(do, fields_of(do, POLICY, AT), {name: said}, ZONE)

    assert isinstance(refused, Refusal)
    assert refused.field == name


@pytest.mark.parametrize(
    ("said", "code"),
    [("房管局", "housing"), ("房管", "housing"), ("fgj", "housing"), ("FGJ", "housing"), ("城管", "enforcement")],
)
def test_a_department_is_found_by_name_part_and_initials(said: str, code: str) -> None:
    assert meant(said, DEPARTMENTS, "lead", "牵头单位") == code


def test_more_names_than_anybody_means_are_refused_before_any_is_looked_for() -> None:
    fields = fields_of("assign", POLICY, AT)

    most = content_of("assign", fields, {"supporting": "、".join(["城管"] * 50)}, ZONE)
    refused = content_of("assign", fields, {"supporting": ",".join(["城管"] * 51)}, ZONE)

    assert isinstance(most, dict)
    assert most["supporting"] == ["enforcement"] * 50
    assert isinstance(refused, Refusal)
    assert (refused.code, refused.field) == ("wrong_count", "supporting")
    assert "51" in refused.reason
    assert "50" in refused.reason


def test_what_could_be_several_is_refused_with_their_names() -> None:
    refused = meant("局", DEPARTMENTS, "lead", "牵头单位")

    assert isinstance(refused, Refusal)
    assert "房管局" in refused.reason
    assert "只指一个" in refused.reason


def test_a_whole_name_wins_over_a_longer_one_that_holds_it() -> None:
    known = [Named("a", ("噪声",)), Named("b", ("施工噪声",))]

    assert meant("噪声", known, "category", "分类") == "a"


@given(st.text(), st.lists(st.text(max_size=3), max_size=5))
def test_the_pieces_of_a_marked_text_are_the_text(text: str, words: list[str]) -> None:
    pieces = marked(text, [Word(word, "kind", "") for word in words])

    assert "".join(piece.text for piece in pieces) == text
    assert all(piece.word is None or piece.word.text == piece.text for piece in pieces)
