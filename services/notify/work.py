"""What notify does in a lane transaction: learn, put down what is to be told, say what came back of what was sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from pydantic import TypeAdapter

from chassis.decider import Decider
from chassis.fold import folding, recalling
from chassis.published_tail import PublishedTail
from chassis.service import Connection, Fact, Foreign, Heard, Recall, Record, Transaction, Work
from chassis.service import Outcome as Done
from schemas.envelope import Envelope, derived_id
from schemas.message import Message
from schemas.notices import (
    NoticeAccepted,
    NoticeAttemptFailed,
    NoticeDelivered,
    NoticeDropped,
    NoticeGivenUp,
    NoticeRequested,
    NoticeUnconfirmed,
    NoticeUndelivered,
)
from schemas.registry import NOTICES, model_of
from services.notify import store
from services.notify.core.elsewhere import told_elsewhere
from services.notify.core.ledger import Command, NoticeLedger, Outcome, Report, Request, decide, evolve
from services.notify.core.notice import Notice
from services.notify.core.profile import Profile
from services.notify.core.wording import Wording
from services.notify.reactions import LISTENS_TO, react
from services.notify.store import OVER, Ended, Planned

if TYPE_CHECKING:
    import asyncpg

_REMEMBERED: Final = 5_000
_NOT_ARRIVED: Final = frozenset({"given_up", "undelivered", "unconfirmed"})
STATE: Final = TypeAdapter(NoticeLedger)
Returned: TypeAlias = "Mapping[str, Any] | asyncpg.Record"


def telling(wording: Wording) -> Work:
    """Make the work of the service under one policy."""

    async def work(transaction: Transaction, items: Sequence[Heard | Foreign]) -> Done:
        heard = [item for item in items if isinstance(item, Heard)]
        lanes = [] if transaction.tail is not None else list(transaction.lanes)
        outcomes = await store.unreported(transaction.connection, lanes, transaction.at_once)
        wanted = await _wanted(transaction, [item for item in heard if type(item.message) in LISTENS_TO], wording)
        elsewhere = await _elsewhere(transaction, outcomes, wording)
        returned = [returned_of(row, elsewhere.get(row["notice"])) for row in outcomes]
        wanted |= {item.envelope.id: _of(elsewhere, item) for item in returned}
        done = await folding(_decider(wanted))(transaction, [*returned, *heard])
        planned = [
            Planned(item.envelope.subject, item.lane, notice)
            for item in (*returned, *heard)
            for notice in wanted.get(item.envelope.id, ())
        ]
        if transaction.tail is None:
            await store.plan(transaction.connection, planned)
        else:
            await _plan_again(transaction.connection, planned, transaction.tail)
        if outcomes:
            await store.mark_reported(transaction.connection, outcomes)
        return replace(done, words=done.words[len(returned) :])

    return work


def _decider(wanted: Mapping[str, Sequence[Notice]]) -> Decider[NoticeLedger, Command]:
    return Decider(
        topic=NOTICES,
        state=STATE,
        react=partial(_commands, wanted=wanted),
        decide=decide,
        evolve=evolve,
    )


def recall() -> Recall:
    """How the service takes from its own topic what was asked for and what was sent: that is not sent again."""
    folded = recalling(_decider({}))

    async def work(transaction: Transaction, facts: Sequence[Fact]) -> Done:
        outcome = await folded.work(transaction, facts)
        await store.settle(transaction.connection, settled_by((fact.message, fact.cause.time) for fact in facts))
        return outcome

    return Recall(folded.topic, work)


async def _plan_again(connection: Connection, planned: Sequence[Planned], published: PublishedTail) -> None:
    """Put down again what was asked for, as the facts say that it stands; nothing else is asked for."""
    facts = {
        each.ticket: [
            (read_fact(one.body, one.envelope.type), one.envelope.time) for one in published.about[each.ticket]
        ]
        for each in planned
        if each.ticket in published.about
    }
    asked = {
        ticket: [fact for fact, _ in those if isinstance(fact, NoticeRequested)] for ticket, those in facts.items()
    }
    known = [again for each in planned if (again := known_again(each, asked.get(each.ticket, ()))) is not None]
    await store.plan(connection, known)
    await store.settle(
        connection, settled_by(one for ticket in {each.ticket for each in known} for one in facts[ticket])
    )


def known_again(planned: Planned, asked: Sequence[NoticeRequested]) -> Planned | None:
    """A message as it was asked for then; None for one that was not.

    Where it came from another fact than now, because two were heard in the other order, it keeps the key of then.
    """
    notice = planned.notice
    if any(each.notice == notice.key for each in asked):
        return planned
    like = (notice.template, notice.to.audience, notice.to.way.value)
    keys = [each.notice for each in asked if (each.template, each.audience, each.way) == like]
    return planned._replace(notice=notice._replace(key=keys[0])) if keys else None


def read_fact(body: str, name: str) -> Message:
    """Read a fact of ours; LookupError for one that this version does not know."""
    model = model_of(name)
    if model is None:
        raise LookupError(name)
    return model.model_validate_json(body)


def settled_by(facts: Iterable[tuple[Message, datetime]]) -> Sequence[Ended]:
    """What attempts came to, and what was reported of them, by the facts that tell of them, in order."""
    attempts: Counter[str] = Counter()
    ended = []
    for fact, at in facts:
        match fact:
            case NoticeAccepted():
                one = Ended(fact.notice, fact.attempts, at, "accepted", None, None)
            case NoticeDelivered():
                one = Ended(fact.notice, fact.attempts, at, "delivered", None, None)
            case NoticeUndelivered():
                one = Ended(fact.notice, max(attempts[fact.notice], 1), at, "undelivered", fact.error, None)
            case NoticeUnconfirmed():
                one = Ended(fact.notice, max(attempts[fact.notice], 1), at, "unconfirmed", None, None)
            case NoticeAttemptFailed():
                one = Ended(fact.notice, fact.attempt, at, "failed", fact.error, fact.next_at)
            case NoticeGivenUp():
                one = Ended(fact.notice, fact.attempts, at, "given_up", fact.error, None)
            case NoticeDropped():
                one = Ended(fact.notice, attempts[fact.notice] + 1, at, "dropped", OVER, None)
            case _:
                continue
        attempts[fact.notice] = one.attempt
        ended.append(one)
    return ended


def _commands(heard: Heard, wanted: Mapping[str, Sequence[Notice]]) -> Sequence[tuple[str, Command]]:
    """Turn a fact into requests for what it was found to ask for, and an outcome into a report besides."""
    message, ticket = heard.message, heard.envelope.subject
    requests = [(ticket, Request(ticket, notice)) for notice in wanted.get(heard.envelope.id, ())]
    return [(ticket, Report(message)), *requests] if isinstance(message, Outcome) else requests


async def _elsewhere(transaction: Transaction, outcomes: Sequence[Returned], wording: Wording) -> Mapping[str, Notice]:
    """What did not arrive, as its person is told it another way, by the key of the notice that did not."""
    lost = {row["notice"]: row for row in outcomes if row["outcome"] in _NOT_ARRIVED}
    if not lost:
        return {}
    profiles = await _profiles(transaction, {row["ticket"]: row["lane"] for row in lost.values()})
    found = {
        message.notice: told_elsewhere(message, profile, wording.book, lost[message.notice]["ended_at"])
        for message in await store.not_arrived(transaction.connection, list(lost))
        if (profile := profiles.get(message.ticket)) is not None
    }
    return {key: notice for key, notice in found.items() if notice is not None}


def _of(elsewhere: Mapping[str, Notice], item: Heard) -> list[Notice]:
    """What is asked for by what came back: the same, elsewhere."""
    if not isinstance(item.message, NoticeGivenUp | NoticeUndelivered | NoticeUnconfirmed):
        return []
    notice = elsewhere.get(item.message.notice)
    return [] if notice is None else [notice]


async def _wanted(transaction: Transaction, heard: Sequence[Heard], wording: Wording) -> dict[str, list[Notice]]:
    """Learn from what was heard, and word what it asks to be told, by the id of the fact."""
    profiles = await _profiles(transaction, {item.envelope.subject: item.lane for item in heard})
    changed: dict[str, Profile] = {}
    wanted: dict[str, list[Notice]] = {}
    for item in heard:
        ticket, at = item.envelope.subject, item.envelope.time
        before = profiles.get(ticket)
        after, wishes = react(before or Profile(ticket=ticket), item.message, at, wording.book)
        worded = (wording.notice(wish, after, item.envelope.id, at) for wish in wishes)
        wanted[item.envelope.id] = [notice for notice in worded if notice is not None]
        if after is not before:
            profiles[ticket] = changed[ticket] = after
    await store.save_profiles(transaction, changed)
    _remember(transaction, heard, changed)
    return wanted


async def _profiles(transaction: Transaction, tickets: Mapping[str, str]) -> dict[str, Profile]:
    memories = {name: _memory(transaction, name) for name in transaction.lanes}
    found = {ticket: memories[lane][ticket] for ticket, lane in tickets.items() if ticket in memories[lane]}
    missing = sorted(tickets.keys() - found.keys())
    return {**found, **await store.load_profiles(transaction, missing)} if missing else found


def _memory(transaction: Transaction, lane: str) -> dict[str, Profile]:
    memory: dict[str, Profile] = transaction.lanes[lane].cache.setdefault("profiles", {})
    return memory


def _remember(transaction: Transaction, heard: Sequence[Heard], changed: Mapping[str, Profile]) -> None:
    """What is remembered goes with the lane: after a failure it is read again."""
    for ticket, lane in {item.envelope.subject: item.lane for item in heard}.items():
        if ticket in changed:
            memory = _memory(transaction, lane)
            memory.pop(ticket, None)
            memory[ticket] = changed[ticket]
    for name in transaction.lanes:
        memory = _memory(transaction, name)
        for ticket in list(islice(memory, max(len(memory) - _REMEMBERED, 0))):
            del memory[ticket]


def returned_of(row: Returned, elsewhere: Notice | None = None) -> Heard:
    """Make what came back of an attempt into something heard: caused by the attempt, judged by the moment it ended."""
    what = (row["outcome"],) if row["settled"] else ("attempt", row["attempt"])
    envelope = Envelope(
        id=derived_id(row["notice"], *what),
        source="",
        type="",
        time=row["ended_at"],
        subject=row["ticket"],
        correlation=row["ticket"],
    )
    record = Record(NOTICES, 0, 0, None, None, (), row["ended_at"])
    return Heard(row["lane"], record, envelope, _fact(row, elsewhere.to.way.value if elsewhere else None))


def _fact(row: Returned, otherwise: str | None) -> Message:
    known: dict[str, Any] = {"ticket": row["ticket"], "notice": row["notice"], "way": row["way"]}
    attempt, error = row["attempt"], row["error"]
    match row["outcome"]:
        case "accepted":
            return NoticeAccepted(**known, attempts=attempt)
        case "delivered":
            return NoticeDelivered(**known, attempts=attempt)
        case "undelivered" | "unconfirmed" | "given_up":
            return _lost(row, known, otherwise)
        case "dropped":
            return NoticeDropped(**known)
        case _:
            return NoticeAttemptFailed(**known, attempt=attempt, error=error, next_at=row["next_at"])


def _lost(row: Returned, known: Mapping[str, Any], otherwise: str | None) -> Message:
    match row["outcome"]:
        case "undelivered":
            return NoticeUndelivered(**known, error=row["error"], otherwise=otherwise)
        case "unconfirmed":
            return NoticeUnconfirmed(**known, otherwise=otherwise)
        case _:
            return NoticeGivenUp(**known, attempts=row["attempt"], error=row["error"], otherwise=otherwise)
