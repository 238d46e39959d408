"""Many tickets and incidents that hear of one another, as they would in their lanes."""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta
from typing import Any

from chassis.service import Heard, Record
from schemas import inbound as i
from schemas.envelope import Envelope
from schemas.message import Message
from schemas.registry import REQUESTS
from schemas.tickets import IncidentActionReceived
from schemas.values import Party, PartyKind, Person
from services.dispatch.core.decide import decide
from services.dispatch.core.evolve import evolve
from services.dispatch.core.incidents.state import Incident
from services.dispatch.core.rules import Rules
from services.dispatch.core.state import AnyState
from services.dispatch.core.telling import tell
from services.dispatch.core.ticket import Ticket
from services.dispatch.reactions import react
from tests.support.dispatch.story import AT, INCIDENT, LEAD, RECEIPT, as_read, received, registered, shipped

OFFICE = Party(kind=PartyKind.OFFICE)


def number(index: int) -> str:
    """The number of the so-manieth ticket."""
    return f"260914{index:08d}"


class Town:
    """States by their keys; what one tells another is heard at once, in the order in which it was told."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.at: datetime = AT
        self.states: dict[str, AnyState] = {}
        self.facts: list[tuple[str, Message]] = []
        self.told: list[tuple[str, Message]] = []
        self.widest = 0
        """How many messages one decision told at most."""

    def calls(self, count: int, **values: Any) -> list[str]:
        """So many people call."""
        first = len(self.states) + 1
        numbers = [number(first + index) for index in range(count)]
        for each in numbers:
            self.hear(registered(each, requester=f"h-{each}", **values))
        return numbers

    def says(self, action: i.IncidentAction, party: Party = OFFICE) -> list[Message]:
        """Somebody acts on the incident; what was decided because of it."""
        before = len(self.facts)
        self.hear(IncidentActionReceived(incident=INCIDENT, receipt=RECEIPT, party=party, action=action))
        return [fact for _, fact in self.facts[before:]]

    def office(self, action: type[i.OfficeAction], **values: Any) -> list[Message]:
        """A person of the office who may do it acts."""
        who = shipped().who_may(str(action.model_fields["do"].default), AT)[0]
        if issubclass(action, i.OfficeOnIncident):
            values["incident"] = INCIDENT
        return self.says(action(by=Person(id=who.id, name=who.name), **values))  # type: ignore[arg-type]

    def department(self, action: type[i.DepartmentOnIncident], code: str = LEAD, **values: Any) -> list[Message]:
        """A person of a department acts."""
        said: Any = action(incident=INCIDENT, by=Person(id="d-1", name="经办人"), **values)
        return self.says(said, Party(kind=PartyKind.DEPARTMENT, department=code))

    def on_ticket(self, action: Any, department: str = "") -> list[Message]:
        """Somebody acts on one ticket."""
        before = len(self.facts)
        self.hear(received(action, department))
        return [fact for _, fact in self.facts[before:]]

    def hear(self, message: Message) -> None:
        """Let a message be heard, and all that follows from it."""
        self.at += timedelta(minutes=1)
        waiting = deque([message])
        while waiting:
            for key, command in react(_heard(waiting.popleft(), self.at)):
                told = 0
                for fact in decide(self.states.get(key), command, self.at, self.rules):
                    self.states[key] = evolve(self.states.get(key), fact, self.at)
                    self.facts.append((key, fact))
                    for topic, _, said, _ in map(as_read, tell(self.states[key], fact, self.at, self.rules)):
                        self.told.append((topic, said))
                        told += 1
                        if topic == REQUESTS:
                            waiting.append(said)
                self.widest = max(self.widest, told)

    def ticket(self, key: str) -> Ticket:
        """One ticket as it is now."""
        found = self.states[key]
        assert isinstance(found, Ticket)
        return found

    @property
    def incident(self) -> Incident:
        """The incident as it is now."""
        found = self.states[INCIDENT]
        assert isinstance(found, Incident)
        return found

    def said(self, fact: type[Message], key: str | None = None) -> list[Any]:
        """Every fact of a kind, of one key or of all."""
        return [each for name, each in self.facts if isinstance(each, fact) and key in (None, name)]


def _heard(message: Message, at: datetime) -> Heard:
    envelope = Envelope("town", "liuhen/town", type(message).type_name, at, "")
    return Heard("0", Record("", 0, 0, None, None, (), at), envelope, message)
