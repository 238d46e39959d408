"""What sla does in a lane transaction: every fact is judged under the rules that its lane goes by at that place.

A new calendar reaches each lane in its own copy, between two facts of that lane. From there on the lane goes by it, and
the lane row says so in a counter for each year; the notices themselves are kept once, in the table `calendar`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from pydantic import TypeAdapter

from chassis.decider import EVERYONE, Decider
from chassis.fold import folding
from chassis.service import Cause, Connection, Foreign, Heard, Lane, NextTimer, Outcome, Refused, Transaction, Work
from rulebook import Policy
from rulebook.deriving import ClockRules
from schemas import registry
from schemas.message import Message
from schemas.rules import CalendarPublished, RederivationOrdered
from services.sla import store
from services.sla.core.commands import Command, Recalendar, Rederive
from services.sla.core.decide import decide, fire
from services.sla.core.evolve import evolve
from services.sla.core.state import Clocks, timer
from services.sla.reactions import commands
from worktime import Calendar, NoticeError, OutOfCalendarError, parse_notice

STATE: Final = TypeAdapter(Clocks)
_YEAR: Final = "calendar."
_REMEMBERED: Final = "rules"


@dataclass(frozen=True, slots=True)
class Ruled:
    """A command to a ticket's clocks, and the rules that it is decided under."""

    ticket: str
    command: Command
    rules: ClockRules


@dataclass(frozen=True, slots=True)
class Fire:
    """A reminder or a due time has come: decided by the due times that are stored, under no rules."""


@dataclass(slots=True)
class LaneRules:
    """The rules of each lane; every mixture of published calendars is built once."""

    policy: Policy
    base: Calendar
    built: dict[tuple[int, ...], ClockRules] = field(default_factory=dict)

    async def of(self, connection: Connection, lane: Lane) -> ClockRules:
        """The rules that a lane goes by."""
        known = lane.cache.get(_REMEMBERED)
        if isinstance(known, ClockRules):
            return known
        numbers = tuple(sorted(number for name, number in lane.counters.items() if name.startswith(_YEAR)))
        if numbers not in self.built:
            calendar = self.base
            for published in await store.calendars(connection, numbers) if numbers else ():
                calendar = calendar.with_notice(parse_notice(published.notice, f"calendar {published.number}"))
            self.built[numbers] = ClockRules(self.policy, calendar)
        lane.cache[_REMEMBERED] = self.built[numbers]
        return self.built[numbers]

    async def adopt(self, connection: Connection, lane: Lane, calendar: CalendarPublished) -> bool:
        """From here on the lane goes by this calendar; tells whether it corrects one that due times rest on."""
        corrects = calendar.year in (await self.of(connection, lane)).calendar.years
        lane.counters[f"{_YEAR}{calendar.year}"] = await store.keep_calendar(connection, calendar)
        lane.cache.pop(_REMEMBERED, None)
        try:
            await self.of(connection, lane)
        except NoticeError as error:
            raise Refused("calendar", str(error)) from None
        return corrects


def work_of(policy: Policy, base: Calendar) -> Work:
    """The work of the service under a policy and the calendar that it starts from."""
    lane_rules = LaneRules(policy, base)

    async def work(transaction: Transaction, items: Sequence[Heard | Foreign]) -> Outcome:
        heard = [item for item in items if isinstance(item, Heard)]
        rules, corrections = await _rules_at(lane_rules, transaction, heard)
        return await folding(decider(policy, rules, heard, corrections))(transaction, heard)

    return work


async def _rules_at(
    lane_rules: LaneRules, transaction: Transaction, heard: Sequence[Heard]
) -> tuple[Mapping[str, ClockRules], frozenset[str]]:
    """The rules that each record is judged under, by its event id; and which records correct a calendar."""
    found: dict[str, ClockRules] = {}
    corrections = set()
    for item in heard:
        lane = transaction.lanes[item.lane]
        match item.message:
            case CalendarPublished() as calendar:
                if await lane_rules.adopt(transaction.connection, lane, calendar):
                    corrections.add(item.envelope.id)
            case RederivationOrdered() as order if order.policy != lane_rules.policy.version:
                detail = f"ordered under {order.policy}, this worker goes by {lane_rules.policy.version}"
                raise Refused("policy", detail)
            case _:
                pass
        found[item.envelope.id] = await lane_rules.of(transaction.connection, lane)
    return found, frozenset(corrections)


def decider(
    policy: Policy, rules: Mapping[str, ClockRules], batch: Sequence[Heard], corrections: frozenset[str] = frozenset()
) -> Decider[Clocks, Ruled | Fire]:
    """The pure core, wired for one batch of records and the rules of each."""
    return Decider(
        topic=registry.CLOCKS,
        state=STATE,
        react=lambda heard: _react(policy, rules[heard.envelope.id], heard),
        decide=_decide,
        evolve=evolve,
        timer=timer,
        fired=_fired,
        concerned=_concerned(batch, corrections),
        project=store.project,
    )


def _react(policy: Policy, rules: ClockRules, heard: Heard) -> Sequence[tuple[str, Ruled | Fire]]:
    match heard.message:
        case CalendarPublished() as published:
            return ((EVERYONE, Ruled("", Recalendar(published.by), rules)),)
        case RederivationOrdered() as order:
            return ((EVERYONE, Ruled("", Rederive(frozenset(order.clocks), order.code, order.by), rules)),)
        case message:
            found = commands(message, policy, heard.envelope.time)
            if found is None:
                return ()
            ticket, asked = found
            return tuple((ticket, Ruled(ticket, command, rules)) for command in asked)


def _decide(state: Clocks | None, asked: Ruled | Fire, cause: Cause) -> Sequence[Message]:
    if isinstance(asked, Fire):
        return () if state is None else fire(state, cause.time)
    try:
        return decide(asked.rules, state, asked.command, asked.ticket, cause.time)
    except OutOfCalendarError as error:
        # One ticket waits, loudly, rather than the clocks of a whole city.
        raise Refused("calendar", str(error)) from None


def _fired(_wanted: NextTimer) -> Ruled | Fire:
    return Fire()


def _concerned(
    batch: Sequence[Heard], corrections: frozenset[str]
) -> Callable[[Connection, str, Heard], Awaitable[Sequence[str]]]:
    async def concerned(connection: Connection, lane: str, heard: Heard) -> Sequence[str]:
        # A year's first notice moves what was provisional and nothing else; a later one can move any due time.
        if isinstance(heard.message, CalendarPublished) and heard.envelope.id not in corrections:
            stored = await store.tickets_with_provisional(connection, lane)
        else:
            stored = await store.tickets_with_open(connection, lane)
        # What the same transaction hears before it is not stored yet.
        fresh = {
            item.envelope.subject for item in batch if item.lane == lane and item.record.topic == registry.DISPATCH
        }
        return sorted(fresh.union(stored))

    return concerned
