"""Attachments: files that were uploaded at a door, and that messages name by id and hash; no message holds one."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import BaseModel, Field, StringConstraints

from schemas.values import DepartmentCode, Value

MOST: Final = 9
"""Attachments that one message may name; the policy can allow fewer."""

AttachmentId = Annotated[str, StringConstraints(pattern=r"^A[0-9A-HJKMNP-TV-Z]{20}$")]
"""A hundred bits of chance, as the upload answered it."""
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Media = Literal[
    "application/pdf",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "image/heic",
    "image/jpeg",
    "image/png",
    "image/webp",
    "video/mp4",
]
"""What is taken: a closed list, told from the content and not from the name."""


class NamedAttachment(Value):
    """One attachment as whoever uploaded it names it: its id, and the SHA-256 of its content."""

    id: AttachmentId
    sha256: Sha256


class Attached(Value):
    """One attachment as the door knows it; `size` in bytes. Its name and its content stand apart from every message."""

    id: AttachmentId
    sha256: Sha256
    size: Annotated[int, Field(ge=1)]
    media: Media


class ShownAttachment(Attached):
    """One attachment of a ticket: of the department that uploaded it, or where none is named of the requester.

    A `sealed` one is the confidential requester's: it is shown to whoever is shown the contact.
    """

    department: DepartmentCode | None = None
    sealed: Literal[True] | None = None


class Names(Value):
    """What an action may name that was uploaded before, at the door of whoever acts."""

    attachments: Annotated[tuple[NamedAttachment, ...], Field(max_length=MOST)] | None = None


class Carries(Value):
    """What a fact has of attachments that its author named."""

    attachments: tuple[Attached, ...] | None = None


def named_by(model: BaseModel) -> tuple[NamedAttachment, ...]:
    """Return what an action, or a part of one, names of attachments."""
    return (model.attachments or ()) if isinstance(model, Names) else ()


def carried_by(model: BaseModel) -> tuple[Attached, ...] | None:
    """Return what a message has of attachments."""
    return model.attachments if isinstance(model, Carries) else None
