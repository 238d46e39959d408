"""What a correction (更正) replaces and by what: of everything that is named here, only what is corrected is given."""

from __future__ import annotations

from schemas.values import CategoryCode, Contact, Contacted, Grade, Place, Solved, Text, Value


class CallbackAnswers(Value):
    """The four answers of a callback; `round` 0 is the first."""

    round: int
    contacted: Contacted
    solved: Solved
    attitude: Grade
    result: Grade


class Correction(Value):
    """What stood, or what stands instead; a place or category that was missing is absent from what stood.

    `requester` and `account` are the keyed hashes of what the contact is compared by, where these become others.
    """

    text: Text | None = None
    contact: Contact | None = None
    requester: str | None = None
    account: str | None = None
    confidential: bool | None = None
    place: Place | None = None
    category: CategoryCode | None = None
    reply: Text | None = None
    answers: CallbackAnswers | None = None
