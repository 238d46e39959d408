"""One task for each supporting department (协办)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from schemas.values import (
    DepartmentCode,
)


@dataclass(frozen=True, kw_only=True)
class Doing:
    """The supporting department works; a blocking task holds up the lead's `handled`."""

    at: Literal["doing"] = "doing"
    blocking: bool


@dataclass(frozen=True, kw_only=True)
class Done:
    """The supporting department reported its task done; the centre may have to review that before the lead reports."""

    at: Literal["done"] = "done"
    blocking: bool
    awaits_review: bool = False


SupportTask = Annotated[Doing | Done, Field(discriminator="at")]


Tasks = dict[DepartmentCode, SupportTask]
