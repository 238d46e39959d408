"""What is written for the file reaches no requester: neither by a message of notify, nor as news on a channel."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Final

import pytest
import yaml

from chassis.frozen import replace
from rulebook import Audience
from schemas import dispatch as d
from schemas.message import MODELS, Message
from schemas.public import Order, PublicMessage
from services.intake.core.news import Newsroom
from services.intake.reactions import concerns
from services.notify import reactions
from services.notify.core.occasion import Occasion
from services.notify.core.wording import Wording
from tests.support.occasions import CHANNELS, NOON, POLICY, PROFILE, variants

_NEWS: Final = Path(__file__).resolve().parents[2] / "services/intake/core/news.yaml"
_SECRET: Final = "此话只供存档"
_OF_THE_FILE: Final[dict[type[Message], frozenset[str]]] = {
    d.ProgressNoted: frozenset({"text"}),
    d.SuspensionRequested: frozenset({"reason"}),
    d.Suspended: frozenset({"reason"}),
    d.Committed: frozenset({"text"}),
    d.InternallyNoted: frozenset({"text"}),
    d.Delegated: frozenset({"section"}),
    d.DelegationTakenBack: frozenset({"reason"}),
}
"""Texts for the file that are not called `note`: every `note` of a fact is for the file."""


def _written() -> Iterator[tuple[type[Message], frozenset[str]]]:
    for model in MODELS.values():
        names = _OF_THE_FILE.get(model, frozenset()) | ({"note"} & model.model_fields.keys())
        if issubclass(model, d.DispatchFact) and names:
            yield model, names


def _facts(model: type[Message], names: frozenset[str]) -> Iterator[Message]:
    for fact in variants(model):
        yield model.model_validate({**dict(fact), **dict.fromkeys(names, _SECRET)})


@pytest.mark.parametrize(("model", "names"), list(_written()))
def test_no_message_to_a_requester_says_it_and_none_can_later(model: type[Message], names: frozenset[str]) -> None:
    book = Wording(POLICY).book
    for fact, channel in product(_facts(model, names), CHANNELS):
        before = replace(PROFILE, channel=channel)
        after = reactions.profiles.after(before, fact, NOON)
        assert _SECRET not in repr(after)
        for wish in reactions.asked(fact, Occasion(NOON, before, after, book)):
            if wish.to.audience.kind in {Audience.REQUESTER, Audience.VISITOR}:
                assert _SECRET not in repr(wish)


@pytest.mark.parametrize(("model", "names"), list(_written()))
def test_no_news_on_a_channel_says_it(model: type[Message], names: frozenset[str]) -> None:
    newsroom = Newsroom(yaml.safe_load(_NEWS.read_text()), POLICY)
    for fact in _facts(model, names):
        line = newsroom.line_of(fact)
        if line is not None and concerns(fact, newsroom) is not None:
            assert _SECRET not in newsroom.text(line[1], fact, None)


def test_what_a_department_notes_for_itself_stands_in_its_orders_alone() -> None:
    public = [model for model in MODELS.values() if issubclass(model, PublicMessage)]
    assert [model for model in public if "internal_notes" in model.model_fields] == [Order]
