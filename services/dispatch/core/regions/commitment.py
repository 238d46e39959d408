"""A commitment (承诺): a promised date that comes back for checking."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from schemas.values import DepartmentCode, Instant
from services.dispatch.core.base import Part


class Nothing(Part):
    """Nothing is promised, or it has been checked."""

    at: Literal["nothing"] = "nothing"


class Promised(Part):
    """The date is still to come."""

    at: Literal["promised"] = "promised"
    department: DepartmentCode
    until: Instant


class Due(Part):
    """The date has come: the centre checks."""

    at: Literal["due"] = "due"
    department: DepartmentCode


Commitment = Annotated[Nothing | Promised | Due, Field(discriminator="at")]
