"""What dispatch does in a lane transaction: fold under the rulings so far."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final, NamedTuple, TypeAlias

from chassis.decider import Change, Decider
from chassis.fold import folding, recalling
from chassis.redaction import cover, covered, overlays
from chassis.service import Cause, Connection, Fact, Foreign, Heard, Instant, Outcome, Recall, Say, Transaction, Work
from rulebook.rules import Alike
from schemas.clocks import ClockLapsed
from schemas.dispatch import AlikeDismissed, AlikeGathered, AlikeNoticed, ContactForgotten, Redacted
from schemas.inbound import AskForContact, LookAtContact
from schemas.registry import DISPATCH, REQUESTS
from schemas.requests import TicketRequest
from schemas.tickets import ActionReceived, TicketFact
from schemas.values import DeskTaskKind
from services.dispatch import store
from services.dispatch.core.alike import Spot, new_spot, notice
from services.dispatch.core.commands import Command
from services.dispatch.core.decide import decide
from services.dispatch.core.desk import desk_tasks
from services.dispatch.core.evolve import evolve
from services.dispatch.core.hiding import hides, said_again, unknown_in, without_contact
from services.dispatch.core.incidents.state import Incident
from services.dispatch.core.regions import Noticed
from services.dispatch.core.rules import Like, Precedent, Rules
from services.dispatch.core.sealing import is_sealed
from services.dispatch.core.state import STATE, AnyState
from services.dispatch.core.telling import tell
from services.dispatch.core.ticket import Ticket
from services.dispatch.reactions import react

_MAY_DISPATCH: Final = (TicketFact, TicketRequest, ClockLapsed)
"""What can lead to an order that policy gives by itself."""
Project: TypeAlias = Callable[[Connection, Sequence[Change[AnyState]]], Awaitable[None]]
_HOUR: Final = timedelta(hours=1)
_KEPT: Final = 20
"""Rulings on the like that are remembered; older ones stand in the table and in the trace."""
_FORM: Final = 2
"""Of a state; in the second nothing is written of what is not there."""


@dataclass
class Precedents:
    """What this process knows of the rulings that were committed; newest first."""

    horizon: str = "0"
    rows: dict[int, Like] = field(default_factory=dict)
    found: dict[Like, tuple[Precedent, ...]] = field(default_factory=dict)

    async def read_on(self, connection: Connection) -> None:
        """Read what was committed since."""
        read = await store.precedents(connection, self.horizon)
        for row in read.rows:
            if row.number not in self.rows:
                self.rows[row.number] = row.like
                self.found[row.like] = (row.precedent, *self.found.get(row.like, ()))[:_KEPT]
        self.horizon = read.horizon


def work_of(rules: Rules) -> Work:
    """The work of the service under rules, to which it adds the precedents, what gathers, and what fell back."""
    known = Precedents()

    async def work(transaction: Transaction, items: Sequence[Heard | Foreign]) -> Outcome:
        if any(isinstance(item, Heard) and isinstance(item.message, TicketFact | TicketRequest) for item in items):
            await known.read_on(transaction.connection)
        gathering = any(isinstance(item, Heard) and isinstance(item.message, TicketFact) for item in items)
        gatherings = await store.gatherings(transaction.connection) if gathering else ()
        dispatching = any(isinstance(item, Heard) and isinstance(item.message, _MAY_DISPATCH) for item in items)
        fallen_back = await store.fallen_back(transaction.connection) if dispatching else frozenset[str]()
        looks = await _looks(transaction.connection, items)
        now = max(lane.now for lane in transaction.lanes.values())
        known_now = replace(rules, precedents=known.found, gatherings=gatherings, fallen_back=fallen_back, looks=looks)
        crowds = Crowds(rules.automation.alike)
        outcome = await folding(decider(known_now, now, crowds.keep))(transaction, items)
        outcome = replace(outcome, says=[*outcome.says, *crowds.says]) if crowds.says else outcome
        return await hidden(transaction, outcome, rules)

    return work


def recall_of(rules: Rules) -> Recall:
    """How the service takes what it said itself from its topic, and what it told of that."""

    async def work(transaction: Transaction, facts: Sequence[Fact]) -> Outcome:
        crowds = Crowds(rules.automation.alike)
        outcome = await recalling(decider(rules, None, crowds.keep)).work(transaction, facts)
        outcome = replace(outcome, says=[*outcome.says, *crowds.says]) if crowds.says else outcome
        return await hidden(transaction, outcome, rules)

    return Recall(DISPATCH, work)


class _Came(NamedTuple):
    """A ticket that counts at a spot from now on, and why."""

    spot: Spot
    ticket: Ticket
    lane: str
    cause: Cause


@dataclass
class Crowds:
    """What one transaction makes of many callers: `says` are the tickets that are asked to point them out."""

    policy: Alike | None
    says: list[Say] = field(default_factory=list)

    async def keep(self, connection: Connection, changes: Sequence[Change[AnyState]]) -> None:
        """Keep what was decided, and count among the like what came."""
        await store.keep(connection, changes)
        if self.policy is None:
            return
        for change in changes:
            await self._answered(connection, change, self.policy)
        came = list(_came(changes))
        if came:
            await self._count(connection, came, self.policy)

    async def _count(self, connection: Connection, came: Sequence[_Came], policy: Alike) -> None:
        rows = [(*each.spot, each.ticket.id, each.ticket.matter.opened_at) for each in came]
        causes = {each.spot: each for each in came}
        over = min(each.cause.time for each in came) - timedelta(days=policy.days)
        for crowd in await store.count_in(connection, rows, over):
            _, _, lane, cause = causes[crowd.spot]
            there = crowd.within(policy, cause.time)
            if len(there) < crowd.wanted(policy) or crowd.is_quiet(cause.time):
                continue
            asked = notice(crowd, await store.tickets(connection, [*there]), policy)
            if asked is not None:
                await store.told_of(connection, crowd.spot, asked.ticket, asked.callers)
                self.says.append(Say(lane, REQUESTS, asked.ticket, asked, cause))

    async def _answered(self, connection: Connection, change: Change[AnyState], policy: Alike) -> None:
        """What a person said, or the end of the ticket, leaves the place to be asked about another time."""
        if isinstance(change.after, Incident):
            if change.after.at == "closed":
                await store.closed(connection, change.key)
            return
        if not waits(change.before) and not any(isinstance(fact, AlikeNoticed) for fact, _ in change.facts):
            return
        for fact, cause in change.facts:
            match fact:
                case AlikeDismissed():
                    await store.quieten(connection, change.key, cause.time + timedelta(days=policy.quiet_days))
                case AlikeGathered():
                    await store.gather(connection, change.key, fact.incident)
                case _:
                    pass
        if not waits(change.after):
            await store.ask_again(connection, change.key)


def _came(changes: Sequence[Change[AnyState]]) -> Iterator[_Came]:
    for change in changes:
        if isinstance(change.after, Ticket):
            spot = new_spot(change.before if isinstance(change.before, Ticket) else None, change.after)
            if spot is not None:
                yield _Came(spot, change.after, change.lane, change.facts[-1][1])


def waits(state: AnyState | None) -> bool:
    """Whether it stands in what waits, looked up only where it can."""
    return isinstance(state, Ticket) and isinstance(state.alike, Noticed) and DeskTaskKind.ALIKE in desk_tasks(state)


async def _looks(connection: Connection, items: Sequence[Heard | Foreign]) -> Mapping[str, int]:
    """How many contacts the author of each act that asks to see one saw within the hour before, by its receipt.

    Acts of the same transaction count as if they were granted: a thousand that come at once are no way around.
    """
    asks = [
        (item.message.receipt, store.looker(item.message.party, item.message.action.by), item.cause.time)
        for item in items
        if isinstance(item, Heard)
        and isinstance(item.message, ActionReceived)
        and isinstance(item.message.action, LookAtContact | AskForContact)
    ]
    if not asks:
        return {}
    first = min(at for *_, at in asks)
    seen = {
        who: [*at] for who, at in (await store.looked(connection, [who for _, who, _ in asks], first - _HOUR)).items()
    }
    counted = dict[str, int]()
    for receipt, who, at in asks:
        before = seen.setdefault(who, [])
        counted[receipt] = sum(at - _HOUR < each <= at for each in before)
        before.append(at)
    return counted


async def hidden(transaction: Transaction, outcome: Outcome, rules: Rules) -> Outcome:
    """The outcome of a transaction without what was redacted in it, and with the newest of all that told of it."""
    said = [(say, say.message) for say in outcome.says if say.topic == DISPATCH]
    hiding = {say.key: say for say, fact in said if hides(fact)}
    sealed = {key: ticket for key in hiding if (ticket := await _sealed(transaction, key)) is not None}
    redacted = [(say, fact.passage) for say, fact in said if isinstance(fact, Redacted)]
    forgotten = {say.key: say for say, fact in said if isinstance(fact, ContactForgotten)}
    if not redacted and not sealed and not forgotten:
        return outcome
    causes = {say.key: say for say, _ in redacted}
    told = {key: await store.newest_messages(transaction, key) for key in {*causes, *sealed, *forgotten}}
    covers = overlays(((say.key, passage) for say, passage in redacted), rules.redaction_key)
    says = [*covered(outcome.says, covers)]
    for key, ticket in sealed.items():
        says += said_again(hiding[key], told[key], unknown_in(ticket), says, rules.policy)
    for key, say in causes.items():
        says += said_again(say, told[key], covers[key].document, says, rules.policy)
    for key, say in forgotten.items():
        says += said_again(say, told[key], without_contact, says, rules.policy)
    await cover(transaction, covers)
    return replace(outcome, says=says)


async def _sealed(transaction: Transaction, key: str) -> Ticket | None:
    """The ticket as this transaction leaves it, where departments must not know who asks."""
    state = await store.state(transaction, key)
    return state if isinstance(state, Ticket) and is_sealed(state) else None


def decider(rules: Rules, now: Instant | None = None, project: Project = store.keep) -> Decider[AnyState, Command]:
    """The pure core under some rules; `now` is the moment at which it decides, where it is not that of the cause."""
    return Decider(
        topic=DISPATCH,
        state=STATE,
        react=react,
        decide=lambda state, command, cause: decide(state, command, cause.time, rules, now),
        evolve=evolve,
        tell=lambda state, fact, cause: tell(state, fact, cause.time, rules),
        project=project,
        form=_FORM,
    )
