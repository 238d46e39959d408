"""A contact about an open ticket nudges (催办) or adds something (补充): counted, and sent to whoever holds it.

What nobody made sure to be the requester's is sent, marked as such, and neither counted nor passed on as a nudge.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Literal, NamedTuple

from chassis.frozen import replace
from schemas import dispatch as d
from schemas import inbound as i
from schemas import requests as r
from schemas.inbound import CHANNEL_OF
from schemas.values import Channel, DepartmentCode, Receipt, Verified
from schemas.values import TicketState as S
from services.dispatch.core.draft import BY_POLICY, Draft
from services.dispatch.core.episode import MOOT, Episode, Refusal
from services.dispatch.core.episodes.correction import complete_contact
from services.dispatch.core.episodes.nudging import nudge_holder
from services.dispatch.core.episodes.stop_words import heed
from services.dispatch.core.hearing import hear, speaks_of_misconduct
from services.dispatch.core.holder import participants
from services.dispatch.core.notes import with_word
from services.dispatch.core.standing import OPEN, Merged, Split
from services.dispatch.core.ticket import Ticket
from services.dispatch.core.who import verified_as

episode = Episode("follow_ups")


class FollowUpContact(NamedTuple):
    """What came in about a ticket that exists: it nudges, or adds something."""

    receipt: Receipt
    channel: Channel
    mode: Literal["press", "add"]
    text: str
    verified: Verified | None


@episode.action(i.FollowUp, OPEN | {S.SPLIT, S.MERGED})
def follow_up(draft: Draft, action: i.FollowUp) -> None:
    count_contact(draft, contact_of(draft, action, action.mode))
    complete_contact(draft, action)


def contact_of(draft: Draft, action: i.FollowUp | i.ProvideInfo, mode: Literal["press", "add"]) -> FollowUpContact:
    """A contact as its author made it."""
    return FollowUpContact(draft.receipt, channel_of(draft), mode, action.text, verified_as(draft, action))


def channel_of(draft: Draft) -> Channel:
    """The channel that the author speaks through, the ticket's own where it is none."""
    party = draft.by.party
    return (CHANNEL_OF.get(party.kind) if party else None) or draft.ticket.matter.channel


def count_contact(draft: Draft, contact: FollowUpContact) -> None:
    """Keep and heed what a contact says; every so many of the requester's nudges reach whoever holds the ticket."""
    heard = hear(draft.rules, contact.text)
    said = d.FollowUpAdded(
        **draft.by_author,
        receipt=contact.receipt,
        channel=contact.channel,
        mode=contact.mode,
        text=contact.text,
        count=draft.ticket.follow_ups + (contact.verified is not None),
        verified=contact.verified,
        withheld=speaks_of_misconduct(heard.found) or None,
    )
    draft.say(said)
    nudges, step = draft.ticket.requester_nudges, draft.rules.policy.ladder.follow_ups_that_nudge
    held_by_others = isinstance(draft.ticket.standing, Merged | Split)
    if not held_by_others:
        heed(draft, heard)
    if contact.mode == "press" and contact.verified and not held_by_others and nudges % step == 0:
        nudge_holder(draft, f"诉求人已催办{nudges}次。", BY_POLICY)


def taken_or_part(draft: Draft, request: r.PassOnFollowUp) -> Refusal | None:
    related = request.origin == draft.ticket.matter.part_of or request.origin in draft.ticket.taken
    return None if related else MOOT


@episode.request(r.PassOnFollowUp, OPEN | {S.SPLIT, S.MERGED}, taken_or_part)
def pass_on_follow_up(draft: Draft, request: r.PassOnFollowUp) -> None:
    count_contact(draft, passed_on(request))


def passed_on(request: r.PassOnFollowUp) -> FollowUpContact:
    """A contact as it came in about another ticket."""
    return FollowUpContact(request.receipt, request.channel, request.mode, request.text, request.verified)


def _to_who_has_it(ticket: Ticket, fact: d.FollowUpAdded) -> Iterator[r.TicketRequest]:
    """What is said about a merged or a split ticket is for those that are worked on in its place."""
    match ticket.standing:
        case Merged(into=into):
            others: tuple[str, ...] = (into,)
        case Split(waiting=waiting):
            others = waiting
        case _:
            others = ()
    for other in others:
        yield r.PassOnFollowUp(
            ticket=other,
            origin=ticket.id,
            by=fact.by,
            receipt=fact.receipt,
            channel=fact.channel,
            mode=fact.mode,
            text=fact.text,
            verified=fact.verified,
            attachments=fact.attachments,
        )


def _whoever_may(ticket: Ticket, fact: d.FollowUpAdded) -> tuple[DepartmentCode, ...]:
    return () if fact.withheld else participants(ticket)


@episode.fact(d.FollowUpAdded, heard_by=_whoever_may, asks=_to_who_has_it)
def _added(ticket: Ticket, fact: d.FollowUpAdded, at: datetime) -> Ticket:
    unverified = fact.verified is None
    nudges = ticket.requester_nudges + (fact.mode == "press" and not unverified)
    after = replace(ticket, follow_ups=fact.count, requester_nudges=nudges)
    return after if fact.withheld else with_word(after, fact.mode, fact.text, at, unverified=unverified)
