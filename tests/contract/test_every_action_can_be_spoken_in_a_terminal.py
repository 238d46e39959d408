"""Every action of the contract has a command, and every command, option and value has words."""

from __future__ import annotations

from enum import Enum

import pytest
import typer
from typer.core import TyperGroup

import vocabulary
from liuhen.commands import channels, department, office
from liuhen.desk import words
from liuhen.desk.actions import OF_THE_DOOR, actions_of
from liuhen.desk.options import SPEAKER, parameters_of, slots_of
from schemas import inbound
from schemas.inbound import Action
from schemas.message import MODELS
from schemas.values import PartyKind
from services.dispatch.core.table import FACTS

ACTIONS = sorted(
    (model for model in MODELS.values() if issubclass(model, Action) and model.__module__.startswith(inbound.__name__)),
    key=lambda model: model.type_name,
)
OWN_OPTIONS = {"as_", "submission", "patience", "as_json", "context"}


@pytest.fixture(scope="module")
def commands() -> dict[str, TyperGroup]:
    """Every group of commands, as typer makes them."""
    app = typer.Typer()
    for module in (office, department, channels):
        module.register(app)
    made = typer.main.get_command(app)
    assert isinstance(made, TyperGroup)
    return {name: group for name, group in made.commands.items() if isinstance(group, TyperGroup)}


@pytest.mark.parametrize("action", ACTIONS, ids=words.word_of)
def test_an_action_can_be_spoken_by_each_party_that_may(commands: dict[str, TyperGroup], action: type[Action]) -> None:
    assert action.spoken_by
    for kind in action.spoken_by - {PartyKind.CITIZEN}:  # they have a page
        command = commands[kind.value].commands[words.command_of(action)]

        given = {slot.name for slot in slots_of(action)} - set(OF_THE_DOOR)
        assert given < {each.name for each in command.params}
        assert command.help == words.help_of(action)


@pytest.mark.parametrize("action", ACTIONS, ids=words.word_of)
def test_an_action_and_each_of_its_fields_have_words(action: type[Action]) -> None:
    assert words.word_of(action) in words.file()["actions"]
    assert words.word_of(action) in vocabulary.ACTIONS
    assert {".".join(slot.path) for slot in slots_of(action)} <= vocabulary.FIELDS.keys()


@pytest.mark.parametrize("action", ACTIONS, ids=words.word_of)
def test_every_field_of_an_action_can_be_given(action: type[Action]) -> None:
    given = {slot.path[0] for slot in slots_of(action)}

    assert given | SPEAKER | {"do"} >= set(action.model_fields)
    assert len({parameter.name for parameter in parameters_of(action)} | OWN_OPTIONS) == (
        len(slots_of(action)) + len(OWN_OPTIONS)
    )


@pytest.mark.parametrize("action", ACTIONS, ids=words.word_of)
def test_no_two_options_of_a_command_share_a_name(action: type[Action]) -> None:
    names = [word for slot in slots_of(action) for word in _names(slot.kind, slot.path)]

    assert len(names) == len(set(names))
    assert not {"--as", "--json", "--submission", "--patience", "--help"} & set(names)


def _names(kind: object, path: tuple[str, ...]) -> list[str]:
    if kind is not bool:
        return [words.option_of(path)]
    flag = words.flag_of(path)
    return [f"--{flag.yes[0]}", f"--{flag.no[0]}"]


@pytest.mark.parametrize("action", ACTIONS, ids=words.word_of)
def test_a_yes_or_no_and_each_value_of_a_list_have_words(action: type[Action]) -> None:
    for slot in slots_of(action):
        if slot.kind is bool:
            assert ".".join(slot.path) in words.file()["flags"]
        elif isinstance(slot.kind, type) and issubclass(slot.kind, Enum):
            assert {str(each.value) for each in slot.kind} == set(words.values_of(slot.kind, slot.path[-1]))


@pytest.mark.parametrize("kind", sorted(frozenset(PartyKind) - {PartyKind.CITIZEN}))
def test_no_two_commands_of_a_party_share_a_name(kind: PartyKind) -> None:
    names = [words.command_of(action) for action in actions_of(kind)]

    assert len(names) == len(set(names))
    assert kind.value in words.file()["parties"]


def test_words_name_nothing_that_is_not_there() -> None:
    known = words.file()

    assert known["actions"].keys() == {words.word_of(action) for action in ACTIONS}
    assert known["followed_by"].keys() == {words.word_of(each) for each in actions_of(PartyKind.DEPARTMENT)}
    fields = {".".join(slot.path): slot for action in ACTIONS for slot in slots_of(action)}
    assert known["options"].keys() <= fields.keys()
    assert known["flags"].keys() == {path for path, slot in fields.items() if slot.kind is bool}


def test_whatever_follows_an_action_of_a_department_has_a_word() -> None:
    followed = {code for codes in words.file()["followed_by"].values() for code in codes}

    assert followed <= {fact.word for fact, row in FACTS.items() if row.heard_by is not None}


def test_a_rules_reason_is_said_in_its_word_and_a_persons_as_it_was_given() -> None:
    assert words.reason("disputed_twice") == vocabulary.REASONS["disputed_twice"]
    assert words.reason("现场已经查看。") == "现场已经查看。"
