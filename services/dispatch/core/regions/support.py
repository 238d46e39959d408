"""One task for each supporting department (协办)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from schemas.values import DepartmentCode
from services.dispatch.core.base import Part


class Doing(Part):
    """The supporting department works; a blocking task holds up the lead's `handled`."""

    at: Literal["doing"] = "doing"
    blocking: bool


class Done(Part):
    """The supporting department reported its task done; the centre may have to review that before the lead reports."""

    at: Literal["done"] = "done"
    blocking: bool
    awaits_review: bool = False


Task = Annotated[Doing | Done, Field(discriminator="at")]
Tasks = dict[DepartmentCode, Task]


def undone(tasks: Mapping[str, Doing | Done]) -> tuple[str, ...]:
    """The departments that still work on a task."""
    return tuple(code for code, task in tasks.items() if isinstance(task, Doing))


def blocking(tasks: Mapping[str, Doing | Done]) -> tuple[str, ...]:
    """The departments for whom the lead has to wait."""
    return tuple(code for code, task in tasks.items() if isinstance(task, Doing) and task.blocking)


def in_review(tasks: Mapping[str, Doing | Done]) -> str | None:
    """The first department whose finished task the centre has to review."""
    return next((code for code, task in tasks.items() if isinstance(task, Done) and task.awaits_review), None)


def reviewed(tasks: Mapping[str, Doing | Done]) -> Tasks:
    """The tasks once the centre reviews the whole: none waits for a review of its own."""
    return {
        code: task.model_copy(update={"awaits_review": False}) if isinstance(task, Done) else task
        for code, task in tasks.items()
    }
