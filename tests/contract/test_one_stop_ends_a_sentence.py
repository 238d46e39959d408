"""A sentence ends with one stop, whether or not whoever wrote a part of it put one: in messages and in the trace."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from rulebook import load_policy
from rulebook.messages import VARIABLES
from rulebook.rules import Template
from rulebook.sentences import ended, templating, unended
from schemas.lives import golden
from schemas.message import MODELS
from services.trace.edges.words import Words, sentences

ROOT: Final = Path(__file__).resolve().parents[2]
POLICY: Final = load_policy(ROOT / "policy")
WRITTEN: Final = ("text", "reply", "reason", "place", "ground", "agreed")
"""The variables of templates that somebody wrote; the others are names, dates and words."""
TWICE: Final = re.compile("[。；：，]）?[。；，]|[！？]。")


def _texts(template: Template) -> tuple[str, ...]:
    return (template.subject, template.text, *template.by_channel.values())


@pytest.mark.parametrize(
    ("said", "sentence", "part"),
    [
        ("已修好", "已修好。", "已修好"),
        ("已修好。", "已修好。", "已修好"),
        ("已修好。。 ", "已修好。。", "已修好"),
        ("哪一幢？", "哪一幢？", "哪一幢？"),
        ("他说“好。”", "他说“好。”", "他说“好。”"),
        ("已派人，", "已派人。", "已派人"),
        ("", "", ""),
        (None, "", ""),
    ],
)
def test_a_text_becomes_a_sentence_or_a_part_of_one(said: str | None, sentence: str, part: str) -> None:
    assert (ended(said), unended(said)) == (sentence, part)


@pytest.mark.parametrize("template", POLICY.templates, ids=lambda template: template.code)
@pytest.mark.parametrize("wrote", ["已处理", "已处理。", "处理了吗？"])
def test_a_message_has_no_stop_twice_and_none_left_out(template: Template, wrote: str) -> None:
    values = {**dict.fromkeys(VARIABLES, "甲"), **dict.fromkeys(WRITTEN, wrote)}
    for text in _texts(template):
        said = templating().from_string(text).render(values)
        assert not TWICE.search(said), said
        assert f"{wrote}【" not in said or not wrote.endswith("理"), said


def _stopped(value: Any) -> Any:
    """The same fact, each text of which ends with a stop."""
    match value:
        case str() if re.search("[\u4e00-\u9fff]", value):
            return value if value.endswith("？") else f"{value.rstrip('。')}。"
        case Mapping():
            return {name: each if name == "name" else _stopped(each) for name, each in value.items()}
        case list():
            return [_stopped(each) for each in value]
        case _:
            return value


@pytest.mark.parametrize("type_name", sorted(sentences()))
def test_the_trace_says_no_stop_twice(type_name: str) -> None:
    assert type_name in MODELS
    for each in golden()[type_name]:
        said = Words(POLICY).fact(type_name, _stopped(each.value))
        assert not TWICE.search(said), said
