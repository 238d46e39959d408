"""Every fact and every code has its words in Chinese, and the words use only what the fact says."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from jinja2 import meta

from rulebook import load_policy
from schemas import registry
from schemas.inbound import TicketAction
from schemas.message import MODELS
from schemas.values import Channel, Contacted, Grade, Kind, RequesterKind, Ruling, Solved, TicketState, Tier
from services.notify.core.notice import Way
from services.trace.core.rates import rates_of
from services.trace.edges.lookup import queues
from services.trace.words import WORDS_FILE, Words

POLICY = load_policy(Path(__file__).resolve().parents[2] / "policy")
GOLDEN = Path(__file__).resolve().parents[2] / "schemas" / "golden"
WORDS: dict[str, dict[str, str]] = yaml.safe_load(WORDS_FILE.read_text("utf-8"))
HEARD = {"tickets", "dispatch", "clocks", "notices"}
TYPES = sorted(name for name, model in MODELS.items() if model.family in HEARD)
RATES = rates_of(POLICY.rates)


def test_the_words_are_exactly_those_of_the_facts_that_trace_hears() -> None:
    assert registry.FAMILIES
    assert sorted(WORDS["facts"]) == TYPES


@pytest.mark.parametrize("type_name", TYPES)
def test_a_sentence_uses_only_fields_of_its_fact(type_name: str) -> None:
    environment = Words(POLICY)._environment
    used = meta.find_undeclared_variables(environment.parse(WORDS["facts"][type_name]))
    request = MODELS["liuhen.notices.notice-requested.v1"] if ".notices." in type_name else MODELS[type_name]

    environment.from_string(WORDS["facts"][type_name])
    assert used <= {*MODELS[type_name].model_fields, *request.model_fields}


@pytest.mark.parametrize("type_name", TYPES)
def test_whoever_did_it_can_be_named(type_name: str) -> None:
    files = sorted(GOLDEN.glob(f"{type_name}*.json"))
    assert files
    for file in files:
        assert isinstance(Words(POLICY).author(type_name, json.loads(file.read_text("utf-8"))), str)


def _actions() -> Iterable[str]:
    union, _ = get_args(TicketAction)
    return (action.model_fields["do"].default for action in get_args(union))


@pytest.mark.parametrize(
    ("table", "codes"),
    [
        ("state", list(TicketState)),
        ("channel", list(Channel)),
        ("kind", list(Kind)),
        ("requester_kind", list(RequesterKind)),
        ("tier", list(Tier)),
        ("contacted", list(Contacted)),
        ("solved", list(Solved)),
        ("grade", list(Grade)),
        ("ruling", list(Ruling)),
        ("way", list(Way)),
        ("queue", queues()),
        ("action", list(_actions())),
        ("template", [template.code for template in POLICY.templates]),
        ("rate", [rate.name for rate in RATES]),
        ("axis", [rate.axis for rate in RATES]),
        ("verdict", [verdict for rate in RATES for verdict in rate.weights]),
    ],
)
def test_every_code_has_its_word(table: str, codes: list[Any]) -> None:
    assert {str(code) for code in codes} <= WORDS[table].keys()
