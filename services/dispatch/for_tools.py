"""What tools may use of dispatch: its core as one decider, how facts fold to a ticket, how categories are suggested.

Nothing here reads or writes a topic or a table. Everything else of this service may change without asking them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.dispatch.core.evolve import evolve
from services.dispatch.core.rules import Guess, Like, Precedent, Rules, Suggest, by_calendar
from services.dispatch.core.ticket import STATE
from services.dispatch.corpus import Example, TrainingDataError, fingerprint, read_examples
from services.dispatch.store import rulings
from services.dispatch.suggest import Model, ModelRefusedError, Suggester
from services.dispatch.work import decider

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rulebook import Policy
    from services.dispatch.training import Evaluation as Evaluation  # noqa: PLC0414 - offered as a type alone

__all__ = [
    "STATE",
    "Example",
    "Guess",
    "Like",
    "Model",
    "ModelRefusedError",
    "Precedent",
    "Rules",
    "Suggest",
    "Suggester",
    "TrainingDataError",
    "by_calendar",
    "decider",
    "evaluate",
    "evolve",
    "fingerprint",
    "read_examples",
    "rulings",
    "train",
]


def train(examples: Sequence[Example], seed: int = 1) -> Model:
    """Train the model that suggests categories. Raises TrainingDataError where there is too little to learn from."""
    from services.dispatch import training  # noqa: PLC0415 - sklearn is slow to import

    return training.train(examples, seed)


def evaluate(examples: Sequence[Example], seed: int = 1, policy: Policy | None = None) -> Evaluation:
    """Train on three quarters of the examples and ask about the rest; by a policy's keywords too where one is given."""
    from services.dispatch import training  # noqa: PLC0415 - sklearn is slow to import

    return training.evaluate(examples, seed, policy)
