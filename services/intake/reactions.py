"""What the door does when it hears of a ticket's life: remember what concerns it, and tell the channel."""

from __future__ import annotations

from typing import Final, NamedTuple

from doors.own import answered_on, is_answered
from doors.phones import without_extension
from schemas.dispatch import (
    ActionRefused,
    CallbackReviewOrdered,
    Classified,
    Closed,
    Corrected,
    Dated,
    DepartmentReplaced,
    Dispatched,
    DispatchFact,
    DueNoted,
    Handled,
    IncidentActionRefused,
    Opened,
    Overdue,
    ProgressNoted,
    ReferralRecorded,
    StopWordsFound,
)
from schemas.message import Message
from schemas.promise import PROMISING
from schemas.public import ReceiptRefused, TicketNews
from schemas.referral import Referral
from schemas.registry import channel_topic
from schemas.values import Clock, Instant, TicketState
from services.intake.core.news import NO_DATES, Dates, Newsroom, own_date
from services.intake.core.promises import Promise, begun, passes, said
from services.intake.core.state import Answer, KnownTicket


class NewsRow(NamedTuple):
    """One thing that the requester can look up."""

    ticket: str
    at: Instant
    happened: str
    state: str
    text: str


class SubmissionId(NamedTuple):
    """By what its author calls a submission: the source and the id of the CloudEvent."""

    source: str
    id: str


class RefusedLater(NamedTuple):
    """A submission that the door took and dispatch refused: what its receipt says from now on."""

    receipt: str
    action: str
    code: str
    reason: str


class OpensBy(NamedTuple):
    """With which telephone number a receipt opens from now on; None where with none."""

    receipt: str
    number: str | None


class Reaction(NamedTuple):
    """What follows from one fact: who is told, and what is known of ticket or submission from now on."""

    says: tuple[Answer, ...] = ()
    ticket: KnownTicket | None = None
    news: NewsRow | None = None
    refused: RefusedLater | None = None
    opens: OpensBy | None = None


NOTHING: Final = Reaction()


def listens_to(newsroom: Newsroom) -> frozenset[type[Message]]:
    """List the facts that may concern the door; of some, it depends on what they say."""
    return newsroom.facts | {ActionRefused, Corrected, DepartmentReplaced, Handled, IncidentActionRefused, Opened}


def concerns(message: Message, newsroom: Newsroom) -> str | None:
    """Tell which ticket's record is needed to react; None for what the door need not know."""
    match message:
        case ActionRefused() | Handled() | Corrected() | DepartmentReplaced():
            return message.ticket
        case IncidentActionRefused():
            return message.incident
        case Opened():
            return message.ticket if message.part_of is not None else None
        case (
            ProgressNoted(for_requester=None)
            | CallbackReviewOrdered(city=None)
            | ReferralRecorded(record=Referral(number=None))
            | Classified(deadline=None)
            | StopWordsFound(deadline=None)
            | DueNoted(due=None)
        ):
            return None
        case DispatchFact() if newsroom.line_of(message) is not None and _can_be_told(message):
            return message.ticket
        case _:
            return None


def _can_be_told(message: DispatchFact) -> bool:
    """No requester is promised anything by the other clocks."""
    return not isinstance(message, DueNoted | Overdue) or message.clock in PROMISING


def whole_of(message: Message) -> str | None:
    """Tell the ticket that a fact makes a part of: a part is known by the same accounts."""
    return message.part_of if isinstance(message, Opened) else None


def refuses(message: Message) -> str | None:
    """Tell the receipt of the submission that a fact refuses."""
    return message.receipt if isinstance(message, ActionRefused | IncidentActionRefused) else None


def react(
    message: Message,
    at: Instant,
    known: KnownTicket | None,
    newsroom: Newsroom,
    answered: SubmissionId | None = None,
) -> Reaction:
    """React to a fact that concerns the door, knowing its ticket (or its whole), and the submission that it answers."""
    match message:
        case Opened() if known is None or known.id != message.ticket:
            return Reaction(ticket=_part(message, at, known.account if known is not None else None))
        case ActionRefused() | IncidentActionRefused():
            return NOTHING if answered is None else _refusal(message, answered)
        case Corrected() if known is not None:
            better = _known_better(known, message)
            reaction = Reaction(ticket=better) if message.told is None else _progress(message, at, better, newsroom)
            return reaction._replace(opens=_opened_by(better, message))
        case DispatchFact() if known is not None:
            return _progress(message, at, _known_better(known, message), newsroom)
        case _:
            return NOTHING


def _known_better(known: KnownTicket, message: DispatchFact) -> KnownTicket:
    match message:
        case Handled():
            return known._replace(reply=message.reply)
        case Dispatched(lead=lead):
            return known._replace(lead=lead)
        case DepartmentReplaced(department=lead, replaced=known.lead):
            return known._replace(lead=lead)
        case Corrected(new=new):
            return known._replace(
                reply=new.reply or known.reply,
                category=new.category or known.category,
                requester=new.requester or known.requester,
                account=new.account or known.account,
            )
        case _:
            return known


def _opened_by(known: KnownTicket, message: Corrected) -> OpensBy | None:
    """Whoever had the wrong number is let in no more; who wants to stay unknown is known by no number."""
    was, now = message.old.contact, message.new.contact
    if known.requester is None or now is None or now.phone is None or (was is not None and was.phone == now.phone):
        return None
    if message.ticket != known.whole:
        return None  # a part is its own: the receipt is the whole's, and so is the number that opens it
    return OpensBy(known.receipt, without_extension(now.phone))


def _part(message: Opened, at: Instant, account: str | None) -> KnownTicket:
    return KnownTicket(
        id=message.ticket,
        receipt=message.receipt,
        channel=message.channel,
        requester=message.requester,
        open=True,
        registered=at,
        category=message.category,
        account=account,
        promise=begun(message.kind),
    )


def _refusal(message: ActionRefused | IncidentActionRefused, answered: SubmissionId) -> Reaction:
    """A refusal is its author's alone, on their topic and on their receipt."""
    of_ticket = message if isinstance(message, ActionRefused) else None
    refused = ReceiptRefused(
        receipt=message.receipt,
        source=answered.source,
        submission=answered.id,
        action=message.action,
        ticket=of_ticket.ticket if of_ticket else None,
        code=message.code,
        reason=message.reason,
        version=of_ticket.version if of_ticket else None,
    )
    later = RefusedLater(message.receipt, message.action, message.code, message.reason)
    if not is_answered(message.party):
        return Reaction(refused=later)
    return Reaction((Answer(answered_on(message.party, answered.source), message.receipt, refused),), refused=later)


def _progress(message: DispatchFact, at: Instant, known: KnownTicket, newsroom: Newsroom) -> Reaction:
    found = newsroom.line_of(message)
    if found is None:
        return Reaction(ticket=known)
    happened, line = found
    after = known._replace(stands=newsroom.stands(line, known.stands))
    if line.resumes:
        after = after._replace(open=True, ended=None)
    elif line.ends:
        after = _ended(after, message, at)
    after, dates = _promised(message, at, known, after)
    text = newsroom.text(line, message, known.reply, dates)
    if not text or not _is_told(message, dates):
        return Reaction(ticket=after)
    news = TicketNews(ticket=known.id, happened=happened, state=after.state, text=text)
    return Reaction(
        says=(Answer(channel_topic(known.channel), known.id, news),),
        ticket=after,
        news=NewsRow(known.id, at, happened, after.state, text),
    )


def _promised(message: DispatchFact, at: Instant, known: KnownTicket, after: KnownTicket) -> tuple[KnownTicket, Dates]:
    """What is promised of a ticket after a fact, and which dates of that are news."""
    before = Promise() if known.promise is None else Promise.model_validate_json(known.promise)
    promise = before.after(message, at, known.lead)
    if promise == before:
        return after, NO_DATES if isinstance(message, Dated) and message.dates is Clock.CITIZEN else own_date(message)
    due = promise.holds(at)
    now = None if due is None else said(due)
    after = after._replace(promise=promise.model_dump_json(exclude_defaults=True), promised=now)
    was = promise.missed or known.promised if isinstance(message, Overdue) else known.promised
    return after, Dates(now, was, promise.done)


def _is_told(message: DispatchFact, dates: Dates) -> bool:
    """What changes nothing for a requester is no news: an order to the same lead, what was missed but not promised."""
    match message:
        case Dispatched(same_lead=True):
            return dates.moved
        case Overdue():
            return passes(message) and dates.was is not None
        case _:
            return True


def _ended(known: KnownTicket, message: DispatchFact, at: Instant) -> KnownTicket:
    """What was merged goes on in another ticket; whatever else ended can be asked about, under its category."""
    over = known._replace(open=False, reply=None)
    if over.state is TicketState.MERGED:
        return over
    category = message.category if isinstance(message, Closed) else None
    return over._replace(ended=at, category=category or known.category)
