"""First contact (先行联系): owed by the lead from its order on, made, or exempt for the anonymous."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from services.dispatch.core.base import Part


class NotDue(Part):
    """Nobody leads."""

    at: Literal["not_due"] = "not_due"


class Owed(Part):
    """The lead owes it; attempts in vain are counted."""

    at: Literal["owed"] = "owed"
    tries: int = 0


class Made(Part):
    """The lead reached the requester."""

    at: Literal["made"] = "made"


class Exempt(Part):
    """An anonymous requester cannot be contacted."""

    at: Literal["exempt"] = "exempt"


FirstContact = Annotated[NotDue | Owed | Made | Exempt, Field(discriminator="at")]
