"""Brings together what services remember of each ticket, and holds every life against what others know of it."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from typing_extensions import TypeIs

from chassis.contacts import Opening, opened
from rulebook import Policy
from schemas.clocks import ClockStarted
from schemas.dispatch import DispatchFact
from schemas.message import MODELS, Message
from schemas.notices import NoticeRequested
from schemas.public import CallbackRequest, DeskTask, Order
from schemas.registry import model_of
from schemas.rules import RightsChanged
from schemas.tickets import Answered, Registered
from schemas.values import Clock, RequesterKind, TicketState, breach_by
from services.dispatch.for_tools import Ticket, is_sealed
from services.sla.for_tools import Clocks
from services.trace.for_tools import Rate, ball_in_court
from tools.verify.accusations import Accusations
from tools.verify.automation import RULES
from tools.verify.ball import ball_adds_up
from tools.verify.confidence import guessed_in, known_under, names_somebody, quotes
from tools.verify.contacts import Contacts
from tools.verify.contents import Contents
from tools.verify.crowds import Crowds
from tools.verify.deliveries import delivered_once
from tools.verify.duties import ACTS, SaidRights, beyond_duties, beyond_urgency
from tools.verify.findings import CheckResult, Finding
from tools.verify.folds import Fact, Visitor
from tools.verify.life import Elsewhere, Life, NewestOrder, OpenClock, life_of
from tools.verify.lives import CHECKS
from tools.verify.looks import Looks, by_one_hand
from tools.verify.memberships import Memberships
from tools.verify.rows import DeliveryRow, HistoryRow
from tools.verify.tables import Tables
from tools.verify.wholes import Wholes
from tools.verify.window import in_batches
from vocabulary import RATES, Chinese
from worktime import Calendar, OfficeHours

TIMELINE: Final = (
    *(name for name, model in MODELS.items() if issubclass(model, DispatchFact)),
    *(model.type_name for model in (Registered, Answered, NoticeRequested)),
)
"""The types of entries that a life is made of."""
_BALL: Final = "每一分钟都有归属，各段之和等于全程"
_ACCUSED: Final = "举报不经并案、拆单传到被举报单位"
_FALLEN_BACK: Final = "退回人工的分类不再自动派单"
_BELONGS: Final = "多人同诉与成员两边一致"
_NOTICED: Final = "多人反映同一件事，必请人研判"
_CONTACT: Final = "有联系方式的，先行联系有人负责"
_WHOLE: Final = "分单在办，主单不结"
_REFERRED: Final = "转介的不进承办单位的指标"
_DUTIES: Final = "无人越权"
_LOOKED: Final = "查看联系方式不超次数"
_CONFIDENTIAL: Final = "保密的联系方式经批准才看"
_DELIVERED: Final = "一件通知一个结果"


_AT_ONCE: Final = 500


class Histories:
    """What was read of all tickets, and what was found."""

    def __init__(
        self,
        contents: Contents,
        policy: Policy,
        calendar: Calendar,
        hours: OfficeHours,
        rates: Sequence[Rate],
        opening: Opening,
    ) -> None:
        """Knows nothing but the public topics yet; `rates` are those in which no referred matter counts.

        `opening` is what contacts say that are kept. Where only some keys are looked at, what spans tickets is not.
        """
        self._only = contents.only
        self._opening = opening
        self.results: list[CheckResult] = []
        self._policy, self._calendar, self._hours, self._rates = policy, calendar, hours, rates
        self._elsewhere = elsewhere_of(contents)
        self._told: dict[str, list[tuple[str, bytes]]] = {}
        for (topic, ticket, _), newest in contents.newest.items():
            self._told.setdefault(ticket, []).append((topic, newest.value))
        self._quoting: dict[str, tuple[str, ...]] = {}
        self._clocks: dict[str, tuple[OpenClock, ...]] = {}
        self._calls: dict[str, dict[datetime, datetime]] = {}
        self._deliveries: dict[str, list[DeliveryRow]] = {}
        self._tickets = 0
        self._lives: dict[str, list[Finding]] = {promise: [] for promise in (*CHECKS, _BALL)}
        self._accusations = Accusations()
        self._memberships = Memberships()
        self._crowds = Crowds(policy.automation.alike)
        self._wholes = Wholes()
        self._contacts = Contacts()
        self._looks = Looks(policy.limits.looking.per_hour)
        self._secrets: list[Finding] = []
        self._duties: list[Finding] = []
        self._acted_on = 0
        self._notices: list[Finding] = []
        self._notified = 0
        self._fallen_back: Sequence[tuple[str, str]] = ()
        self._referred: Sequence[tuple[str, str]] = ()

    def know_deliveries(self, rows: Sequence[DeliveryRow]) -> None:
        """Learn what became of deliveries; to be told before notify's histories are."""
        for row in rows:
            self._deliveries.setdefault(row.ticket, []).append(row)

    def visitor(self, service: str) -> Visitor:
        """What wants to see the histories of a service."""
        visitors = {"dispatch": self._ticket_of, "sla": self._clocks_of, "notify": self._notices_of}
        return visitors.get(service, _nothing)

    def _ticket_of(self, key: str, state: object, facts: Sequence[Fact]) -> None:
        self._memberships.note(key, state)
        self._contacts.note(key, state)
        self._crowds.note(key, state, facts)
        if isinstance(state, Ticket) and is_sealed(state):
            contacts = [opened(each, self._opening) for each in known_under(fact for fact, _ in facts)]
            anonymous = state.matter.requester_kind is RequesterKind.ANONYMOUS
            told = ((topic, json.loads(value)) for topic, value in self._told.get(key, ()))
            guessed = frozenset() if state.was_open else guessed_in((fact for fact, _ in facts), state.shown)
            quoting = [topic for topic, body in told if quotes(body, contacts, every_phone=anonymous, guessed=guessed)]
            if quoting:
                self._quoting[key] = tuple(dict.fromkeys(quoting))

    def _clocks_of(self, ticket: str, state: object, facts: Sequence[Fact]) -> None:
        calls = {at: breach_by(fact.due) for fact, at in facts if _counts_a_call(fact)}
        if calls:
            self._calls[ticket] = calls
        if isinstance(state, Clocks):
            self._clocks[ticket] = tuple(OpenClock(clock.id, clock.clock, clock.owner) for clock in state.open())

    def _notices_of(self, ticket: str, _: object, facts: Sequence[Fact]) -> None:
        rows = self._deliveries.get(ticket, ())
        self._notified += len(rows)
        self._notices += delivered_once(ticket, [fact for fact, _ in facts], rows)

    async def read_trace(self, tables: Tables) -> None:
        """Hold every life that trace noted, or those of the keys that are looked at, against the promises."""
        if self._only is None:
            self._fallen_back = await tables.dispatched_although_fallen_back(RULES)
            self._referred = await tables.counted_although_referred(self._rates)
        async for batch in in_batches(tables.timelines(TIMELINE, self._only), _AT_ONCE):
            standings = await tables.standings([ticket for ticket, _ in batch])
            for ticket, rows in batch:
                known = replace(
                    self._elsewhere.get(ticket, Elsewhere()),
                    clocks=self._clocks.get(ticket, ()),
                    standing=standings.get(ticket),
                    calls=self._calls.get(ticket, {}),
                    quoting=self._quoting.get(ticket, ()),
                )
                self._look_at(life_of(ticket, [_read(row) for row in rows]), known)
        said = [change async for _, rows in tables.timelines((RightsChanged.type_name,)) for change in map(_said, rows)]
        rights = SaidRights(self._policy, said)
        async for subject, rows in tables.timelines(ACTS, self._only):
            self._acted_on += 1
            texts = beyond_duties(rights, [_read(row) for row in rows])
            self._duties += [Finding(subject, text) for text in texts]

    def _look_at(self, life: Life, elsewhere: Elsewhere) -> None:
        self._tickets += 1
        self._accusations.note(life, elsewhere)
        self._wholes.note(life)
        self._looks.note(life)
        self._secrets += [Finding(life.ticket, text) for text in by_one_hand(self._policy, life)]
        self._duties += [Finding(life.ticket, text) for text in beyond_urgency(self._policy, life)]
        for promise, check in CHECKS.items():
            self._lives[promise] += [Finding(life.ticket, text) for text in check(life, elsewhere)]
        spans = ball_in_court(life.steps, self._calendar, self._hours)
        texts = ball_adds_up(life.steps, spans, self._hours, self._calendar)
        self._lives[_BALL] += [Finding(life.ticket, text) for text in texts]

    def judged(self, moved: Collection[str]) -> Iterator[CheckResult]:
        """Yield what was found; a ticket that moved on meanwhile is left out of what spans services."""
        yield from self.results
        for promise, findings in self._lives.items():
            yield CheckResult(promise, self._tickets, [each for each in findings if each.subject not in moved])
        beyond = [each for each in self._duties if each.subject not in moved]
        yield CheckResult(_DUTIES, self._acted_on, beyond)
        yield CheckResult(
            _CONFIDENTIAL, self._looks.looked_at, [each for each in self._secrets if each.subject not in moved]
        )
        yield CheckResult(_DELIVERED, self._notified, [each for each in self._notices if each.subject not in moved])
        forgotten = [Finding(ticket, text) for ticket, text in self._contacts.forgotten() if ticket not in moved]
        yield CheckResult(_CONTACT, self._contacts.looked_at, forgotten)
        if self._only is None:
            yield from self._across(moved)

    def _across(self, moved: Collection[str]) -> Iterator[CheckResult]:
        """Yield what can be told by looking at all tickets alone."""
        leaks = [Finding(ticket, text) for ticket, text in self._accusations.leaks() if ticket not in moved]
        yield CheckResult(_ACCUSED, self._tickets, leaks)
        sent = [(ticket, Chinese(f"由规则自动派单，而分类 {code} 已退回人工")) for ticket, code in self._fallen_back]
        yield CheckResult(_FALLEN_BACK, self._tickets, [Finding(*each) for each in sent if each[0] not in moved])
        counted = [(ticket, Chinese(f"已转介，指标“{RATES.said(rate)}”却计入了")) for ticket, rate in self._referred]
        yield CheckResult(_REFERRED, len(self._rates), [Finding(*each) for each in counted if each[0] not in moved])
        differing = [Finding(ticket, text) for ticket, text in self._memberships.differing() if ticket not in moved]
        yield CheckResult(_BELONGS, self._memberships.looked_at, differing)
        missed = [Finding(ticket, text) for ticket, text in self._crowds.missed() if ticket not in moved]
        yield CheckResult(_NOTICED, self._crowds.looked_at, missed)
        early = [Finding(part, text) for part, text in self._wholes.closed_too_early() if part not in moved]
        yield CheckResult(_WHOLE, self._wholes.looked_at, early)
        looks = [Finding(*each) for each in self._looks.too_many() if each[0] not in moved]
        yield CheckResult(_LOOKED, self._looks.looked_at, looks)


def elsewhere_of(contents: Contents) -> dict[str, Elsewhere]:
    """What the public topics say last of each ticket: to departments, to the desk, to the callback agency."""
    orders: dict[str, dict[str, NewestOrder]] = {}
    desk: dict[str, dict[str, bool]] = {}
    callbacks: dict[str, str] = {}
    for (topic, ticket, about), (envelope, value) in contents.newest.items():
        body: dict[str, Any] = json.loads(value)
        if envelope.type == Order.type_name:
            department = topic.removeprefix("liuhen.public.dispatch.").removesuffix(".v1")
            order = NewestOrder(
                envelope.time, body["role"], TicketState(body["state"]), names_somebody(body.get("contact") or {})
            )
            orders.setdefault(ticket, {})[department] = order
        elif envelope.type == DeskTask.type_name:
            desk.setdefault(ticket, {})[about] = body["open"]
        elif envelope.type == CallbackRequest.type_name:
            callbacks[ticket] = body["happened"]
    return {
        ticket: Elsewhere(orders.get(ticket, {}), desk.get(ticket, {}), callbacks.get(ticket))
        for ticket in {*orders, *desk, *callbacks}
    }


def _said(row: HistoryRow) -> tuple[datetime, RightsChanged]:
    return row.at, RightsChanged.model_validate_json(row.body)


def _read(row: HistoryRow) -> tuple[datetime, Message]:
    """Read an entry back; the contact that was left out of it stays empty."""
    model = model_of(row.type)
    if model is None:
        raise LookupError(f"{row.type} is not a type of message that this version knows")
    if "contact" in model.model_fields:
        return row.at, model.model_validate({"contact": {}, **json.loads(row.body)})
    return row.at, model.model_validate_json(row.body)


def _counts_a_call(fact: Message) -> TypeIs[ClockStarted]:
    return isinstance(fact, ClockStarted) and fact.clock is Clock.DUTY_ACKNOWLEDGEMENT


def _nothing(_key: str, _state: object, _facts: Sequence[Fact]) -> None:
    """Want nothing."""
