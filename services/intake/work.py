"""What intake does in a lane transaction: read and decide on all that waits, remember it, and say what follows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from secrets import token_bytes
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from chassis.clock import Clock
from chassis.contacts import opened_in
from chassis.portions import Stretch
from chassis.redaction import cover_records, covered, overlays
from chassis.service import (
    Cause,
    Connection,
    DeadLetter,
    Foreign,
    Heard,
    Instant,
    Lane,
    Outcome,
    Record,
    Say,
    Transaction,
    Work,
    place_in_cause,
)
from doors.refusals import Refusal
from rulebook import Policy
from schemas.dispatch import AttachmentRemoved, ContactForgotten, Corrected, Redacted
from schemas.files import read_yaml
from schemas.inbound import (
    ApproveDevice,
    DeclineDevice,
    OnExisting,
    RecordVisit,
    Register,
    RequestDevice,
    SettleDoubts,
)
from schemas.inbound.base import COMES_BY
from schemas.message import Message
from schemas.numbering import without_part
from schemas.registry import department_of, party_of
from services.intake import store
from services.intake.core.again import as_said, attachments_in, facts_of, numbers_in
from services.intake.core.alarms import Alarm, alarm_of
from services.intake.core.attachments import named_in
from services.intake.core.decide import Moment, decide
from services.intake.core.news import Newsroom
from services.intake.core.numbers import Numbering, Numbers, lane_digits
from services.intake.core.raising import raised_by
from services.intake.core.reading import Reading, Unreadable, read
from services.intake.core.repeats import candidates_of, comparable
from services.intake.core.rules import DoorRules
from services.intake.core.state import Answer, Decision, DoorConfig, DoorState, KnownTicket, Secrets
from services.intake.reactions import NewsRow, RefusedLater, concerns, react, refuses, whole_of
from services.intake.store import attachments, survey

_CORE: Final = Path(__file__).with_name("core")
_NUMBERING: Final = "numbering"
_KEY: Final = 16
_RECEIVED: Final = "received"
_EPOCH: Final = datetime.fromtimestamp(0, UTC)
_ASKS: Final = "request_device"
OfDevices = RecordVisit | RequestDevice | ApproveDevice | DeclineDevice
"""The actions that say of a visitor and a device that they belong together, or not."""


class DecidedSubmission(NamedTuple):
    """One submission, when the door received it, and what was decided."""

    item: Foreign
    reading: Reading
    received: Instant
    decision: Decision


class Taking(NamedTuple):
    """By what submissions are taken, the key of the hashes of what was redacted, and who hears of what is wrong."""

    config: DoorConfig
    clock: Clock
    redaction: bytes
    alarm: Alarm


@dataclass(slots=True)
class Result:
    """What a transaction comes to."""

    says: list[Say] = field(default_factory=list)
    dead: list[DeadLetter] = field(default_factory=list)
    words: list[str] = field(default_factory=list)


def door_of(policy: Policy, key: bytes) -> DoorConfig:
    """Bring together what the door decides by; `key` is that of all keyed hashes."""
    rules = DoorRules.model_validate(read_yaml(_CORE / "rules.yaml"))
    return DoorConfig(policy, rules, Secrets(key), ZoneInfo(policy.office.zone))


def newsroom_of(policy: Policy) -> Newsroom:
    """Make the words in which channels are told of their tickets."""
    return Newsroom(read_yaml(_CORE / "news.yaml"), policy)


def working(taking: Taking, newsroom: Newsroom) -> Work:
    """Make the work of the service."""
    config = taking.config

    async def work(transaction: Transaction, items: Sequence[Heard | Foreign]) -> Outcome:
        result = Result()
        await _take(transaction, [item for item in items if isinstance(item, Foreign)], taking, result)
        taken = iter(result.words)
        heard_of = [item for item in items if isinstance(item, Heard)]
        heard = iter(await _hear(transaction, heard_of, config, newsroom, result))
        words = [next(taken) if isinstance(item, Foreign) else next(heard) for item in items]
        forgotten = [item.envelope.subject for item in heard_of if isinstance(item.message, ContactForgotten)]
        if forgotten:
            await store.forget(transaction.connection, forgotten)
            await attachments.remove_attachments(transaction.connection, forgotten, _earliest(transaction))
        cleared = [each for each in _heard(items) if isinstance(each, AttachmentRemoved)]
        removed = [(each.attachment, each.incident or each.ticket) for each in cleared]
        if removed:
            await attachments.remove_named(transaction.connection, removed, _earliest(transaction))
        redacted = [(each.ticket, each.passage) for each in _heard(items) if isinstance(each, Redacted)]
        if redacted:
            await store.insert_redactions(transaction.connection, redacted)
        gone = _gone(result.says, config.policy)
        says = [say for say in result.says if say.topic not in gone]
        return Outcome(says=says, dead_letters=result.dead, words=words)

    return work


def _heard(items: Iterable[Heard | Foreign]) -> Iterator[Message]:
    return (item.message for item in items if isinstance(item, Heard))


def _gone(says: Sequence[Say], policy: Policy) -> frozenset[str]:
    """The topics of departments that stand in no directory any more: there are none, and nobody reads them."""
    departments = {code: say.topic for say in says if (code := department_of(say.topic)) is not None}
    return frozenset(topic for code, topic in departments.items() if policy.department(code) is None)


async def _take(transaction: Transaction, items: Sequence[Foreign], taking: Taking, result: Result) -> None:
    if not items:
        return
    config, clock, redaction, _ = taking
    key = config.secrets.key
    stretch, readings = Stretch(), list[Reading | Unreadable]()
    for item in items:
        await stretch.pause()
        readings.append(read(party_of(item.record.topic), item.record.headers, item.record.value, key))
    state = await load(config, [one for one in readings if isinstance(one, Reading)], transaction)
    decided, says = list[DecidedSubmission](), list[Say]()
    for item, reading in zip(items, readings, strict=True):
        lane = transaction.lanes[item.lane]
        if isinstance(reading, Unreadable):
            result.dead.append(DeadLetter(item.lane, item.record, reading.reason, reading.detail))
            result.words.append("unreadable")
            continue
        received = received_at(lane, item.record, clock)
        said = await _said(transaction, item.record, reading, state)
        numbers = Numbers(await _numbering(transaction, item, said), lane.counters, config.zone, numbers_in(said))
        decision = decide(state, reading, Moment(received, received if said else lane.now), numbers)
        if said:
            decision = as_said(decision, reading, said)
        if (alarm := alarm_of(reading, decision, again=bool(said))) is not None:
            taking.alarm(alarm, reading.receipt, decision.refusal.code if decision.refusal else reading.name)
        state.note((str(reading.party), reading.source, reading.id), decision)
        decided.append(DecidedSubmission(item, reading, received, decision))
        says += _says(item, reading, received, decision)
        result.words.append(decision.word)
    await save(transaction, decided)
    result.says += await _covered(transaction, says, state.redacted, redaction) if state.redacted else says


async def _said(transaction: Transaction, record: Record, reading: Reading, state: DoorState) -> Sequence[Answer]:
    """What was said of a submission, where it is heard again; what that names of uploads is known again too."""
    if transaction.tail is None:
        return ()
    said = facts_of(transaction.tail.words(cause_of(record, reading)))
    new = [each for each in attachments_in(said, reading.party) if each.id not in state.attachments]
    await attachments.insert_attachments(transaction.connection, new, record.timestamp)
    state.attachments |= {each.id: each for each in new}
    return said


async def _covered(
    transaction: Transaction, says: Sequence[Say], redacted: Collection[str], key: bytes
) -> Sequence[Say]:
    """What was redacted and is said again goes no further, whoever says it; nor does it stay in what was refused."""
    covers = overlays(await store.redactions(transaction.connection, redacted), key)
    await cover_records(transaction, covers, store.RECORDS)
    return covered(says, covers)


async def _numbering(transaction: Transaction, item: Foreign, said: Sequence[Answer]) -> Numbering | None:
    """How the lane of a channel numbers its tickets, as before; only who registers some takes one of the hundred."""
    if party_of(item.record.topic).kind not in COMES_BY:
        return None
    cache = transaction.lanes[item.lane].cache
    if _NUMBERING not in cache:
        had = next(iter(numbers_in(said)), None)
        cache[_NUMBERING] = await store.numbering(
            transaction.connection, item.lane, token_bytes(_KEY), None if had is None else lane_digits(had)
        )
    found: Numbering = cache[_NUMBERING]
    return found


def received_at(lane: Lane, record: Record, clock: Clock) -> Instant:
    """Tell when the door received a record, as the broker stamped it, on our clock; never earlier than the one before.

    What waited while the service was away is judged by the moment of its arrival, not of its reading.
    """
    arrived = clock.origin + timedelta(seconds=(record.timestamp.timestamp() - clock.anchor) * clock.speed)
    before = _EPOCH + timedelta(microseconds=lane.counters.get(_RECEIVED, 0))
    moment = max(before, min(arrived, lane.now))
    lane.counters[_RECEIVED] = (moment - _EPOCH) // timedelta(microseconds=1)
    return moment


def cause_of(record: Record, reading: Reading) -> str:
    """The cause of whatever follows from a submission: its receipt, and where it stands."""
    return reading.receipt + place_in_cause(*record[:3])


def _says(item: Foreign, reading: Reading, received: Instant, decision: Decision) -> list[Say]:
    cause, traceparent = cause_of(item.record, reading), reading.traceparent
    return [Say(item.lane, *onward, Cause(cause, onward.key, received, traceparent)) for onward in decision.says]


async def load(config: DoorConfig, readings: Sequence[Reading], transaction: Transaction) -> DoorState:
    """Bring together all that these submissions may touch, in one statement for each table that is needed."""
    connection = transaction.connection
    state = DoorState(config)
    state.verdicts = await store.load_verdicts(connection, [(str(one.party), one.source, one.id) for one in readings])
    actions = [one.action for one in readings if not isinstance(one.action, Refusal)]
    named = {action.ticket for action in actions if isinstance(action, OnExisting)}
    named |= {action.about for action in actions if isinstance(action, Register) and action.about is not None}
    if named:
        ids = named | {without_part(ticket) for ticket in named}
        state.tickets, state.redacted = await store.load_tickets(connection, ids)
    raised = [found for action in actions for found in raised_by(config, action)]
    asked = {found for one, whose in raised if (found := candidates_of(one, whose, config.rules.repeat)) is not None}
    if asked:
        since = _earliest(transaction) - timedelta(days=2 * config.rules.repeat.within_days)
        for ticket in await store.load_open_tickets(connection, asked, since):
            state.tickets[ticket.id] = ticket
            state.open_by_requester.setdefault(ticket.requester or "", []).append(ticket)
    back = {whose for one, whose in raised if not one.confidential}
    if back:
        since = _earliest(transaction) - timedelta(days=config.rules.recurrence.within_days)
        for ticket in await store.load_ended_tickets(connection, back, since):
            state.ended_by_requester.setdefault(ticket.requester or "", []).append(ticket)
    about = [action for action in actions if isinstance(action, OfDevices)]
    if about:
        await _load_visitors(connection, state, about)
    if named_here := {one.id for action in actions for _, one in named_in(action)}:
        state.attachments = await attachments.load_attachments(connection, named_here)
    looked_into = sorted({action.visit for action in actions if isinstance(action, SettleDoubts)})
    if looked_into:
        state.doubted = await survey.load_doubted(connection, looked_into)
    return state


def _earliest(transaction: Transaction) -> Instant:
    return min(lane.now for lane in transaction.lanes.values())


async def _load_visitors(connection: Connection, state: DoorState, actions: Sequence[OfDevices]) -> None:
    visitors = sorted({action.visitor for action in actions})
    state.bindings = await survey.load_bindings(connection, visitors, sorted({action.device for action in actions}))
    if any(not isinstance(action, RequestDevice) for action in actions):
        state.requests = await survey.load_requests(connection, visitors)
    declines = any(isinstance(action, DeclineDevice) for action in actions)
    declined = {asked.receipt for asked in state.requests.values()} if declines else set()
    if declined:
        state.asked = dict(await store.load_answered(connection, declined))
    visits = [(action.visitor, action.visited_at) for action in actions if isinstance(action, RecordVisit)]
    if visits:
        for visitor, seen in await survey.load_neighbours(connection, visits):
            state.visits.setdefault(visitor, []).append(seen)


async def save(transaction: Transaction, decided: Sequence[DecidedSubmission]) -> None:
    """Write what was decided, in an order of tables and rows that is the same for every worker."""
    connection = transaction.connection
    verdicts = [
        ((str(reading.party), reading.source, reading.id), decision.verdict, item.lane, received)
        for item, reading, received, decision in decided
        if decision.verdict is not None
    ]
    if verdicts:
        await store.insert_verdicts(connection, verdicts)
    tickets = sorted(ticket for one in decided for ticket in one.decision.tickets)
    if tickets:
        await store.insert_tickets(connection, tickets)
    if named := [one for each in decided for one in each.decision.names]:
        await attachments.name_attachments(connection, named)
    refused = [(d.item, d.reading, d.decision.refusal, d.received) for d in decided if d.decision.refusal]
    if refused:
        await store.insert_refused(connection, refused, transaction.seal)
    await _save_survey(connection, [one.decision for one in decided])


async def _save_survey(connection: Connection, decisions: Sequence[Decision]) -> None:
    """Write devices, visits and what was found about their doubts."""
    declined = [*filter(None, (one.declined for one in decisions))]
    if declined:
        await survey.decline_requests(connection, declined)
        refused = [RefusedLater(one.receipt, _ASKS, one.why.code, one.why.reason) for one in declined]
        await store.refuse_later(connection, refused)
    for request in filter(None, (one.device_request for one in decisions)):
        await survey.save_request(connection, request)
    for binding in (binding for one in decisions for binding in one.bindings):
        await survey.save_binding(connection, binding)
    visits = [*filter(None, (one.visit for one in decisions))]
    if visits:
        await survey.insert_visits(connection, visits)
    for settled in filter(None, (one.settled for one in decisions)):
        await survey.save_settled(connection, settled)


async def _hear(
    transaction: Transaction, items: Sequence[Heard], config: DoorConfig, newsroom: Newsroom, result: Result
) -> list[str]:
    wanted = {ticket for item in items if (ticket := concerns(item.message, newsroom)) is not None}
    wholes = {whole for item in items if (whole := whole_of(item.message)) is not None}
    known = (await store.load_tickets(transaction.connection, wanted | wholes)).tickets if wanted else {}
    receipts = {receipt for item in items if (receipt := refuses(item.message)) is not None}
    answered = await store.load_answered(transaction.connection, receipts) if receipts else {}
    before, news, refused, words = dict(known), list[NewsRow](), list[RefusedLater](), list[str]()
    opens = dict[str, str | None]()
    for item in await _with_numbers(transaction, items):
        ticket = concerns(item.message, newsroom)
        if ticket is None:
            words.append("ignored")
            continue
        submission = answered.get(refuses(item.message) or "")
        stands = known.get(ticket) or known.get(whole_of(item.message) or "")
        reaction = react(item.message, item.envelope.time, stands, newsroom, submission)
        if reaction.ticket is not None:
            known[ticket] = reaction.ticket
        if reaction.news is not None:
            news.append(reaction.news)
        if reaction.refused is not None:
            refused.append(reaction.refused)
        if reaction.opens is not None:
            opens[reaction.opens.receipt] = config.secrets.second_factor(*reaction.opens)
        result.says += [Say(item.lane, topic, key, message, item.cause) for topic, key, message in reaction.says]
        words.append("told" if reaction.says else "noted")
    await _remember(transaction.connection, before, known, news)
    if refused:
        await store.refuse_later(transaction.connection, refused)
        await attachments.unname_attachments(transaction.connection, [one.receipt for one in refused])
    if opens:
        await store.open_by(transaction.connection, opens)
    return words


async def _with_numbers(transaction: Transaction, items: Sequence[Heard]) -> Sequence[Heard]:
    """What was heard, with corrected contacts opened: their number opens a receipt."""
    corrected = [item.message.model_dump_json() for item in items if isinstance(item.message, Corrected)]
    if not corrected or transaction.contacts is None:
        return items
    opening = await transaction.contacts.opening(transaction.connection, corrected)
    return [
        item._replace(message=Corrected.model_validate_json(opened_in(item.message.model_dump_json(), opening)))
        if isinstance(item.message, Corrected)
        else item
        for item in items
    ]


async def _remember(
    connection: Connection, before: dict[str, KnownTicket], after: dict[str, KnownTicket], news: Sequence[NewsRow]
) -> None:
    new = [after[id_] for id_ in sorted(after.keys() - before.keys())]
    changed = [after[id_] for id_ in sorted(before) if after[id_] != before[id_]]
    if new:
        await store.insert_tickets(connection, new)
    if changed:
        await store.update_tickets(connection, changed)
    if news:
        await store.insert_news(connection, news)


async def compare_anew(connection: Connection, ticket: str) -> None:
    """What was covered is compared with nothing any more."""
    said = await store.registered_words(connection, ticket)
    if said is not None:
        await store.compare_with(connection, ticket, comparable(said[0]), comparable(said[1]))
