"""Words that stop the machine: recognised in whatever a requester says, they are a person's to answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal

from chassis.frozen import replace
from rulebook.stop_words import Recognised
from schemas import dispatch as d
from schemas import inbound as i
from schemas.inbound import Action
from schemas.text import fitted
from schemas.values import CARRIED_ON, ENDED, DepartmentCode, StopWord, Tier, Utterance
from schemas.values import TicketState as S
from services.dispatch.core.draft import BY_POLICY, Draft
from services.dispatch.core.episode import Episode, Refusal
from services.dispatch.core.episodes.urgency import call_next
from services.dispatch.core.hearing import Heard, listen, speaks_of_misconduct, urges
from services.dispatch.core.holder import participants
from services.dispatch.core.regions import Acknowledged, Calling, ReopeningWanted, StopWords
from services.dispatch.core.rules import Rules
from services.dispatch.core.standing import BEFORE, OPEN, AtAnEnd
from services.dispatch.core.ticket import Ticket
from services.dispatch.core.who import NOT_YOURS

episode = Episode("stop_words")

_NOBODY_HAS_IT: Final = BEFORE | {S.REGISTERED}
_LONGEST: Final = 120
_HEEDED_WHERE_TAKEN: Final = (i.FollowUp, i.ProvideInfo)
"""Acts in which words are heeded before anything else follows from them."""
_INSIDE: Final = (i.Delegate, i.TakeBack, i.NoteInternally)
"""What a department writes for itself alone."""


# --- recognised ------------------------------------------------------------------------------------------------------


def is_withheld(rules: Rules, said: str | None) -> Literal[True] | None:
    """True of what departments must not read; None of all else."""
    return True if said is not None and speaks_of_misconduct(listen(rules, said)) else None


def is_for_a_person(draft: Draft) -> bool:
    """Whether no machine may end it: for what is being said, or for what nobody has seen to yet."""
    return bool(draft.heard.found) or not_seen_to_yet(draft.ticket)


def not_seen_to_yet(ticket: Ticket) -> bool:
    """Whether no person has seen yet to what was recognised, or nobody on duty knows yet of what is urgent."""
    return ticket.stop_words.unseen or isinstance(ticket.urgency, Calling)


def heed(draft: Draft, heard: Heard, *, anew: bool = False) -> None:
    """Say what was recognised; who is on duty is called again where somebody knew only of what was said before.

    What has ended becomes urgent as well, so that it comes back as that.
    `anew` says that the matter itself reads so now: whom it names takes no part from here on, whoever has the ticket.
    """
    found = heard.found
    if not found:
        return
    before = draft.ticket
    over = isinstance(before.standing, AtAnEnd) and not isinstance(before.wish, ReopeningWanted)
    urgent = urges(found)
    said = d.StopWordsFound(
        **draft.by_policy,
        found=tuple(_said(each) for each in found),
        tier=Tier.URGENT if urgent and before.matter.tier is not Tier.URGENT else None,
        named=_named(found) if anew or before.state in _NOBODY_HAS_IT else (),
        called_for=True if urgent and over else None,
        said=_cry(draft, heard.cry),
        waits=True if before.state not in _NOBODY_HAS_IT else None,
    )
    draft.say(said)
    if urgent and isinstance(before.urgency, Acknowledged):
        call_next(draft, BY_POLICY, reason="stop_words", said=said.said)


def _cry(draft: Draft, text: str | None) -> Utterance | None:
    """What somebody said in the act that is being taken; what the matter itself says needs no quotation."""
    if text is None or draft.cause is None:
        return None
    return Utterance(
        act=draft.kind,
        by=draft.by,
        text=text,
        withheld=is_withheld(draft.rules, text),
        inside=True if isinstance(draft.cause, _INSIDE) else None,
    )


def heed_act(draft: Draft, action: Action, refused: Refusal | None) -> None:
    """Heed what somebody said in an act; of acts that were refused also, unless the ticket is not theirs.

    Whoever is refused as a person of the centre reads so at once.
    """
    if refused is None:
        unheard = isinstance(action, _HEEDED_WHERE_TAKEN)
    else:
        no_department_of_it = isinstance(action, i.DepartmentAction) and refused.code == NOT_YOURS.code
        unheard = no_department_of_it or isinstance(action, i.OfficeAction)
    if not unheard:
        heed(draft, draft.heard)


def _said(each: Recognised) -> StopWord:
    group = each.group
    return StopWord(group=group.code, name=group.name, reason=group.reason, word=fitted(each.word, _LONGEST))


def _named(found: Sequence[Recognised]) -> tuple[DepartmentCode, ...]:
    return tuple(dict.fromkeys(code for each in found for code in each.named))


def _if_more_urgent(ticket: Ticket, fact: d.StopWordsFound) -> tuple[DepartmentCode, ...]:
    """Whoever works on it; of what has ended nobody does, though the city's review may wait for who led it."""
    return participants(ticket) if fact.tier and ticket.led_by is not None else ()


@episode.fact(d.StopWordsFound, heard_by=_if_more_urgent)
def _found(ticket: Ticket, fact: d.StopWordsFound, _at: datetime) -> Ticket:
    """Where the dispatcher is asked anyway they stand on that task; later ones wait at the desk for themselves."""
    before, matter = ticket.stop_words, ticket.matter
    tier = fact.tier or matter.tier
    urgency = ticket.urgency
    if fact.said is not None and isinstance(urgency, Calling):
        urgency = replace(urgency, said=fact.said)
    words = StopWords(
        found=(*before.found, *(each for each in fact.found if each.group not in before.groups)),
        named=tuple(dict.fromkeys((*before.named, *fact.named))),
        unseen=before.unseen or fact.waits is not None,
        called_for=before.called_for or fact.called_for is not None,
    )
    return replace(ticket, stop_words=words, urgency=urgency, matter=matter.classified(matter.category, tier))


# --- seen to ---------------------------------------------------------------------------------------------------------


def not_seen_to(draft: Draft, _action: i.SeeToStopWords) -> Refusal | None:
    if draft.ticket.stop_words.unseen:
        return None
    return Refusal("nothing_recognised", "该工单没有待处理的敏感内容；待派单的，请直接派单、转介或者不予受理。")


@episode.action(i.SeeToStopWords, OPEN | ENDED | CARRIED_ON, not_seen_to)
def see_to_stop_words(draft: Draft, action: i.SeeToStopWords) -> None:
    draft.say(d.StopWordsSeenTo(**draft.by_author, note=action.note))


@episode.fact(d.StopWordsSeenTo)
def _seen_to(ticket: Ticket, fact: d.StopWordsSeenTo, _at: datetime) -> Ticket:
    before = ticket.stop_words
    named = tuple(code for code in before.named if code not in fact.cleared)
    return replace(ticket, stop_words=replace(before, named=named, unseen=False))
