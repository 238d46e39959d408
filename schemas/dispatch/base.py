"""What every fact of a ticket's life says."""

from __future__ import annotations

from typing import Any, ClassVar

from schemas.message import Message
from schemas.naming import snake_case
from schemas.values import (
    Actor,
    TicketId,
)


class DispatchFact(Message, owner="dispatch"):
    """A fact of a ticket's life; departments hear of it under `word`: the class's name, or what the class says."""

    word: ClassVar[str] = ""

    ticket: TicketId
    by: Actor

    @classmethod
    def __pydantic_init_subclass__(cls, *, owner: str | None = None, **kwargs: Any) -> None:
        """Give the class its word."""
        super().__pydantic_init_subclass__(owner=owner, **kwargs)
        if "word" not in cls.__dict__:
            cls.word = snake_case(cls.__name__)

    def happened(self) -> str:
        """The word under which others hear of this fact."""
        return self.word
