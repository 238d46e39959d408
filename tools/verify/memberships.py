"""The promise about incidents: an incident and its members agree on who belongs to it."""

from __future__ import annotations

from collections.abc import Iterator

from services.dispatch.for_tools import Incident, Member, Ticket
from vocabulary import NOTHING, Chinese


class Memberships:
    """Who says of which ticket that it belongs to which incident."""

    def __init__(self) -> None:
        """Nothing was read yet."""
        self._by_incident: dict[str, str] = {}
        self._by_ticket: dict[str, str] = {}

    def note(self, key: str, state: object) -> None:
        """Remember what a ticket, or an incident, says."""
        match state:
            case Incident():
                self._by_incident |= dict.fromkeys(state.members, key)
            case Ticket(incident=Member(incident=incident)):
                self._by_ticket[key] = incident
            case _:
                pass

    @property
    def looked_at(self) -> int:
        """How many tickets belong to an incident, by either side's word."""
        return len(self._by_incident.keys() | self._by_ticket.keys())

    def differing(self) -> Iterator[tuple[str, Chinese]]:
        """Yield each ticket of which the two sides say something else."""
        for ticket in sorted(self._by_incident.keys() | self._by_ticket.keys()):
            one, other = self._by_incident.get(ticket), self._by_ticket.get(ticket)
            if one != other:
                yield ticket, Chinese(f"工单说属于 {other or NOTHING}，同诉说属于 {one or NOTHING}")
