"""The doubts of a visit are looked into by a person of the survey office, once."""

from __future__ import annotations

from datetime import datetime

from doors.permitted import not_permitted
from doors.refusals import refusal
from schemas.inbound import SettleDoubts
from schemas.tickets import DoubtsSettled
from services.intake.core.answers import accepted, fact, refused
from services.intake.core.reading import Reading
from services.intake.core.state import Decision, DoorState, SettledDoubts
from vocabulary import ACTIONS


def settle_doubts(state: DoorState, reading: Reading, action: SettleDoubts, received: datetime) -> Decision:
    """Write down what was found; a visit that nobody doubts, or that was looked into already, has nothing to settle."""
    wrong = not_permitted(state.config.policy, action.do, ACTIONS[action.do], action.by, received)
    if wrong is not None:
        return refused(reading, wrong)
    visit = state.doubted.get(action.visit)
    if visit is None:
        reason = f"没有回执为 {action.visit} 的走访。"
        return refused(reading, refusal("no_such_visit", "visit", reason, "走访的回执见 liuhen survey doubts。"))
    if not visit.doubts:
        return refused(reading, refusal("nothing_doubtful", "visit", "这次走访没有存疑，无须核实。", ""))
    if visit.settled_by is not None:
        return refused(reading, refusal("settled_already", "visit", f"这次走访已由{visit.settled_by}核实。", ""))
    message = DoubtsSettled(
        receipt=reading.receipt,
        visit=action.visit,
        visitor=visit.visitor,
        verdict=action.verdict,
        reason=action.reason,
        by=action.by,
    )
    settled = SettledDoubts(action.visit, action.verdict.value, action.by.id, action.by.name, received)
    return accepted(reading, (fact(action.visit, message),))._replace(settled=settled)
