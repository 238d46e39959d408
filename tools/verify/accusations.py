"""The promise to whoever reports somebody: whom a ticket accuses never hears of it, by whatever way it came there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from schemas import dispatch as d
from tools.verify.life import Elsewhere, Life, NewestOrder
from vocabulary import Chinese

_EARLIEST: Final = datetime.min.replace(tzinfo=UTC)


def accused_never_told(life: Life, elsewhere: Elsewhere) -> Iterator[Chinese]:
    """Whom a ticket accuses gets no order and no notice of it, from the moment at which the accusation is known."""
    for department, since in accused_of(life).items():
        order = elsewhere.orders.get(department)
        if order is not None and order.at > since and (since == _EARLIEST or order.role != "none"):
            yield Chinese(f"举报的是 {department}，却派单到了那里")
        if department in life.noticed and since == _EARLIEST:
            yield Chinese(f"举报的是 {department}，却通知了那里")


def accused_of(life: Life) -> Mapping[str, datetime]:
    """Whom a ticket accuses since when, merged ones and other members of its incident included."""
    found: dict[str, datetime] = {}
    for at, fact, _ in life.steps:
        match fact:
            case d.Opened():
                found |= dict.fromkeys(fact.accused, _EARLIEST)
            case d.MergeTaken():
                found = {**dict.fromkeys(fact.accused, at), **found}
            case d.IncidentJoined():
                found = {**dict.fromkeys(fact.avoids, at), **found}
            case _:
                pass
    return found


def listens_to(life: Life) -> Mapping[str, datetime]:
    """Whose words come to a ticket, and since when: those that it took in, and the one that it is a part of."""
    found: dict[str, datetime] = {}
    for at, fact, _ in life.steps:
        match fact:
            case d.Opened(part_of=str() as whole):
                found[whole] = at
            case d.MergeTaken():
                found.setdefault(fact.other, at)
            case _:
                pass
    return found


@dataclass
class Accusations:
    """Who accuses whom and who listens to whom, of all tickets: an accusation must not travel to whom it is about."""

    accused: dict[str, Mapping[str, datetime]] = field(default_factory=dict)
    listens: dict[str, Mapping[str, datetime]] = field(default_factory=dict)
    orders: dict[str, Mapping[str, NewestOrder]] = field(default_factory=dict)

    def note(self, life: Life, elsewhere: Elsewhere) -> None:
        """Remember what matters of one ticket; nearly all accuse nobody and listen to nobody."""
        if accused := accused_of(life):
            self.accused[life.ticket] = accused
        if listens := listens_to(life):
            self.listens[life.ticket] = listens
            self.orders[life.ticket] = elsewhere.orders

    def leaks(self) -> Iterator[tuple[str, Chinese]]:
        """Each ticket that an accusation reached through others, and whom it went to there."""
        for ticket in self.listens:
            own = self.accused.get(ticket, {})
            for (department, other), since in self._heard(ticket).items():
                order = self.orders[ticket].get(department)
                if department not in own and order is not None and order.at > since:
                    yield ticket, Chinese(f"并入或者分自 {other}，后者举报的是 {department}，却派单到了那里")

    def _heard(self, ticket: str) -> Mapping[tuple[str, str], datetime]:
        found: dict[tuple[str, str], datetime] = {}
        reached: dict[str, datetime] = {ticket: _EARLIEST}
        waiting = [ticket]
        while waiting:
            here = waiting.pop()
            for other, at in self.listens.get(here, {}).items():
                since = max(at, reached[here])
                if other in reached and reached[other] <= since:
                    continue
                reached[other] = since
                waiting.append(other)
                found |= {(who, other): max(since, known) for who, known in self.accused.get(other, {}).items()}
        return found
