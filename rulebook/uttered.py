"""What made a matter urgent, as whoever has to act on it reads it: who said it, when, in which act, and the words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from schemas import inbound as i
from schemas.values import Utterance
from vocabulary import PARTIES, STEPS

_OF_THE_REQUESTER: Final = frozenset(
    str(model.model_fields["do"].default) for model in (i.FollowUp, i.ProvideInfo, i.Withdraw, i.AnswerCallback)
)


def uttered(said: Utterance, name_of: Callable[[str], str], at: str) -> str:
    """Such as 诉求人3月2日23:10催办或者补充：“有人触电倒地”; of an act without words, the act.

    `name_of` names a department by its code.
    """
    told = f"{_who(said, name_of)}{at}{STEPS.said(said.act)}"
    return f"{told}：“{said.text}”" if said.text else told


def _who(said: Utterance, name_of: Callable[[str], str]) -> str:
    if said.act in _OF_THE_REQUESTER:
        return PARTIES["requester"]
    party, person = said.by.party, said.by.person
    house = name_of(party.department) if party and party.department else PARTIES[party.kind] if party else ""
    return f"{house}{person.name if person else ''}"
