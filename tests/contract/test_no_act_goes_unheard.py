"""A cry for help is recognised in whatever act it stands: each text of each act is listened to, also of a new one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, get_args

import pytest

from schemas import inbound as i
from schemas.inbound import Action, OnExisting
from schemas.referral import Referral
from schemas.spoken import spoken_fields, spoken_in
from services.dispatch.core.hearing import heard_in
from services.dispatch.core.rules import Rules
from tests.support.dispatch import given
from tests.support.dispatch.story import rules_with

CRY: Final = "有人要从楼顶跳楼。"
_RULES: Final[Rules] = rules_with()
_NOT_LISTENED_TO: Final[dict[type[Action], str]] = {
    i.Redact: "what is covered is never repeated, nor is why",
    i.SeeToStopWords: "the note says what was done about what had been recognised",
}
_OF_THE_MATTER: Final[dict[type[Action], frozenset[str]]] = {
    i.Correct: frozenset({"text", "reply"}),
    i.Split: frozenset({"parts"}),
}
"""Fields that are listened to where they become the text of a matter."""
_WHO_AND_WHERE: Final = frozenset({"contact", "place"})


def _texts() -> Iterator[tuple[type[Action], str]]:
    for action in get_args(OnExisting):
        elsewhere = _WHO_AND_WHERE | _OF_THE_MATTER.get(action, frozenset())
        for name in sorted(spoken_fields(action) - elsewhere):
            if action not in _NOT_LISTENED_TO and not _is_a_choice(action, name):
                yield action, name


def _is_a_choice(action: type[Action], name: str) -> bool:
    return any(word in str(action.model_fields[name].annotation) for word in ("Contacted", "Grade"))


def _crying(model: type[Action], name: str) -> Action:
    """The act with a cry for help in one field, at whatever depth its words stand there."""
    annotation = str(model.model_fields[name].annotation)
    said: Any = Referral(said=CRY) if "Referral" in annotation else (CRY,) if "tuple" in annotation else CRY
    return model.model_construct(**{name: said})


@pytest.mark.parametrize(("model", "name"), list(_texts()))
def test_a_cry_for_help_is_recognised_in_each_text_of_each_act(model: type[Action], name: str) -> None:
    heard = heard_in(_RULES, given.in_progress().ticket, _crying(model, name))
    assert heard.cry == CRY


def test_what_is_listened_to_elsewhere_is_a_text_that_the_act_has() -> None:
    for action, names in _OF_THE_MATTER.items():
        assert names <= spoken_fields(action)
    assert all(spoken_fields(action) for action in _NOT_LISTENED_TO)
    assert list(spoken_in({"reason": CRY})) == [CRY]
