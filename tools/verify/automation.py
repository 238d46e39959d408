"""The promises about what policy dispatches by itself: nothing that it may not answer, nothing that fell back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from schemas import dispatch as d
from tools.verify.life import Elsewhere, Life
from vocabulary import Chinese

RULES: Final = frozenset({"catalogue_bureau", "catalogue_subdistrict", "last_resort", "precedent"})
"""The reasons of orders that policy gave by itself."""


def by_itself(fact: object) -> bool:
    """Whether policy gave this order by itself."""
    return isinstance(fact, d.Dispatched) and fact.by.person is None and fact.reason in RULES


def no_machine_answered(life: Life, _elsewhere: Elsewhere) -> Iterator[Chinese]:
    """Nothing in which a stop word was recognised was dispatched by policy from then on."""
    recognised = False
    for step in life.steps:
        recognised = recognised or isinstance(step.fact, d.StopWordsFound)
        if recognised and by_itself(step.fact):
            yield Chinese(f"含敏感内容，{step.at:%Y-%m-%d %H:%M:%S} 却由规则自动派单")
