"""What notify does in a lane transaction: learn, put down what is to be told, say what came back of what was sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import Any, Final

from pydantic import TypeAdapter

from chassis.decider import Decider
from chassis.fold import folding
from chassis.service import Foreign, Heard, Outcome, Record, Transaction, Work
from schemas.envelope import Envelope, derived_id
from schemas.message import Message
from schemas.notices import NoticeAttemptFailed, NoticeDelivered, NoticeDropped, NoticeGivenUp
from schemas.registry import NOTICES
from services.notify import store
from services.notify.core.ledger import Command, NoticeLedger, Report, Request, decide, evolve
from services.notify.core.notice import Notice
from services.notify.core.profile import Profile
from services.notify.core.wording import Wording
from services.notify.reactions import LISTENS_TO, react

_REMEMBERED: Final = 5_000
STATE: Final = TypeAdapter(NoticeLedger)


def telling(wording: Wording) -> Work:
    """Make the work of the service under one policy."""

    async def work(transaction: Transaction, items: Sequence[Heard | Foreign]) -> Outcome:
        heard = [item for item in items if isinstance(item, Heard)]
        outcomes = await store.unreported(transaction.connection, list(transaction.lanes), transaction.at_once)
        wanted = await _wanted(transaction, [item for item in heard if type(item.message) in LISTENS_TO], wording)
        decider = Decider[NoticeLedger, Command](
            topic=NOTICES,
            state=STATE,
            react=partial(_commands, wanted=wanted),
            decide=decide,
            evolve=evolve,
        )
        returned = [returned_of(dict(row)) for row in outcomes]
        done = await folding(decider)(transaction, [*returned, *heard])
        await store.plan(
            transaction.connection,
            [
                store.Planned(item.envelope.subject, item.lane, notice)
                for item in heard
                for notice in wanted.get(item.envelope.id, ())
            ],
        )
        if outcomes:
            await store.mark_reported(transaction.connection, [(row["notice"], row["attempt"]) for row in outcomes])
        return replace(done, words=done.words[len(returned) :])

    return work


def _commands(heard: Heard, wanted: Mapping[str, Sequence[Notice]]) -> Sequence[tuple[str, Command]]:
    """Turn a fact into requests for what it was found to ask for, and an outcome into a report."""
    message, ticket = heard.message, heard.envelope.subject
    if isinstance(message, NoticeDelivered | NoticeAttemptFailed | NoticeGivenUp | NoticeDropped):
        return ((message.ticket, Report(message)),)
    return [(ticket, Request(ticket, notice)) for notice in wanted.get(heard.envelope.id, ())]


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


def returned_of(row: Mapping[str, Any]) -> Heard:
    """Make what came back of an attempt into something heard: caused by the attempt, judged by the moment it ended."""
    envelope = Envelope(
        id=derived_id(row["notice"], "attempt", row["attempt"]),
        source="",
        type="",
        time=row["ended_at"],
        subject=row["ticket"],
        correlation=row["ticket"],
    )
    record = Record(NOTICES, 0, 0, None, None, (), row["ended_at"])
    return Heard(row["lane"], record, envelope, _fact(row))


def _fact(row: Mapping[str, Any]) -> Message:
    ticket, notice, way, attempt = row["ticket"], row["notice"], row["way"], row["attempt"]
    if row["outcome"] == "delivered":
        return NoticeDelivered(ticket=ticket, notice=notice, way=way, attempts=attempt)
    if row["outcome"] == "dropped":
        return NoticeDropped(ticket=ticket, notice=notice, way=way)
    if row["outcome"] == "given_up":
        return NoticeGivenUp(ticket=ticket, notice=notice, way=way, attempts=attempt, error=row["error"])
    return NoticeAttemptFailed(
        ticket=ticket, notice=notice, way=way, attempt=attempt, error=row["error"], next_at=row["next_at"]
    )
