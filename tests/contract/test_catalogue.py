"""Whatever code a client reads stands in the catalogue, with what it means and what to do."""

from __future__ import annotations

from typing import Final

from schemas.inbound import Action
from schemas.message import contracts
from tools.pages.catalogue import catalogue, unexplained

FOUND: Final = catalogue()


def test_every_code_of_a_refusal_says_what_it_means_and_what_to_do() -> None:
    missing = unexplained()
    assert not missing, "add the code to `codes` of tools/pages/catalogue.yaml, under what its author should do"


def test_what_to_do_is_said_once_for_each_kind() -> None:
    assert {one["next"] for one in FOUND["refusals"]} == FOUND["next"].keys()


def test_every_action_stands_in_it_with_its_code_and_its_type() -> None:
    actions = {name for name, model in contracts().items() if issubclass(model, Action)}
    assert {one["type"] for one in FOUND["actions"]} == actions
    for one in FOUND["actions"]:
        assert one["type"] == f"liuhen.inbound.{one['code'].replace('_', '-')}.v1"


def test_every_line_is_in_both_languages() -> None:
    for part in ("refusals", "actions", "happened", "reasons", "states"):
        for one in FOUND[part]:
            assert one["zh"], one
            assert one["en"], one
