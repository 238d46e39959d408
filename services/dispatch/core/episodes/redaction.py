"""Redaction (涂去): a passage that should never have been written is covered, here and in tickets that have it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

from pydantic import TypeAdapter

from chassis.frozen import replace
from schemas import dispatch as d
from schemas import inbound as i
from schemas import requests as r
from schemas.redaction import BLOCK, Overlay, Passage, blocked, is_blocked, seal_of
from schemas.spoken import reworded, spoken_in
from schemas.values import TicketId
from schemas.values import TicketState as S
from services.dispatch.core import standing as s
from services.dispatch.core.draft import Draft
from services.dispatch.core.episode import MOOT, Episode, Refusal
from services.dispatch.core.holder import participants
from services.dispatch.core.texts import texts_of
from services.dispatch.core.ticket import Ticket
from vocabulary import passage

episode = Episode("redaction")

_ANY: Final = frozenset(S) - {S.REGISTERED}
_TICKET: Final[TypeAdapter[Ticket]] = TypeAdapter(Ticket)
_UNNAMED: Final = "kept-"


def _passage(ticket: Ticket, action: i.Redact) -> str:
    text, start = texts_of(ticket).get(action.where or "", ""), action.start or 0
    return text[start : start + action.length]


def _kept(ticket: Ticket) -> Mapping[str, str]:
    """Every text of the ticket, also those that nobody can point at: these by their place in what is kept of it."""
    named = texts_of(ticket)
    others = dict.fromkeys(spoken_in(_TICKET.dump_python(ticket, mode="json")))
    return {**named, **{f"{_UNNAMED}{number}": text for number, text in enumerate(others, 1)}}


def _text(ticket: Ticket, name: str) -> str:
    return (_kept(ticket) if name.startswith(_UNNAMED) else texts_of(ticket)).get(name, "")


def _found(draft: Draft, sealed: Passage) -> tuple[str, int] | tuple[None, None]:
    """In which text of the ticket a passage stands that is known by its hash, and from which character."""
    overlay = Overlay([sealed], draft.rules.redaction_key)
    for name, text in _kept(draft.ticket).items():
        covered = overlay.text(text)
        if covered != text:
            return name, next(place for place, letter in enumerate(covered) if letter == BLOCK != text[place])
    return None, None


# --- asked for by a person of the centre -----------------------------------------------------------------------------


def pointed_at(_draft: Draft, action: i.Redact) -> Refusal | None:
    """A passage is pointed at in one way: by its place, or by its hash; its words are of no use here any more."""
    by_place, by_hash = (action.where is not None, action.start is not None), action.seal is not None
    if by_place == (not by_hash,) * 2 and action.passage is None:
        return None
    return Refusal("points_nowhere", "请写明要涂去的在哪段文字、从第几字起（where、start），或者写出原文（passage）。")


def text_known(draft: Draft, action: i.Redact) -> Refusal | None:
    texts = texts_of(draft.ticket)
    if action.where is None or action.where in texts:
        return None
    choice = "、".join(map(passage, texts))
    return Refusal("no_such_text", f"该工单没有名为{action.where}的文字，请从这些中选择：{choice}。")


def passage_there(draft: Draft, action: i.Redact) -> Refusal | None:
    text = texts_of(draft.ticket).get(action.where or "")
    if text is None or action.start is None or action.start + action.length <= len(text):
        return None
    length = len(text)
    return Refusal("no_such_passage", f"该文字共{length}字，所指的一段不在其中；请核对起点和字数。")


def not_redacted_yet(draft: Draft, action: i.Redact) -> Refusal | None:
    passage = _passage(draft.ticket, action)
    if action.seal not in draft.ticket.redacted and not (passage and is_blocked(passage)):
        return None
    return Refusal("redacted_already", "这一段已经涂去，无须再涂。")


def reason_says_nothing(draft: Draft, action: i.Redact) -> Refusal | None:
    seal = _seal(draft, action)
    if Overlay([Passage(seal, action.length)], draft.rules.redaction_key).text(action.reason) == action.reason:
        return None
    return Refusal("reason_repeats_it", "理由中又写了要涂去的内容；请只写明为什么涂去。")


def _seal(draft: Draft, action: i.Redact) -> str:
    return action.seal or seal_of(_passage(draft.ticket, action), draft.rules.redaction_key)


@episode.action(i.Redact, _ANY, pointed_at, text_known, passage_there, not_redacted_yet, reason_says_nothing)
def redact(draft: Draft, action: i.Redact) -> None:
    """Cover a passage; who sees the fact learns where it stood and how long it was, and no more.

    One that stands in no text of the ticket is covered wherever else it is kept, as in what was refused.
    """
    seal, where, start = _seal(draft, action), action.where, action.start
    if action.seal is not None:
        where, start = _found(draft, Passage(action.seal, action.length))
    redacted = d.Redacted(
        **draft.by_author, where=where, start=start, length=action.length, seal=seal, reason=action.reason
    )
    draft.say(redacted)


# --- passed on to the tickets that have the same words ---------------------------------------------------------------


def _others(ticket: Ticket, fact: d.Redacted) -> Iterator[r.TicketRequest]:
    for other in related(ticket):
        if other != fact.origin:
            yield r.RedactToo(
                ticket=other, origin=ticket.id, by=fact.by, seal=fact.seal, length=fact.length, reason=fact.reason
            )


def related(ticket: Ticket) -> Iterator[TicketId]:
    """Where the same words can stand: what it was merged into, what it took in, its whole and its parts."""
    match ticket.standing:
        case s.Merged(into=into):
            yield into
        case s.Split(waiting=waiting):
            yield from waiting
        case _:
            pass
    yield from ticket.taken
    yield from ticket.parts
    if ticket.matter.part_of is not None:
        yield ticket.matter.part_of


def not_covered_yet(draft: Draft, request: r.RedactToo) -> Refusal | None:
    return MOOT if request.seal in draft.ticket.redacted else None


@episode.request(r.RedactToo, _ANY, not_covered_yet)
def redact_too(draft: Draft, request: r.RedactToo) -> None:
    where, start = _found(draft, Passage(request.seal, request.length))
    redacted = d.Redacted(
        **draft.by_author,
        where=where,
        start=start,
        length=request.length,
        seal=request.seal,
        origin=request.origin,
        reason=request.reason,
    )
    draft.say(redacted)


@episode.fact(d.Redacted, heard_by=participants, asks=_others)
def _covered(ticket: Ticket, fact: d.Redacted, _at: datetime) -> Ticket:
    """The passage itself stands in the ticket: it is found there, and covered wherever else it stands."""
    after = replace(ticket, redacted=(*ticket.redacted, fact.seal))
    if fact.where is None or fact.start is None:
        return after
    passage = _text(ticket, fact.where)[fact.start : fact.start + fact.length]
    if is_blocked(passage):
        return after
    document = _TICKET.dump_python(after, mode="json")
    return _TICKET.validate_python(reworded(document, lambda text: blocked(text, passage)))
