"""What a service is known to have said beyond what its database remembers, while it is taken back from the topics."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from chassis.service import Cause, Instant, Say
from chassis.store import Event
from schemas.envelope import Envelope

Place = tuple[str, str, int]
"""A lane, and the partition of a topic on which it speaks."""
_Word = tuple[str, str, str, str]
"""Topic, key, cause and type: what a message is found by that follows from the same cause again."""


class Recorded(NamedTuple):
    """A message as it stands on a topic of the service's own, and when the broker had it."""

    lane: str
    topic: str
    partition: int
    envelope: Envelope
    body: str
    at: Instant

    @property
    def place(self) -> Place:
        """Where its number counts."""
        return self.lane, self.topic, self.partition

    @property
    def cause(self) -> Cause:
        """What made it happen."""
        envelope = self.envelope
        return Cause(envelope.causation, envelope.correlation, envelope.time, envelope.traceparent)


class Mark(NamedTuple):
    """How far a tail was found when something was tried."""

    taken: int
    fresh: int
    last: dict[str, int]


@dataclass(slots=True)
class PublishedTail:
    """The tail of a service's own topics: what follows from a cause again is not said again, but known by it."""

    own: str | None = None
    """The topic of the service's own facts, where it remembers by folding them."""
    waiting: dict[_Word, deque[Recorded]] = field(default_factory=dict)
    left: Counter[Place] = field(default_factory=Counter)
    """How many messages of a place are still to be found: what is not among them was not said before these."""
    ids: set[str] = field(default_factory=set)
    facts: dict[str, list[Recorded]] = field(default_factory=dict)
    """By cause."""
    about: dict[str, list[Recorded]] = field(default_factory=dict)
    """By what they are about."""
    torn: set[str] = field(default_factory=set)
    """The last cause of each lane: what follows from it may have been published in part."""
    said: Counter[str] = field(default_factory=Counter)
    fresh: list[Event] = field(default_factory=list)
    """What follows and was never published; it has its number on its topic, and none in its lane yet."""
    last: dict[str, int] = field(default_factory=dict)
    """The last number of what each lane is known to have published for the services."""
    outlets: set[tuple[str, str]] = field(default_factory=set)
    _taken: list[tuple[_Word, Recorded]] = field(default_factory=list)

    @classmethod
    def of(cls, tail: Iterable[Recorded], own: str | None) -> PublishedTail:
        """Sort a tail, which is in order."""
        published, last = cls(own), dict[str, str]()
        for each in tail:
            envelope = each.envelope
            word = each.topic, envelope.subject, envelope.causation, envelope.type
            published.waiting.setdefault(word, deque()).append(each)
            published.left[each.place] += 1
            published.ids.add(envelope.id)
            if own is None or each.topic == own:
                published.facts.setdefault(envelope.causation, []).append(each)
                published.about.setdefault(envelope.subject, []).append(each)
                last[each.lane] = envelope.causation
        published.torn = set(last.values())
        return published

    def take(self, say: Say) -> Recorded | None:
        """What was said of this already, if anything was; it is found once."""
        word = say.topic, say.key, say.cause.id, say.message.type_name
        waiting = self.waiting.get(word)
        if not waiting:
            return None
        found = waiting.popleft()
        self._taken.append((word, found))
        self.left[found.place] -= 1
        return found

    def mark(self) -> Mark:
        """Where things stand, to come back to."""
        return Mark(len(self._taken), len(self.fresh), dict(self.last))

    def undo(self, mark: Mark) -> None:
        """As it was at a mark."""
        while len(self._taken) > mark.taken:
            word, each = self._taken.pop()
            self.waiting[word].appendleft(each)
            self.left[each.place] += 1
        del self.fresh[mark.fresh :]
        self.last = dict(mark.last)

    def note(self, event: Event) -> None:
        """An event is known to be published, under its number in its lane."""
        if event.outward:
            self.outlets.add((event.lane, event.topic))
        else:
            self.last[event.lane] = max(event.number, self.last.get(event.lane, 0))

    def rest(self) -> Iterator[Recorded]:
        """What was said and did not follow again."""
        for waiting in self.waiting.values():
            yield from waiting

    def words(self, cause: str) -> list[tuple[str, str, str, str]]:
        """What was said for a cause, in order: topic, key, type and body of each."""
        return [
            (each.topic, each.envelope.subject, each.envelope.type, each.body) for each in self.facts.get(cause, ())
        ]

    def knows(self, cause: str, key: str) -> bool:
        """Whether something was said of a key for this cause."""
        return any(each.envelope.subject == key for each in self.facts.get(cause, ()))
