"""Repeated, late, reordered and illegal commands to three tickets that also ask one another."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import hypothesis.strategies as st
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from rulebook.codes import Passing
from schemas import dispatch as d
from schemas import inbound as i
from schemas.message import Message
from schemas.public import CallbackRequest, DeskTask, Order, ShownContact
from schemas.registry import REQUESTS, department_topic
from schemas.requests import CategoryRequest, IncidentRequest, TicketRequest
from schemas.values import ENDED, Contact, Kind, RequesterKind
from services.dispatch.core.commands import Act, Ask, Begin, Command, OfIncident, Tick
from services.dispatch.core.decide import decide
from services.dispatch.core.episodes.first_contact import exempt_without_reason
from services.dispatch.core.evolve import evolve
from services.dispatch.core.holder import held_by, participants
from services.dispatch.core.incidents.state import Incident
from services.dispatch.core.rules import Rules
from services.dispatch.core.seen import seen
from services.dispatch.core.standing import CallbackPending, Merged
from services.dispatch.core.state import STATE, AnyState
from services.dispatch.core.table import LEGAL
from services.dispatch.core.telling import tell
from services.dispatch.core.ticket import Ticket
from tests.support.dispatch.examples import EXAMPLES
from tests.support.dispatch.story import (
    AT,
    BY_HAND,
    INCIDENT,
    SUPPORTER,
    TICKET,
    Story,
    as_read,
    person_for,
    received,
    registered,
    rules_with,
)

NUMBERS = (TICKET, "26091403000183", "26091403000191")
KINDS = sorted(EXAMPLES)
ACCUSED = (SUPPORTER, "market")


def _about(command: Command, ticket: str, other: str) -> Begin | Act | Tick | Ask:
    """The example, about one ticket and another."""
    fact: Any = command.fact
    changes: dict[str, Any] = {"ticket": ticket}
    if isinstance(command, Act):
        action = fact.action.model_copy(update={"ticket": ticket} | _named(fact.action, other))
        changes["action"] = action
    if isinstance(command, Ask) and fact.origin != INCIDENT:
        changes["origin"] = other
    moved = fact.model_copy(update=changes)
    match command:
        case Act():
            return Act(moved)
        case Tick():
            return Tick(moved)
        case Ask():
            return Ask(moved)
        case Begin():
            return command
        case _:
            raise TypeError(command)


def _named(action: Any, other: str) -> dict[str, str]:
    return {"into": other} if hasattr(action, "into") else {}


class Lives(RuleBasedStateMachine):
    """Three tickets under one policy, what others heard of them, and requests on their way."""

    def __init__(self) -> None:
        super().__init__()
        self.under: Rules = rules_with(**BY_HAND)
        self.states: dict[str, AnyState | None] = dict.fromkeys(NUMBERS)
        self.facts: dict[str, list[tuple[Message, Any]]] = {number: [] for number in NUMBERS}
        self.roles: dict[tuple[str, str], str] = {}
        self.desk: dict[tuple[str, str], bool] = {}
        self.calls: dict[str, str] = {}
        self.on_the_way: list[TicketRequest | IncidentRequest] = []
        self.now = AT
        self.last: list[Begin | Act | Tick | Ask] = []
        self.incident: AnyState = Incident(incident=INCIDENT, title="停电", lead="housing")

    @initialize(by_hand=st.booleans(), accused=st.booleans(), anonymous=st.booleans(), number=st.booleans())
    def begin(self, by_hand: bool, accused: bool, anonymous: bool, number: bool) -> None:  # noqa: FBT001 - what hypothesis draws
        self.under = rules_with(**(BY_HAND if by_hand else {"review": Passing.AUTOMATIC}))
        for index, ticket in enumerate(NUMBERS):
            self.hear(
                Begin(
                    registered(
                        ticket,
                        kind=Kind.REPORT if accused and index == 0 else Kind.HELP,
                        confidential=accused and index == 0,
                        accused=ACCUSED if accused and index == 0 else (),
                        contact=Contact(name="王阿姨", phone="13800000000" if number else None),
                        requester_kind=RequesterKind.ANONYMOUS if anonymous and index else RequesterKind.RESIDENT,
                    )
                )
            )

    @rule(data=st.data(), which=st.integers(0, 2), other=st.integers(0, 2), minutes=st.integers(-5000, 5000))
    def something_legal_in_the_state_happens(self, data: st.DataObject, which: int, other: int, minutes: int) -> None:
        state = self.states[NUMBERS[which]]
        if isinstance(state, Ticket):
            legal = [kind for kind in KINDS if (state.state, kind) in LEGAL]
            self.happens(data.draw(st.sampled_from(legal or KINDS)), which, other, minutes)

    @rule(which=st.integers(0, 2))
    def the_number_is_corrected(self, which: int) -> None:
        action = i.Correct(
            ticket=NUMBERS[which],
            by=person_for(i.Correct),
            contact=Contact(phone="13900000000"),
            reason="补充号码。",
        )
        self.hear(Act(received(action)))

    @rule(kind=st.sampled_from(KINDS), which=st.integers(0, 2), other=st.integers(0, 2))
    def anything_happens(self, kind: str, which: int, other: int) -> None:
        self.happens(kind, which, other, 1)

    def happens(self, kind: str, which: int, other: int, minutes: int) -> None:
        state = self.states[NUMBERS[which]]
        if isinstance(state, Ticket):
            story = Story(self.under, state, self.now)
            self.now = max(AT, self.now + timedelta(minutes=minutes))
            self.hear(_about(EXAMPLES[kind](story), NUMBERS[which], NUMBERS[other]))

    @precondition(lambda self: self.on_the_way)
    @rule(data=st.data(), again=st.booleans())
    def a_request_arrives(self, data: st.DataObject, again: bool) -> None:  # noqa: FBT001 - what hypothesis draws
        index = data.draw(st.integers(0, len(self.on_the_way) - 1))
        request = self.on_the_way[index] if again else self.on_the_way.pop(index)
        if isinstance(request, IncidentRequest):
            self.the_incident_hears(request)
        elif request.ticket in self.states:
            self.hear(Ask(request))

    @precondition(lambda self: self.last)
    @rule(data=st.data())
    def it_is_said_again(self, data: st.DataObject) -> None:
        self.hear(data.draw(st.sampled_from(self.last)))

    def the_incident_hears(self, request: IncidentRequest) -> None:
        """One incident, which nobody but the tickets speaks to."""
        for fact in decide(self.incident, OfIncident(request), self.now, self.under):
            self.incident = evolve(self.incident, fact, self.now)
            for topic, _, message, _ in tell(self.incident, fact, self.now, self.under):
                self.told(INCIDENT, topic, message)

    def hear(self, command: Begin | Act | Tick | Ask) -> None:
        """Decide twice, to see that it is the same, then fold and tell."""
        number = command.fact.ticket
        before = self.states[number]
        stored = STATE.dump_json(before) if before is not None else b""
        facts = decide(before, command, self.now, self.under)
        assert list(facts) == list(decide(before, command, self.now, self.under)), "the same gives the same"
        assert stored == (STATE.dump_json(before) if before is not None else b""), "deciding changes nothing"
        for fact in facts:
            after = evolve(self.states[number], fact, self.now)
            self.states[number] = after
            self.facts[number].append((fact, self.now))
            for topic, _, message, _ in map(as_read, tell(after, fact, self.now, self.under)):
                self.told(number, topic, message)
        self.last = [*self.last[-20:], command]

    def told(self, number: str, topic: str, message: Message) -> None:
        """Remember what outsiders know."""
        match message:
            case Order():
                department = topic.removeprefix("liuhen.public.dispatch.").removesuffix(".v1")
                self.roles[number, department] = message.role
            case DeskTask():
                self.desk[number, message.task] = message.open
            case CallbackRequest():
                self.calls[number] = message.happened
            case TicketRequest() | IncidentRequest():
                assert topic == REQUESTS
                self.on_the_way.append(message)
            case CategoryRequest():
                assert topic == REQUESTS
            case ShownContact():
                pass
            case _:
                raise AssertionError(f"{topic} heard {type(message).__name__}")

    def living(self) -> list[Ticket]:
        return [state for state in self.states.values() if isinstance(state, Ticket)]

    @invariant()
    def departments_know_exactly_what_they_have(self) -> None:
        for ticket in self.living():
            known = {code for (number, code), role in self.roles.items() if number == ticket.id and role != "none"}
            assert known == set(participants(ticket)), ticket.state
            if ticket.state in ENDED:
                assert not known, "a closed ticket is never open at a department"

    @invariant()
    def nothing_is_owed_by_nobody(self) -> None:
        for ticket in self.living():
            assert (held_by(ticket) is None) == (ticket.state in ENDED)
            assert held_by(ticket) != "department:"

    @invariant()
    def tickets_are_not_merged_in_a_circle(self) -> None:
        for ticket in self.living():
            met: set[str] = set()
            at: AnyState | None = ticket
            while isinstance(at, Ticket) and isinstance(at.standing, Merged):
                assert at.id not in met
                met.add(at.id)
                at = self.states.get(at.standing.into)

    @invariant()
    def the_accused_never_have_it(self) -> None:
        for ticket in self.living():
            assert ticket.shunned.isdisjoint(participants(ticket))
            heard = {code for (number, code) in self.roles if number == ticket.id}
            assert heard.isdisjoint(ticket.matter.accused)

    @invariant()
    def the_desk_knows_what_waits(self) -> None:
        for ticket in self.living():
            waits = {task for (number, task), open_ in self.desk.items() if number == ticket.id and open_}
            by_itself = {"review"} if self.under.automation.review is Passing.AUTOMATIC else set()
            assert waits == set(seen(ticket).desk) - by_itself

    @invariant()
    def whoever_can_be_reached_is_owed_a_first_contact(self) -> None:
        assert not any(exempt_without_reason(ticket) for ticket in self.living())

    @invariant()
    def the_agency_calls_only_who_waits_for_it(self) -> None:
        for ticket in self.living():
            if self.calls.get(ticket.id) == "cancelled":
                assert not isinstance(ticket.standing, CallbackPending)

    @invariant()
    def the_state_is_the_fold_of_the_facts_and_survives_storing(self) -> None:
        for number, state in self.states.items():
            if state is None:
                continue
            folded: AnyState | None = None
            for fact, at in self.facts[number]:
                folded = evolve(folded, fact, at)
            assert folded == state
            assert STATE.validate_json(STATE.dump_json(state)) == state


Lives.TestCase.settings = settings(
    max_examples=40, stateful_step_count=40, suppress_health_check=[HealthCheck.too_slow], deadline=None
)
TestLives = Lives.TestCase


def test_a_confidential_report_is_kept_from_whom_it_accuses_in_every_word() -> None:
    story = Story(rules_with(**BY_HAND)).when(
        Begin(registered(kind=Kind.REPORT, confidential=True, accused=(SUPPORTER,)))
    )

    assert any(isinstance(fact, d.Dispatched) for fact in story.facts)
    assert all(each.topic != department_topic(SUPPORTER) for each in story.told)
