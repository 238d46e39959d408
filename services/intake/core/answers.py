"""What goes back to whoever submitted something."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from doors.own import answered_on, is_answered
from doors.refusals import Refusal, refusal
from schemas.inbound import (
    CHANNEL_OF,
    AnswerOnLine,
    ApproveDevice,
    DeclineDevice,
    RecordVisit,
    Register,
    SettleDoubts,
)
from schemas.message import Message
from schemas.public import ReceiptGiven, ReceiptRefused
from schemas.registry import TICKETS
from schemas.text import harmless
from schemas.tickets import SubmissionRefused
from services.intake.core.numbers import incident_of
from services.intake.core.reading import Reading, differing
from services.intake.core.state import Answer, Decision, KnownTicket, Verdict

_NAMED: Final = 8
_OPENS: Final = "open_incident"
_DECIDED_HERE: Final = frozenset(
    str(action.model_fields["do"].default)
    for action in (Register, AnswerOnLine, RecordVisit, ApproveDevice, DeclineDevice, SettleDoubts)
)
"""What the door alone decides, at once; of all else the ticket's life has the last word, or the survey office."""

_UNNAMED: Final = (
    "诉求人匿名：随附的姓名、号码、账号和门牌没有记录，不作先行联系和回访，只能在登记的渠道凭回执查询。"
    "诉求人愿意留下的，请以实名另行登记。"
)


def fact(key: str, message: Message) -> Answer:
    """Say a fact of the door."""
    return Answer(TICKETS, key, message)


def accepted(
    reading: Reading,
    facts: Sequence[Answer],
    tickets: Sequence[KnownTicket] = (),
    concerning: tuple[str, ...] = (),
    *,
    shown: bool = True,
    spoke_as: tuple[str, ...] = (),
) -> Decision:
    """Take a submission: it made `tickets`, or concerns some that exist, whose news its author is shown or not.

    Where it did both, `concerning` are all of them. `spoke_as` is kept of whoever speaks about a ticket that exists: by
    it their contact is compared with that of the requester later on.
    """
    numbers = concerning or tuple(ticket.id for ticket in tickets)
    follow_up = reading.name == "register" and not tickets
    verdict = Verdict(
        digest=reading.digest,
        receipt=reading.receipt,
        action=reading.name,
        tickets=numbers,
        follow_up=follow_up,
        shown=shown,
        outline=reading.outline,
        spoke_as=spoke_as,
    )
    return Decision((*facts, *_given(reading, verdict)), "accepted", verdict, tickets=tuple(tickets))


def refused(reading: Reading, why: Refusal) -> Decision:
    """Refuse a submission, once and for all."""
    verdict = Verdict(reading.digest, reading.receipt, reading.name, refusal=why, outline=reading.outline)
    return Decision(_refusal(reading, why), "refused", verdict, why)


def repeated(reading: Reading, earlier: Verdict) -> Decision:
    """Answer a repeat as the first time; another content under the same id is refused and changes nothing."""
    if earlier.digest == reading.digest:
        answers = _refused(reading, earlier.refusal) if earlier.refusal else _given(reading, earlier)
        return Decision(answers, "repeated")
    conflict = refusal("conflicting_repeat", "ce_id", conflicting(reading, earlier.receipt, earlier.outline), then="")
    return Decision(_refusal(reading, conflict), "refused", refusal=conflict)


def conflicting(reading: Reading, receipt: str, outline: Mapping[str, str]) -> str:
    """Say that an id was used for another content, and in which fields the two differ where that is known."""
    fields = differing(reading.outline, outline)
    more = "等" if len(fields) > _NAMED else ""
    where = f"（不同之处：{'、'.join(fields[:_NAMED])}{more}）" if fields else ""
    return f"这个提交编号已用于另一内容{where}，原提交（回执 {receipt}）不受影响。请换一个新的提交编号。"


def _refusal(reading: Reading, why: Refusal) -> tuple[Answer, ...]:
    message = SubmissionRefused(
        receipt=reading.receipt,
        party=reading.party,
        action=reading.name,
        code=why.code,
        field=why.field,
        reason=why.reason,
        ticket=reading.ticket,
    )
    return (fact(reading.receipt, message), *_refused(reading, why))


def _given(reading: Reading, verdict: Verdict) -> tuple[Answer, ...]:
    message = ReceiptGiven(
        receipt=verdict.receipt,
        source=reading.source,
        submission=reading.id,
        channel=CHANNEL_OF.get(reading.party.kind),
        action=verdict.action,
        final=verdict.action in _DECIDED_HERE and not verdict.follow_up,
        tickets=verdict.tickets,
        follow_up=verdict.follow_up,
        incident=incident_of(reading.party, reading.source, reading.id) if verdict.action == _OPENS else None,
        notice=None if reading.unnamed is None else _UNNAMED,
    )
    return _to_author(reading, message)


def _refused(reading: Reading, why: Refusal) -> tuple[Answer, ...]:
    message = ReceiptRefused(
        receipt=reading.receipt,
        source=harmless(reading.source),
        submission=harmless(reading.id),
        action=reading.name,
        ticket=reading.ticket,
        code=why.code,
        field=why.field,
        reason=why.reason,
    )
    return _to_author(reading, message)


def _to_author(reading: Reading, message: Message) -> tuple[Answer, ...]:
    if not is_answered(reading.party):
        return ()
    return (Answer(answered_on(reading.party, reading.source), reading.receipt, message),)
