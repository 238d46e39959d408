"""What every fact of a ticket's life says."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from schemas.attachments import Attached
from schemas.message import Message
from schemas.naming import snake_case
from schemas.values import (
    Actor,
    Clock,
    Due,
    Instant,
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


class Carrying(DispatchFact, owner="dispatch"):
    """What can come with attachments: those that its author named."""

    attachments: tuple[Attached, ...] | None = None


class Dated(DispatchFact, owner="dispatch"):
    """What a requester is told a date with: until when, by the clock `dates`, as this fact leaves it.

    None where the date is over, or nobody can tell it.
    """

    dates: ClassVar[Clock] = Clock.CITIZEN

    deadline: Due | None = None


class Pressing(DispatchFact, owner="dispatch"):
    """What somebody is pressed by, and has so long to answer.

    `known_at` is the moment from which anybody could know of it, where it was decided long after the one by which it is
    judged: after an outage.
    """

    known_at: Instant | None = None

    def since(self, at: datetime) -> datetime:
        """Tell from when on it waits for an answer, said at `at`."""
        return self.known_at or at
