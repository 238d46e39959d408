"""A ticket whose clocks are told facts at moments, and time passes between them as it does under the lane lock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from rulebook.deriving import ClockRules
from schemas import dispatch as d
from schemas.clocks import ClockFact
from schemas.values import Actor, Contact, Person, Place, Tier
from services.sla.core.commands import Command
from services.sla.core.decide import decide, fire
from services.sla.core.evolve import evolve
from services.sla.core.state import Clocks, Open, timer
from services.sla.reactions import commands
from worktime import SHANGHAI

TICKET = "26091403000175"
RULE = Actor(by_rule="policy")
APPROVER = Actor(person=Person(id="p-fang", name="方立群"))
COMMON: dict[type[d.DispatchFact], dict[str, Any]] = {
    d.Opened: {
        "receipt": "R0123456789AB",
        "channel": "wechat",
        "kind": "help",
        "requester_kind": "resident",
        "contact": Contact(),
        "place": Place(text="国和路"),
        "text": "楼道积水",
        "tier": Tier.COMPLEX,
    },
    d.Dispatched: {"order": 1, "lead": "housing", "tier": Tier.COMPLEX, "reason": "catalogue"},
    d.ReturnRequested: {"department": "housing", "ground": "not-our-duty", "reason": "非我局职责", "dispute": 1},
    d.Handled: {"department": "housing", "reply": "已疏通", "round": 0},
    d.ExtensionRequested: {
        "department": "housing", "days": 3, "ground": "needs-works", "reason": "需施工", "count": 1
    },
    d.SuspensionRequested: {"department": "housing", "ground": "litigation", "reason": "诉讼中"},
    d.Suspended: {"department": "housing", "ground": "litigation", "reason": "诉讼中"},
    d.Closed: {"outcome": "handled", "ruling": "solved"},
}  # fmt: skip


def moment(text: str) -> datetime:
    """An instant of Shanghai: `2026-02-12 10:00`."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


class Ticket:
    """The clocks of one ticket."""

    def __init__(self, rules: ClockRules) -> None:
        self.rules = rules
        self.state: Clocks | None = None
        self.said: list[ClockFact] = []

    def hear(self, when: str | datetime, fact: type[d.DispatchFact], **fields: Any) -> list[ClockFact]:
        """Time passes until a fact, and the fact is heard; returns what was said because of both."""
        at = moment(when) if isinstance(when, str) else when
        before = self.wait(at - timedelta(microseconds=1))
        return before + self.late(at, fact, **fields)

    def late(self, when: str | datetime, fact: type[d.DispatchFact], **fields: Any) -> list[ClockFact]:
        """A fact is heard whose moment may have passed long ago."""
        at = moment(when) if isinstance(when, str) else when
        given = {"ticket": TICKET, "by": RULE, **COMMON.get(fact, {}), **fields}
        found = commands(fact.model_validate(given), self.rules.policy, at)
        return [said for command in (found[1] if found else ()) for said in self.ask(at, command)]

    def ask(self, at: datetime, command: Command) -> list[ClockFact]:
        """One command is decided."""
        return self._note(decide(self.rules, self.state, command, TICKET, at), at)

    def wait(self, until: str | datetime) -> list[ClockFact]:
        """Time passes, and timers fire when they are due."""
        end = moment(until) if isinstance(until, str) else until
        said: list[ClockFact] = []
        while self.state is not None and (wanted := timer(self.state)) and wanted.due <= end:
            fired = self._note(fire(self.state, wanted.due), wanted.due)
            assert fired, f"the timer {wanted.name} of {wanted.due} fired for nothing"
            said += fired
        return said

    def open(self) -> dict[str, Open]:
        """The open clocks by id."""
        return {} if self.state is None else {clock.id: clock for clock in self.state.open()}

    def due(self, clock: str) -> str:
        """When an open clock is due, as in `2026-02-26 17:30`."""
        due = self.open()[clock].due
        return f"{getattr(due, 'at', due):%Y-%m-%d %H:%M}"

    def _note(self, facts: Sequence[ClockFact], at: datetime) -> list[ClockFact]:
        for fact in facts:
            again = type(fact).model_validate_json(fact.to_json())
            self.state = evolve(self.state, again, at)
        if self.state is not None:
            self.state = Clocks.model_validate_json(self.state.model_dump_json())
        self.said += facts
        return list(facts)
