"""First contact (先行联系): owed by the lead from its order on, made, or exempt where no way leads to the requester."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from chassis.frozen import replace
from schemas import dispatch as d
from schemas import inbound as i
from schemas.values import Clock, DepartmentCode, RequesterKind
from schemas.values import TicketState as S
from services.dispatch.core.draft import Draft
from services.dispatch.core.due_times import due_no_more
from services.dispatch.core.episode import Episode, Refusal, state_guard
from services.dispatch.core.episodes.supervision import answered_by_work
from services.dispatch.core.holder import participants
from services.dispatch.core.notes import noted
from services.dispatch.core.regions import Exempt, Made, Owed
from services.dispatch.core.standing import DISPUTED, WAITING, WITH_LEAD, CallbackPending, Handled
from services.dispatch.core.ticket import Ticket, cannot_be_reached
from services.dispatch.core.who import by_lead

episode = Episode("first_contact")

_VISIT: Final = "visit"
"""Who was met at the place was met whatever number stood in the order."""


@state_guard
def requester_reachable(draft: Draft) -> Refusal | None:
    if draft.ticket.matter.requester_kind is RequesterKind.ANONYMOUS:
        return Refusal("anonymous", "诉求人匿名，免先行联系，请直接办理。")
    return None


@episode.action(i.MakeFirstContact, WITH_LEAD | DISPUTED | WAITING | {S.HANDLED}, by_lead, requester_reachable)
def make_first_contact(draft: Draft, action: i.MakeFirstContact) -> None:
    if action.reached:
        draft.say(d.FirstContactMade(**draft.by_author, department=draft.lead, method=action.method, note=action.note))
    else:
        draft.say(d.FirstContactTried(**draft.by_author, department=draft.lead, method=action.method, note=action.note))


def exempt_unreachable(draft: Draft, lead: DepartmentCode) -> None:
    """Nobody owes a contact to whom no way leads; a lead that finds one all the same may report it."""
    nobody = cannot_be_reached(draft.ticket.matter)
    if nobody is not None and isinstance(draft.ticket.contact, Owed):
        draft.say(d.FirstContactExempt(**draft.by_policy, department=lead, reason=nobody))


def owe_again(draft: Draft, *, wrongly_dialled: bool = False) -> None:
    """Whoever leads owes the first contact from the moment on from which a way leads to the requester.

    `wrongly_dialled` says that the number that stood until now was not theirs: who was reached by it was somebody else.
    """
    reached_another = (
        wrongly_dialled and isinstance(draft.ticket.contact, Made) and draft.ticket.contact.method != _VISIT
    )
    if exempt_without_reason(draft.ticket) or (reached_another and _still_owed(draft.ticket)):
        draft.say(d.FirstContactOwed(**draft.by_policy, department=draft.lead))


def exempt_without_reason(ticket: Ticket) -> bool:
    """Whether somebody leads who need not contact the requester, though a way leads there and nothing was reviewed."""
    exempt = isinstance(ticket.contact, Exempt) and cannot_be_reached(ticket.matter) is None
    return exempt and _still_owed(ticket)


def _still_owed(ticket: Ticket) -> bool:
    """Whether somebody leads, whose report was not reviewed."""
    standing = ticket.standing
    reviewed = isinstance(standing, CallbackPending) or (isinstance(standing, Handled) and standing.accepted)
    return ticket.led_by is not None and not reviewed


@episode.fact(d.FirstContactTried, heard_by=participants)
def _tried(ticket: Ticket, fact: d.FirstContactTried, _at: datetime) -> Ticket:
    after, owed = _shared(ticket, fact.department, fact.note), ticket.contact
    return replace(after, contact=Owed(tries=owed.tries + 1, note=fact.note)) if isinstance(owed, Owed) else after


@episode.fact(d.FirstContactMade, heard_by=participants)
def _made(ticket: Ticket, fact: d.FirstContactMade, _at: datetime) -> Ticket:
    after = replace(_shared(ticket, fact.department, fact.note), contact=Made(method=fact.method, note=fact.note))
    return due_no_more(answered_by_work(after), {Clock.FIRST_CONTACT})


def _shared(ticket: Ticket, department: DepartmentCode, note: str | None) -> Ticket:
    """Whoever works on it reads what was said at the contact."""
    return noted(ticket, department, note) if note else ticket


@episode.fact(d.FirstContactExempt, heard_by=participants)
def _exempt(ticket: Ticket, _fact: d.FirstContactExempt, _at: datetime) -> Ticket:
    return due_no_more(replace(ticket, contact=Exempt()), {Clock.FIRST_CONTACT})


@episode.fact(d.FirstContactOwed, heard_by=participants)
def _owed(ticket: Ticket, _fact: d.FirstContactOwed, _at: datetime) -> Ticket:
    return replace(ticket, contact=Owed())
