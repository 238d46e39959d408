"""What tools may use of intake: its core as one door, receipts, what it says of a wrong field, its HTTP door described.

It is pure. Everything else of this service may change without asking them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from pydantic import ValidationError

from doors.refusals import of_validation
from rulebook import Policy
from schemas.message import Message
from schemas.nearest import Coded
from schemas.values import Contact, Party
from services.intake.core.decide import Moment, decide
from services.intake.core.numbers import Numbering, Numbers, day_of, incident_of
from services.intake.core.reading import Headers, Reading, read
from services.intake.core.state import Answer, DoorState, KnownAttachment, KnownTicket, Secrets
from services.intake.reactions import SubmissionId, concerns, react, refuses, whole_of
from services.intake.work import door_of, newsroom_of

__all__ = [
    "Answer",
    "Door",
    "KnownAttachment",
    "day_of",
    "described",
    "incident_of",
    "known_by",
    "reason_of",
    "submission_of",
]


class Door:
    """The core of the door, which remembers in memory what the service keeps in tables; nothing is ever forgotten."""

    def __init__(self, policy: Policy, key: bytes) -> None:
        """`key` is that of hashes, receipts and numbers."""
        self._state = DoorState(door_of(policy, key))
        self._newsroom = newsroom_of(policy)
        self._numbers = Numbers(Numbering(0, key), {}, self._state.config.zone)
        self._answered: dict[str, SubmissionId] = {}

    def take(self, party: Party, headers: Headers, value: bytes, received: datetime) -> tuple[str, Sequence[Answer]]:
        """Decide on what a party submits; returns its receipt and what is said. ValueError for what nobody can read."""
        reading = read(party, headers, value, self._state.config.secrets.key)
        if not isinstance(reading, Reading):
            raise ValueError(reading.detail)  # noqa: TRY004 - it is what was written that is wrong
        decision = decide(self._state, reading, Moment(received, received), self._numbers)
        self._state.note((str(party), reading.source, reading.id), decision)
        self._answered[reading.receipt] = SubmissionId(reading.source, reading.id)
        return reading.receipt, decision.says

    def knows(self, attachment: KnownAttachment) -> None:
        """Remember what a party uploaded."""
        self._state.attachments[attachment.id] = attachment

    def hear(self, message: Message, at: datetime) -> Sequence[Answer]:
        """Hear a fact of dispatch, and say what channels and authors read of it."""
        ticket = concerns(message, self._newsroom)
        if ticket is None:
            return ()
        known = self._state.tickets.get(ticket) or self._state.tickets.get(whole_of(message) or "")
        answered = self._answered.get(refuses(message) or "")
        reaction = react(message, at, known, self._newsroom, answered)
        if reaction.ticket is not None:
            self._remember(reaction.ticket)
        return reaction.says

    def _remember(self, ticket: KnownTicket) -> None:
        state, whose = self._state, ticket.requester
        state.tickets[ticket.id] = ticket
        if whose is not None:
            for held, wanted in ((state.open_by_requester, ticket.open), (state.ended_by_requester, not ticket.open)):
                others = [each for each in held.get(whose, ()) if each.id != ticket.id]
                held[whose] = [*others, ticket] if wanted else others


def submission_of(party: Party, headers: Headers, value: bytes | None) -> tuple[str, str, str] | None:
    """Tell who is answered to a record, by party, source and id; None where it becomes a dead letter."""
    found = read(party, headers, value, b"")
    return (str(party), found.source, found.id) if isinstance(found, Reading) else None


def reason_of(error: ValidationError, choices: Callable[[str], Iterable[Coded]]) -> str:
    """Say in Chinese what is wrong with an action, as the door would, with what a field may say that is most like it.

    `choices` tells that for the name of a field.
    """
    return of_validation(error, choices=choices).reason


def known_by(contact: Contact, key: bytes) -> tuple[str, ...]:
    """The keyed hashes by which the requester of a contact is known; none for what is no number and no account."""
    return Secrets(key).identities(contact)


def described() -> Mapping[str, object]:
    """Describe the HTTP door in OpenAPI."""
    from services.intake.edges.http import described as of_door  # noqa: PLC0415 - programs that ask nothing start sooner

    return of_door()
