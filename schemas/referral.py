"""What is written down of a referral (转介): a matter that is for 110, 119, 120, another district or the city."""

from __future__ import annotations

from typing import Annotated

from pydantic import StringConstraints

from schemas.values import Instant, Kept, Name, Text, Value


class Referral(Value):
    """How a matter was handed over: their number, with whom it was spoken of, when, what was said, who has the contact.

    Each can be written down later, once; where the other side gave no number, `reference` says so.
    """

    reference: (
        Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60), Kept.AS_SEEN] | None
    ) = None
    spoken_to: Name | None = None
    spoken_at: Instant | None = None
    said: Text | None = None
    contact_given: bool | None = None

    @property
    def number(self) -> str | None:
        """Their number, where they gave one: what the requester can ask them about."""
        given = self.reference or ""
        return given if any(each.isdigit() for each in given) else None

    @property
    def missing(self) -> tuple[str, ...]:
        """What is not written down yet."""
        return tuple(name for name in type(self).model_fields if getattr(self, name) is None)

    def with_more(self, more: Referral) -> Referral:
        """The same with what is written down now; what stands stays."""
        return Referral.model_validate({**more.model_dump(exclude_none=True), **self.model_dump(exclude_none=True)})
