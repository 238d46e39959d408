"""What becomes of one submission: taken, with its facts and its receipt, or refused, with the reason."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple, assert_never

from doors.phones import without_extension
from doors.refusals import Refusal, refusal
from schemas.attachments import Attached
from schemas.inbound import (
    COMES_BY,
    AnswerOnLine,
    AnyAction,
    ApproveDevice,
    Correct,
    DeclineDevice,
    FollowUp,
    FromRequester,
    OfficeAction,
    OnExisting,
    OnIncident,
    OpenIncident,
    RecordVisit,
    Register,
    RequestDevice,
    SettleDoubts,
    TicketAction,
)
from schemas.numbering import without_part
from schemas.tickets import ActionReceived, Answered, IncidentActionReceived, Registered
from schemas.values import Channel, ContactKeys, Party, PartyKind, Verified
from services.intake.core.answers import accepted, fact, refused, repeated
from services.intake.core.attachments import attached, named_by, unusable
from services.intake.core.checks import Against, check
from services.intake.core.devices import approve_device, decline_device, request_device
from services.intake.core.doubts import settle_doubts
from services.intake.core.numbers import Numbers, day_of, incident_of
from services.intake.core.promises import begun
from services.intake.core.reading import Reading
from services.intake.core.repeats import Earlier, Raised, Speaker, comparable, contact_about, earlier, window
from services.intake.core.state import Decision, DoorState, KnownTicket, Secrets
from services.intake.core.visits import record_visit

_AHEAD = timedelta(days=1)
"""A lane that runs out of a day's numbers goes on with the next day's."""


class Moment(NamedTuple):
    """When the door received a submission, and what time it is now, which may be later."""

    received: datetime
    now: datetime


def decide(state: DoorState, reading: Reading, moment: Moment, numbers: Numbers) -> Decision:
    """Decide on one submission with all that the door knows; its state is not touched."""
    verdict = state.verdicts.get((str(reading.party), reading.source, reading.id))
    if verdict is not None:
        return repeated(reading, verdict)
    if isinstance(reading.action, Refusal):
        return refused(reading, reading.action)
    tolerance = timedelta(seconds=state.config.rules.future_tolerance_seconds)
    wrong = check(reading.action, reading.at, Against(state.config.policy, moment.now + tolerance))
    wrong = wrong or unusable(
        state.attachments, reading, reading.action, state.config.policy.limits.attachments.per_message
    )
    if wrong is not None:
        return refused(reading, wrong)
    decision = _act(state, reading, reading.action, moment, numbers)
    decision = decision._replace(names=tuple(named_by(decision.says)))
    return _opened_by(state.config.secrets, reading, decision)


def _opened_by(secrets: Secrets, reading: Reading, decision: Decision) -> Decision:
    """Remember what opens the receipt for a citizen: the telephone number that came along."""
    match reading.action:
        case Register() | AnswerOnLine() | RecordVisit() | FromRequester():
            contact = reading.action.contact
        case _:
            contact = None
    if decision.verdict is None or contact is None:
        return decision
    factor = secrets.second_factor(reading.receipt, without_extension(contact.phone or ""))
    return decision._replace(verdict=decision.verdict._replace(factor=factor))


def _act(state: DoorState, reading: Reading, action: AnyAction, moment: Moment, numbers: Numbers) -> Decision:
    match action:
        case Register():
            return _register(state, reading, action, moment, numbers)
        case AnswerOnLine():
            return _answer_on_line(state, reading, action, moment, numbers)
        case RecordVisit():
            return record_visit(state, reading, action, moment.received, numbers)
        case RequestDevice():
            return request_device(state, reading, action, moment.received)
        case ApproveDevice() | DeclineDevice() | SettleDoubts():
            return _by_office(state, reading, action, moment.received)
        case _:
            return _on_existing(state, reading, action)


def _by_office(
    state: DoorState, reading: Reading, action: ApproveDevice | DeclineDevice | SettleDoubts, received: datetime
) -> Decision:
    """What a person of the survey office decides of what the door keeps itself."""
    match action:
        case ApproveDevice():
            return approve_device(state, reading, action, received)
        case DeclineDevice():
            return decline_device(state, reading, action, received)
        case SettleDoubts():
            return settle_doubts(state, reading, action, received)
        case _:
            assert_never(action)


def _register(state: DoorState, reading: Reading, action: Register, moment: Moment, numbers: Numbers) -> Decision:
    happened = action.occurred_at or min(reading.at or moment.received, moment.received)
    if action.upstream is not None and action.upstream.due is not None and action.upstream.due < happened:
        if action.occurred_at is None:
            words = "市级时限已过，而没有写明诉求何时发生。请写明诉求发生的时间（occurred_at），时限照录。"
            return refused(reading, refusal("due_before_occurred", "occurred_at", words))
        return refused(reading, refusal("due_before_occurred", "upstream.due", "市级时限早于诉求发生的时间。"))
    requester = state.config.secrets.requester(action.requester_kind, action.contact)
    known_as = () if requester is None else (requester,)
    before = _earlier(state, action, Speaker(reading.party, known_as), moment.received)
    if before.contact is not None:
        return _follow_up(state, reading, action, before.contact)
    ticket = numbers.next(moment.received)
    known = _known(reading, ticket, requester, moment.received)._replace(
        promise=begun(action.kind),
        category=action.category,
        place=comparable(action.place.text),
        words=comparable(action.text),
        upstream=action.upstream.number if action.upstream else None,
        occurred=min(happened, moment.received),
        account=next(iter(state.config.secrets.identities(action.contact)[1:]), None),
    )
    message = _registered(known, action, happened, before, attached(state.attachments, action), reading.party)
    return accepted(reading, (fact(ticket, message),), (known,))


def _registered(
    known: KnownTicket,
    action: Register,
    happened: datetime,
    before: Earlier,
    came: tuple[Attached, ...] | None,
    party: Party,
) -> Registered:
    return Registered(
        ticket=known.id,
        receipt=known.receipt,
        channel=Channel(known.channel),
        kind=action.kind,
        requester_kind=action.requester_kind,
        requester=known.requester,
        contact=action.contact,
        place=action.place,
        text=action.text,
        category=action.category,
        tier=action.tier,
        suggested_department=action.suggested_department,
        confidential=action.confidential,
        accused=action.accused,
        upstream=action.upstream,
        occurred_at=happened,
        agent=action.agent,
        recurrence_of=before.recurrence_of,
        handed_down=True if party.kind is PartyKind.CITY else None,
        attachments=came,
    )


def _named(state: DoorState, action: Register, party: Party) -> KnownTicket | None:
    """The ticket that the report says it is about, if its channel speaks for it."""
    if action.about is None:
        return None
    named = state.tickets.get(action.about) or state.tickets.get(without_part(action.about))
    return named if named is not None and named.came_by(party) else None


def _earlier(state: DoorState, action: Register, who: Speaker, received: datetime) -> Earlier:
    """What is named comes first, if it is theirs, or has ended and an agent vouches for it.

    A stranger's ticket, and one of another channel, is treated as none: the report is a matter of its own.
    """
    named = _named(state, action, who.party)
    if named is not None:
        own = bool(who.known_as) and named.is_of(state.config.secrets.identities(action.contact))
        open_still = named.ended is not None and received <= named.ended + window(state.config)
        if own and (named.open or open_still):
            return Earlier(contact=named)
        if not named.open and (own or action.agent is not None):
            return Earlier(recurrence_of=action.about)
    return earlier(state, Raised.in_report(action), who, received)


def _follow_up(state: DoorState, reading: Reading, action: Register, same: KnownTicket) -> Decision:
    message = contact_about(reading, same, action.text, action.agent, attached(state.attachments, action))
    spoke_as = state.config.secrets.identities(action.contact)
    return accepted(reading, (fact(same.id, message),), concerning=(same.id,), spoke_as=spoke_as)


def _answer_on_line(
    state: DoorState, reading: Reading, action: AnswerOnLine, moment: Moment, numbers: Numbers
) -> Decision:
    requester = state.config.secrets.requester(action.requester_kind, action.contact)
    known = _known(reading, numbers.next(moment.received), requester, moment.received)._replace(open=False)
    message = Answered(
        ticket=known.id,
        receipt=reading.receipt,
        channel=Channel(known.channel),
        kind=action.kind,
        requester_kind=action.requester_kind,
        requester=requester,
        contact=action.contact,
        place=action.place,
        text=action.text,
        category=action.category,
        answer=action.answer,
        agent=action.agent,
    )
    return accepted(reading, (fact(known.id, message),), (known,))


def _known(reading: Reading, ticket: str, requester: str | None, received: datetime) -> KnownTicket:
    channel = COMES_BY[reading.party.kind]
    return KnownTicket(ticket, reading.receipt, channel, requester, open=True, registered=received)


def _on_existing(state: DoorState, reading: Reading, action: OnExisting | OnIncident) -> Decision:
    if isinstance(action, OnIncident):
        return _on_incident(state, reading, action)
    known = state.tickets.get(action.ticket) or state.tickets.get(without_part(action.ticket))
    if known is None and isinstance(action, OfficeAction | FollowUp):
        return refused(reading, _unknown(action.ticket))
    if _before(state, reading, action.ticket, known):
        return refused(reading, refusal("before_ticket", "ce_time", "所称时间早于该诉求发生的时间，请核对。"))
    spoken = _spoken(state, action, known, reading.party)
    message = ActionReceived(
        ticket=action.ticket,
        receipt=reading.receipt,
        party=reading.party,
        action=spoken.action,
        matched=spoken.matched,
        requester=spoken.requester,
        attached=attached(state.attachments, action),
    )
    return accepted(
        reading,
        (fact(action.ticket, message),),
        concerning=(action.ticket,),
        shown=spoken.matched is True,
        spoke_as=spoken.spoke_as,
    )


def _before(state: DoorState, reading: Reading, ticket: str, known: KnownTicket | None) -> bool:
    """Whether something is said to have been done before the matter happened.

    To outsiders it would tell that there is such a ticket: theirs is held against the day that the number names.
    """
    if reading.at is None:
        return False
    if isinstance(reading.action, OfficeAction):
        occurred = known.occurred if known is not None and known.id == ticket else None
    else:
        day = day_of(ticket, state.config.zone)
        occurred = day and day - _AHEAD
    tolerance = timedelta(seconds=state.config.rules.clocks_apart_seconds)
    return occurred is not None and reading.at < occurred - tolerance


class Spoken(NamedTuple):
    """An action as it is passed on: whose contact came along, and what a contact is compared by that stands now."""

    action: TicketAction
    matched: bool | None = None
    requester: ContactKeys | None = None
    spoke_as: tuple[str, ...] = ()


def _spoken(state: DoorState, action: OnExisting, known: KnownTicket | None, party: Party) -> Spoken:
    """Compare the contact that came along, for a number is no secret; None where none came along.

    On another channel than the ticket's it is claimed, and fits nothing. Nothing is kept of it, unless it is the first
    one of a ticket and an agent verified the caller.
    """
    secrets = state.config.secrets
    if isinstance(action, Correct) and action.contact is not None:
        return Spoken(action, requester=secrets.keys(action.contact))
    if isinstance(action, FromRequester) and party.kind is PartyKind.CITIZEN:
        # Their page was opened by the receipt and the number, and nobody but this door writes what is done there.
        return Spoken(action, matched=known is not None)
    if not isinstance(action, FromRequester) or action.contact is None:
        return Spoken(action)
    identities = secrets.identities(action.contact)
    vouched = action.agent is not None and action.verified not in (None, Verified.NUMBER_MATCHED)
    if known is not None and known.requester is None and vouched:
        return Spoken(action, matched=False, requester=secrets.keys(action.contact), spoke_as=identities)
    matched = known is not None and known.came_by(party) and known.is_of(identities)
    return Spoken(action.model_copy(update={"contact": None}), matched, spoke_as=identities)


def _on_incident(state: DoorState, reading: Reading, action: OnIncident) -> Decision:
    opened = incident_of(reading.party, reading.source, reading.id)
    incident = opened if isinstance(action, OpenIncident) else action.incident
    message = IncidentActionReceived(
        incident=incident,
        receipt=reading.receipt,
        party=reading.party,
        action=action,
        attached=attached(state.attachments, action),
    )
    return accepted(reading, (fact(incident, message),))


def _unknown(ticket: str) -> Refusal:
    return refusal("unknown_ticket", "ticket", f"没有编号为 {ticket} 的工单。")
