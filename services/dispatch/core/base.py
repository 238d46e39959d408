"""The one base of everything that a ticket's state is made of."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Part(BaseModel):
    """A frozen part of a ticket; changed only by making another one."""

    model_config = ConfigDict(frozen=True)
