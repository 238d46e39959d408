"""What a fact is an occasion for: whom it can be told to, knowing what is known of the ticket."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from rulebook import Policy
from rulebook.messages import MESSAGES
from services.notify.core.book import AddressBook
from services.notify.core.notice import Addressee, Wish
from services.notify.core.profile import Profile


@dataclass(frozen=True, slots=True)
class Occasion:
    """The moment by which a fact is judged, and what was and is known of its ticket."""

    at: datetime
    before: Profile
    profile: Profile
    book: AddressBook

    @property
    def policy(self) -> Policy:
        return self.book.policy

    def to(self, template: str, whom: Iterable[Addressee], **values: str) -> Iterator[Wish]:
        """Wish a template for everybody in `whom`."""
        return (Wish(template, addressee, values) for addressee in whom)

    def requester(self, template: str, **values: str) -> Iterator[Wish]:
        return self.to(template, self.book.requester(self.profile, MESSAGES[template].ways), **values)

    def visitor(self, template: str, **values: str) -> Iterator[Wish]:
        return self.to(template, self.book.visitor(self.profile), **values)

    def city(self, template: str, **values: str) -> Iterator[Wish]:
        return self.to(template, self.book.city(self.profile), **values)

    def lead(self, template: str, **values: str) -> Iterator[Wish]:
        return self.department(self.profile.lead, template, **values)

    def department(self, code: str | None, template: str, **values: str) -> Iterator[Wish]:
        named = {"department": self.book.name(code), **values}
        return self.to(template, self.book.departments(self.profile, code), **named)
