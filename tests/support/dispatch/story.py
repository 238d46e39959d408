"""Given, when, then for the life of a ticket: a story is told as commands, and read off as facts and states."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from chassis.service import Tell
from rulebook import Policy, load_policy
from rulebook.codes import Passing
from rulebook.rules import Automation
from schemas import clocks as c
from schemas import inbound as i
from schemas.message import Message
from schemas.requests import TicketRequest
from schemas.tickets import ActionReceived, Registered
from schemas.values import (
    Channel,
    Clock,
    Contact,
    Contacted,
    Grade,
    Kind,
    OfficialDue,
    Party,
    PartyKind,
    Person,
    Place,
    RequesterKind,
    Solved,
    TicketState,
    Tier,
)
from services.dispatch.core.commands import Act, Ask, Begin, ClockEvent, Command, DueChange, Tick
from services.dispatch.core.decide import decide
from services.dispatch.core.evolve import evolve
from services.dispatch.core.rules import Rules, by_calendar
from services.dispatch.core.state import AnyState
from services.dispatch.core.telling import tell
from services.dispatch.core.ticket import Ticket
from worktime import Calendar

TICKET = "26091403000175"
OTHER = "26091403000183"
INCIDENT = "M0123456789AB"
RECEIPT = "R0123456789AB"
AT = datetime(2026, 9, 14, 2, 0, tzinfo=UTC)
LEAD, SUPPORTER, CATEGORY = "housing", "siping", "0101-02"
APPROVER = Person(id="p-fang", name="方立群")
FINAL = "reworks-changed-nothing"
"""A ground for a final answer."""
AGENT = Person(id="a-1", name="话务员")
C = TypeVar("C", bound=c.ClockFact)
Spoken = i.OnTicket | i.DepartmentAction | i.CallbackAction | i.FollowUp | i.ProvideInfo | i.Withdraw


@cache
def shipped() -> Policy:
    """The policy that the project ships."""
    return load_policy(Path("policy"))


def rules_with(**automation: Passing) -> Rules:
    """The shipped policy, passed by hand or by itself as named."""
    policy = shipped()
    changed = Automation.model_validate({**dict(policy.automation), **automation})
    return Rules(policy.model_copy(update={"automation": changed}), after=by_calendar(policy, Calendar.published()))


def registered(ticket: str = TICKET, **values: Any) -> Registered:
    """A call about property fees in Siping, unless said otherwise."""
    given: dict[str, Any] = {
        "ticket": ticket,
        "receipt": RECEIPT,
        "channel": Channel.HOTLINE,
        "kind": Kind.COMPLAIN,
        "requester_kind": RequesterKind.RESIDENT,
        "requester": "h-1",
        "contact": Contact(name="王阿姨", phone="13800000000"),
        "place": Place(text="四平路街道某小区", subdistrict="siping"),
        "text": "物业费涨价没有公示。",
        "category": CATEGORY,
        "occurred_at": AT,
    }
    return Registered(**given | values)


@dataclass(frozen=True)
class Story:
    """A ticket on its way; each step makes another story, and the facts of the last step are `facts`."""

    rules: Rules
    state: AnyState | None = None
    at: datetime = AT
    facts: tuple[Message, ...] = ()
    told: tuple[Tell, ...] = ()
    all_facts: tuple[Message, ...] = field(default=(), repr=False)

    def when(self, command: Command, *, later: timedelta = timedelta(minutes=10)) -> Story:
        """Let something happen, and keep what followed."""
        at = self.at + later
        facts = tuple(decide(self.state, command, at, self.rules))
        state, told = self.state, list[Tell]()
        for fact in facts:
            state = evolve(state, fact, at)
            told += map(as_read, tell(state, fact, at, self.rules))
        return replace(self, state=state, at=at, facts=facts, told=tuple(told), all_facts=(*self.all_facts, *facts))

    def act(self, action: Spoken, party: str = "", **how: Any) -> Story:
        """Let a party speak: `office` and the callback agency by what they say, departments by their code."""
        return self.when(Act(received(_by_agent(action), party)), **how)

    def stranger(self, action: i.FromRequester, **how: Any) -> Story:
        """Let somebody speak of whom nobody knows that they are the requester."""
        return self.when(Act(received(action, matched=False)), **how)

    def office(self, action: type[i.OnTicket], **values: Any) -> Story:
        """Let a person of the office who may do it act."""
        return self.act(action(ticket=self.ticket.id, by=person_for(action), **values))

    def approved(self, by: Person = APPROVER) -> Story:
        """Let an approver grant what somebody else asked for."""
        return self.act(i.Approve(ticket=self.ticket.id, by=by))

    def department(self, code: str, action: type[i.DepartmentAction], **values: Any) -> Story:
        """Let a department act."""
        return self.act(action(ticket=self.ticket.id, by=Person(id="d-1", name="经办人"), **values), code)

    def lead(self, action: type[i.DepartmentAction], **values: Any) -> Story:
        """Let the lead act."""
        assert self.ticket.order is not None
        return self.department(self.ticket.order.lead, action, **values)

    def callback(self, action: type[i.CallbackAction], **values: Any) -> Story:
        """Let the callback agency act."""
        return self.act(action(ticket=self.ticket.id, by=Person(id="k-1", name="回访员"), **values))

    def called(self, solved: Solved = Solved.SOLVED, result: Grade = Grade.SATISFIED) -> Story:
        """Let the requester answer the callback."""
        return self.callback(
            i.RecordCallback, contacted=Contacted.YES, solved=solved, attitude=Grade.SATISFIED, result=result
        )

    def clock(
        self, fact: type[DueChange | ClockEvent], clock: Clock, owner: str = f"department:{LEAD}", **values: Any
    ) -> Story:
        """Let a clock speak."""
        return self.when(Tick(clock_says(fact, clock, owner, **values)))

    def asked(self, request: TicketRequest) -> Story:
        """Let another ticket ask."""
        return self.when(Ask(request))

    @property
    def ticket(self) -> Ticket:
        """The ticket as it is now."""
        assert isinstance(self.state, Ticket)
        return self.state

    def then(self, *facts: type[Message], state: TicketState | None = None) -> Story:
        """Hold the last step to its facts and the state that they led to."""
        assert [type(fact) for fact in self.facts] == list(facts)
        assert state is None or self.ticket.state is state
        return self

    def refused(self, code: str) -> Story:
        """Hold the last step to a refusal that changed nothing and says why in Chinese."""
        (fact,) = self.facts
        assert type(fact).__name__ == "ActionRefused"
        assert getattr(fact, "code", None) == code, fact
        assert any("一" <= letter <= "鿿" for letter in getattr(fact, "reason", ""))
        return self

    def said(self, fact: type[Message]) -> Any:
        """The last fact of a kind in the whole story."""
        return next(each for each in reversed(self.all_facts) if isinstance(each, fact))


def _by_agent(action: Spoken) -> Spoken:
    """Calls are taken by somebody."""
    if isinstance(action, i.Withdraw | i.ProvideInfo) and action.agent is None:
        return action.model_copy(update={"agent": AGENT})
    return action


def person_for(action: type[i.OnTicket]) -> Person:
    """A person of the shipped policy who may do this."""
    who = shipped().who_may(str(action.model_fields["do"].default), AT)[0]
    return Person(id=who.id, name=who.name)


def received(action: Any, department: str = "", *, matched: bool | None = True) -> ActionReceived:
    """An action as intake passes it on; requesters speak for themselves, unless a contact of another one came along."""
    kind = PartyKind.HOTLINE if PartyKind.HOTLINE in action.spoken_by else max(action.spoken_by)
    party = Party(kind=PartyKind.DEPARTMENT, department=department) if department else Party(kind=kind)
    matched = matched if isinstance(action, i.FromRequester) else None
    return ActionReceived(ticket=action.ticket, receipt=RECEIPT, party=party, action=action, matched=matched)


def as_read(told: Tell) -> Tell:
    """What is told as its reader has it: without what its veil hides."""
    if told.veil is None:
        return told
    message = told.message
    return Tell(
        told.topic,
        told.key,
        type(message).model_validate(told.veil(message.model_dump(mode="json", exclude_none=True))),
    )


def clock_says(fact: type[C], clock: Clock, owner: str, **values: Any) -> C:
    """A clock's word, with what its kind needs."""
    due = OfficialDue(at=AT + timedelta(days=5))
    usual: dict[str, Any] = {
        "ticket": TICKET,
        "clock_id": clock.value,
        "clock": clock,
        "owner": owner,
        "started_at": AT,
        "tier": Tier.COMPLEX,
        "due": due,
        "was": due,
        "because": "tier",
        "explanation": {},
        "days": 3,
        "ground": "suspended",
        "since": AT,
        "at": AT,
        "late": False,
        "reason": "over",
    }
    names = fact.model_fields
    return fact(**{name: value for name, value in (usual | values).items() if name in names})


BY_HAND = {"review": Passing.QUEUE, "unit_pass_on": Passing.QUEUE, "survey_office": Passing.QUEUE}


def opened(rules: Rules | None = None, **values: Any) -> Story:
    """Given a ticket that was registered."""
    return Story(rules or rules_with(**BY_HAND)).when(Begin(registered(**values)))
