"""A refusal says the same to a program and to whoever has a form before them, each in their own words."""

from __future__ import annotations

from doors.refusals import at_a_form, refusal


def test_whoever_has_a_form_is_told_of_no_submission_id_and_no_name_of_the_wire() -> None:
    said = refusal("missing_field", "kind", "缺少类型（kind）。").reason
    assert said == "缺少类型（kind）。请更正后换一个新的提交编号重新提交。"

    assert at_a_form(said) == "缺少类型。请更正后再提交。"


def test_what_stands_in_brackets_and_is_no_field_stays() -> None:
    assert at_a_form("由徐文珏（p-xu）办理（见工单）。") == "由徐文珏（p-xu）办理（见工单）。"
