"""What was said of a submission before the door's memory was lost stands, whatever would be decided now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from doors.refusals import Refusal
from schemas.attachments import Attached
from schemas.inbound import Register
from schemas.message import Message
from schemas.registry import TICKETS, model_of
from schemas.tickets import ActionReceived, Answered, IncidentActionReceived, Registered, SubmissionRefused
from schemas.values import Party
from services.intake.core.answers import accepted, fact, refused
from services.intake.core.attachments import named_by
from services.intake.core.promises import begun
from services.intake.core.reading import Reading
from services.intake.core.repeats import comparable
from services.intake.core.state import Answer, Decision, KnownAttachment, KnownTicket


def facts_of(recorded: Iterable[tuple[str, str, str, str]]) -> list[Answer]:
    """The facts of the door among what follows from a submission, read: by topic, key, type and body."""
    return [
        Answer(TICKETS, key, model.model_validate_json(body))
        for topic, key, name, body in recorded
        if topic == TICKETS and (model := model_of(name)) is not None
    ]


def numbers_in(said: Iterable[Answer]) -> list[str]:
    """The numbers that were given, in order."""
    return [answer.key for answer in said if isinstance(answer.message, Registered | Answered)]


def attachments_in(said: Iterable[Answer], party: Party) -> list[KnownAttachment]:
    """The uploads that were named, as the door knew them."""
    return [
        KnownAttachment(each.id, str(party), each.sha256, each.size, each.media)
        for _, _, message in said
        for each in _attached(message)
    ]


def _attached(message: Message) -> Sequence[Attached]:
    match message:
        case Registered():
            return message.attachments or ()
        case ActionReceived() | IncidentActionReceived():
            return message.attached or ()
        case _:
            return ()


def as_said(decision: Decision, reading: Reading, said: Sequence[Answer]) -> Decision:
    """The decision if it says what was said, else what was decided then.

    They differ where the door knew at the time what it hears only later now, or the other way round. What nobody can
    bring together with the submission stands as it was said; that it is `unlike` somebody has to see.
    """
    if sorted(_word(each) for each in decision.says if each.topic == TICKETS) == sorted(map(_word, said)):
        return decision
    match said:
        case [Answer(message=SubmissionRefused() as message)]:
            return refused(reading, Refusal(message.code, message.field, message.reason))
        case [Answer(message=Registered() as message)] if isinstance(reading.action, Register):
            return _registered(reading, reading.action, message)
        case [Answer(key=key, message=ActionReceived() | IncidentActionReceived())]:
            concerning = (key,) if isinstance(said[0].message, ActionReceived) else ()
            return _naming(accepted(reading, said, concerning=concerning))
        case _:
            return _as_it_was(reading, said)


def _word(answer: Answer) -> tuple[str, str]:
    return answer.key, answer.message.type_name


def _as_it_was(reading: Reading, said: Sequence[Answer]) -> Decision:
    """What was said, its tickets known by it; of devices, visits and contacts the door knows nothing again."""
    known = [_known(reading, each.message) for each in said if isinstance(each.message, Registered)]
    return _naming(accepted(reading, said, known))._replace(unlike=True)


def _registered(reading: Reading, action: Register, message: Registered) -> Decision:
    # The fact names the row of the contact, and that row is gone: it is put down from what was submitted.
    whole = message.model_copy(update={"contact": action.contact})
    return _naming(accepted(reading, (fact(message.ticket, whole),), (_known(reading, message),)))


def _known(reading: Reading, message: Registered) -> KnownTicket:
    return KnownTicket(
        message.ticket,
        reading.receipt,
        message.channel,
        message.requester,
        open=True,
        registered=message.occurred_at,
        category=message.category,
        place=comparable(message.place.text),
        words=comparable(message.text),
        upstream=message.upstream.number if message.upstream else None,
        occurred=message.occurred_at,
        promise=begun(message.kind),
    )


def _naming(decision: Decision) -> Decision:
    return decision._replace(names=tuple(named_by(decision.says)))
