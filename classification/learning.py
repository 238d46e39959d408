"""Leaves learned from what dispatchers assigned: before and after on days that neither model saw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from classification.corpus import Example, TrainingDataError, fingerprint
from classification.measuring import Figures, measure
from classification.model import NONE, Model
from classification.suggest import Suggester
from classification.training import train
from rulebook import Policy

LEAST_TEXTS: Final = 200
"""Assigned tickets below which nothing is learned."""
LEAST_HELD: Final = 40
"""Assigned tickets on days held out below which before and after cannot be told apart."""
LEAST_DAYS: Final = 5
HELD_DAYS: Final = 0.2
"""The last days, as a share, that are held out where the model in use never saw any."""
RECORDS: Final = "records"


@dataclass(frozen=True)
class Assigned:
    """The text of a ticket, the category that a person of the office gave it, and the day on which it came in."""

    ticket: str
    text: str
    category: str
    day: date


class TooLittleError(TrainingDataError):
    """There is not enough to learn from, or nothing new; the text says how much there is and how much is needed."""


@dataclass(frozen=True)
class Lesson:
    """What was learned, and how the model in use and the new one fared on the days held out.

    `model` has learned all days; `after` are the figures of one that learned only those before `held_from`.
    """

    texts: int
    days: int
    held: int
    held_from: date
    held_to: date
    before: Figures
    after: Figures
    model: Model

    @property
    def better(self) -> bool:
        """Whether the new one is not worse: as many likeliest categories right, and no more wrong ones suggested."""
        return self.after.accuracy >= self.before.accuracy and self.after.settled_right >= min(
            self.before.settled_right, _GOOD
        )


_GOOD: Final = 0.95
"""A share of right suggestions from which on a lower one is not worse: the sets suggested differ."""


def learn(
    assigned: Sequence[Assigned], base: Sequence[Example], present: Suggester, today: date, seed: int = 1
) -> Lesson:
    """Learn from assigned tickets on top of the base, of whose examples only those of none and several are held out.

    Raises TooLittleError when there is too little, or nothing that the present model has not learned.
    """
    policy = present.policy
    known = [each for each in assigned if policy.category(each.category) is not None and each.text.strip()]
    held_from = _held_from(known, present.model)
    earlier = [each for each in known if each.day < held_from]
    held = [each for each in known if each.day >= held_from]
    ground = _ground(base, policy)
    trial = train([*ground, *_examples(earlier)], seed, policy, source=RECORDS)
    asked = _examples(held)
    everything = [*ground, *_examples(known)]
    model = train(everything, seed, policy, source=RECORDS)
    days = sorted({each.day for each in known})
    card = replace(model.card, made_on=today.isoformat(), first_day=days[0].isoformat(), last_day=days[-1].isoformat())
    return Lesson(
        texts=len(known),
        days=len(days),
        held=len(held),
        held_from=held[0].day,
        held_to=days[-1],
        before=measure(present, asked),
        after=measure(Suggester(policy, trial), asked),
        model=replace(model, card=card),
    )


def learned_already(assigned: Sequence[Assigned], base: Sequence[Example], present: Suggester) -> bool:
    """Whether the present model has learned exactly this."""
    known = [each for each in assigned if present.policy.category(each.category) is not None and each.text.strip()]
    hash_ = fingerprint([*_ground(base, present.policy), *_examples(known)])
    return present.model is not None and present.model.card.trained_on == hash_


def _held_from(known: Sequence[Assigned], present: Model | None) -> date:
    """The first day that is held out: the one after the last that the present model saw, else four fifths on."""
    days = sorted({each.day for each in known})
    if len(known) < LEAST_TEXTS or len(days) < LEAST_DAYS:
        raise TooLittleError(
            f"由人定过分类的只有 {len(days)} 天的 {len(known)} 件工单，至少要 {LEAST_DAYS} 天的 {LEAST_TEXTS} 件。"
        )
    if present is not None and present.card.source == RECORDS and present.card.last_day is not None:
        seen = date.fromisoformat(present.card.last_day)
        new = [each.day for each in known if each.day > seen]
        if len(new) < LEAST_HELD:
            raise TooLittleError(
                f"在用的模型已学到 {seen}；此后由人定过分类的只有 {len(new)} 件工单，至少要 {LEAST_HELD} 件才能比较。"
            )
        return min(new)
    for day in reversed(days[: max(1, int(len(days) * (1 - HELD_DAYS))) + 1]):
        if sum(each.day >= day for each in known) >= LEAST_HELD and day > days[0]:
            return day
    raise TooLittleError(f"第一天之后的工单不足 {LEAST_HELD} 件，请过几天再学。")


def _examples(assigned: Sequence[Assigned]) -> list[Example]:
    return [Example(each.text, each.category, each.ticket) for each in assigned]


def _ground(base: Sequence[Example], policy: Policy) -> list[Example]:
    """The base under this catalogue; sentences that were made up are learned and never ask, save none and several."""
    odd = [each for each in base if each.label == NONE or each.several]
    plain = [each for each in base if each.label != NONE and not each.several and policy.category(each.label)]
    return [*(replace(each, group=None) for each in plain), *odd]
