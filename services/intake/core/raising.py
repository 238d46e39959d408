"""What an action raises, and by what its requester is known who may have raised it before."""

from __future__ import annotations

from collections.abc import Iterator

from schemas.inbound import AnyAction, RecordVisit, Register
from services.intake.core.repeats import Raised
from services.intake.core.state import DoorConfig
from services.intake.core.visits import known_as


def raised_by(config: DoorConfig, action: AnyAction) -> Iterator[tuple[Raised, str]]:
    """Each matter that an action raises, and the keyed hash of whoever raises it."""
    match action:
        case Register():
            whose = config.secrets.requester(action.requester_kind, action.contact)
            if whose is not None:
                yield Raised.in_report(action), whose
        case RecordVisit():
            household = config.secrets.household(action.household, action.address.text)
            for problem in action.problems:
                for whose in known_as(config.secrets, action, household):
                    yield Raised.at_door(problem, action.address), whose
        case _:
            pass
