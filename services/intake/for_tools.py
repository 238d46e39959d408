"""What tools may use of intake: receipts of submissions, what the door says of a wrong field, its HTTP door described.

It is pure. Everything else of this service may change without asking them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from pydantic import ValidationError

from doors.refusals import of_validation
from schemas.nearest import Coded
from schemas.values import Party
from services.intake.core.numbers import incident_of
from services.intake.core.reading import Headers, Reading, read

__all__ = ["described", "incident_of", "reason_of", "submission_of"]


def submission_of(party: Party, headers: Headers, value: bytes | None) -> tuple[str, str, str] | None:
    """Tell who is answered to a record, by party, source and id; None where it becomes a dead letter."""
    found = read(party, headers, value, b"")
    return (str(party), found.source, found.id) if isinstance(found, Reading) else None


def reason_of(error: ValidationError, choices: Callable[[str], Iterable[Coded]]) -> str:
    """Say in Chinese what is wrong with an action, as the door would, with what a field may say that is most like it.

    `choices` tells that for the name of a field.
    """
    return of_validation(error, choices=choices).reason


def described() -> Mapping[str, object]:
    """Describe the HTTP door in OpenAPI."""
    from services.intake.edges.http import described as of_door  # noqa: PLC0415 - programs that ask nothing start sooner

    return of_door()
