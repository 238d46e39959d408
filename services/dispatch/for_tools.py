"""What tools may use of dispatch: its core as one decider, how facts fold to a ticket, how categories are suggested.

Nothing here reads or writes a topic or a table. Everything else of this service may change without asking them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from chassis.decider import Change, Decider
from rulebook import Policy
from services.dispatch.core.commands import Command
from services.dispatch.core.evolve import evolve
from services.dispatch.core.rules import Guess, Like, Precedent, Rules, Suggest, by_calendar
from services.dispatch.core.ticket import STATE, Stub, Ticket
from services.dispatch.corpus import Example, TrainingDataError, fingerprint, read_examples
from services.dispatch.store import rulings
from services.dispatch.suggest import Model, ModelRefusedError, Suggester
from services.dispatch.work import decider
from worktime import Calendar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.dispatch.training import Evaluation as Evaluation  # noqa: PLC0414 - offered as a type alone

__all__ = [
    "STATE",
    "Command",
    "Core",
    "Example",
    "Guess",
    "Model",
    "ModelRefusedError",
    "Suggest",
    "Suggester",
    "TrainingDataError",
    "core_under",
    "evaluate",
    "evolve",
    "fingerprint",
    "read_examples",
    "train",
]


class Core(NamedTuple):
    """The core of the service under some rules; rulings among the changes that it is shown are its precedents."""

    decider: Decider[Ticket | Stub, Command]
    remember: Callable[[Change[Ticket | Stub]], None]


def core_under(policy: Policy, calendar: Calendar, suggest: Suggest) -> Core:
    """The core as it decides recorded acts again: whoever acted then may act, and there are no precedents yet."""
    precedents: dict[Like, tuple[Precedent, ...]] = {}

    def remember(change: Change[Ticket | Stub]) -> None:
        for ticket, _, ruling, category, subdistrict, lead, ground, returned_by in rulings([change]):
            like = category, subdistrict
            found = Precedent._make((ticket, ruling, lead, ground, returned_by))
            precedents[like] = (found, *precedents.get(like, ()))

    rules = Rules(policy, suggest, precedents, by_calendar(policy, calendar), asks_who=False)
    return Core(decider(rules), remember)


def train(examples: Sequence[Example], seed: int = 1) -> Model:
    """Train the model that suggests categories. Raises TrainingDataError where there is too little to learn from."""
    from services.dispatch import training  # noqa: PLC0415 - sklearn is slow to import

    return training.train(examples, seed)


def evaluate(examples: Sequence[Example], seed: int = 1, policy: Policy | None = None) -> Evaluation:
    """Train on three quarters of the examples and ask about the rest; by a policy's keywords too where one is given."""
    from services.dispatch import training  # noqa: PLC0415 - sklearn is slow to import

    return training.evaluate(examples, seed, policy)
