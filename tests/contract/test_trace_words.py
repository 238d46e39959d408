"""Every fact and every code has its words in Chinese, and the words use only what the fact says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from jinja2 import meta

from rulebook import load_policy
from schemas import registry
from schemas.lives import golden
from schemas.message import MODELS
from services.trace.edges.words import Words, sentences

POLICY = load_policy(Path(__file__).resolve().parents[2] / "policy")
CHINESE = re.compile("[\u4e00-\u9fff]")
HEARD = {"tickets", "dispatch", "clocks", "notices"}
TYPES = sorted(name for name, model in MODELS.items() if model.family in HEARD)


def test_the_sentences_are_exactly_those_of_the_facts_that_trace_hears() -> None:
    assert registry.FAMILIES
    assert sorted(sentences()) == TYPES


@pytest.mark.parametrize("type_name", TYPES)
def test_a_sentence_uses_the_word_of_its_fact_and_otherwise_only_its_fields(type_name: str) -> None:
    environment = Words(POLICY)._environment
    used = meta.find_undeclared_variables(environment.parse(sentences()[type_name]))
    request = MODELS["liuhen.notices.notice-requested.v1"] if ".notices." in type_name else MODELS[type_name]

    environment.from_string(sentences()[type_name])
    assert "word" in used
    assert used <= {*MODELS[type_name].model_fields, *request.model_fields, "word"}


@pytest.mark.parametrize("type_name", TYPES)
def test_a_fact_is_said_in_chinese(type_name: str) -> None:
    for each in golden()[type_name]:
        assert CHINESE.search(Words(POLICY).fact(type_name, dict(each.value)))


@pytest.mark.parametrize("type_name", TYPES)
def test_whoever_did_it_can_be_named(type_name: str) -> None:
    for each in golden()[type_name]:
        assert isinstance(Words(POLICY).author(type_name, dict(each.value)), str)
