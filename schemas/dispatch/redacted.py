"""What should never have been written is covered wherever it stood (涂去)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from schemas.attachments import AttachmentId
from schemas.dispatch.base import DispatchFact
from schemas.message import Message
from schemas.redaction import Passage
from schemas.values import Code, IncidentId, Text, TicketId


class Redacted(DispatchFact):
    """A passage of what was said is covered: in which text, from which character, how many; and a keyed hash of it.

    Whoever has the key finds it in all that was kept of the ticket; nobody can read it out of the hash. `where` is
    absent where the passage stood in another ticket (`origin`) and in no text of this one that has a name.
    """

    where: Code | None = None
    start: int | None = None
    length: Annotated[int, Field(ge=2)]
    seal: str
    origin: TicketId | None = None
    reason: Text

    @property
    def passage(self) -> Passage:
        """What is covered, as it can be found again."""
        return Passage(self.seal, self.length)


class AttachmentRemoved(DispatchFact):
    """What should never have been uploaded is to go, content and name, as it went in `origin` where one is named.

    `incident` is the one with which it was uploaded, for all of its members.
    """

    attachment: AttachmentId
    origin: TicketId | None = None
    reason: Text
    incident: IncidentId | None = None


def redacted_by(message: Message) -> Passage | None:
    """What a message says to be redacted; None for nearly all."""
    return message.passage if isinstance(message, Redacted) else None
