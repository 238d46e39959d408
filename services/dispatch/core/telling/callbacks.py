"""What the callback agency hears of a fact."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Literal

from chassis.service import Tell
from schemas import dispatch as d
from schemas.public import CallbackRequest
from schemas.registry import CALLBACKS
from schemas.values import Clock, DeskTaskKind
from services.dispatch.core.desk import late_elsewhere
from services.dispatch.core.rules import Rules
from services.dispatch.core.sealing import contact_for_callback, is_confidential, veil_for
from services.dispatch.core.standing import CallbackPending
from services.dispatch.core.ticket import Seen, Ticket


def tell_callback_agency(state: Ticket, fact: d.DispatchFact, now: Seen, rules: Rules) -> Iterator[Tell]:
    """What the callback agency hears of a fact; `now` is what others see of the ticket after it."""
    match fact:
        case d.CallbackAwaited():
            yield _callback(state, "requested", fact.round, attempts=fact.attempts)
        case d.Corrected() | d.Redacted() if now.round is not None and state.before.round is not None:
            yield _owed_still(state, now.round, rules)
        case d.Overdue(clock=Clock.CALLBACK) if now.round is not None:
            yield _owed_still(state, now.round, rules, missed=not fact.withdrawn)
        case d.CallbackAppointed() if now.round is not None:
            yield _owed_still(state, now.round, rules)
        case _ if state.before.round is not None and now.round is None:
            yield _callback(state, "cancelled", state.before.round)
        case _:
            return


def _owed_still(state: Ticket, number: int, rules: Rules, *, missed: bool = False) -> Tell:
    """The same call as it is owed now: with what was corrected, at the time that was appointed, or at once."""
    standing = state.standing
    at = standing.at if isinstance(standing, CallbackPending) else None
    made = standing.attempts if isinstance(standing, CallbackPending) else 0
    left = max(1, rules.policy.limits.callback_attempts - made)
    if missed or (at is None and late_elsewhere(state) is DeskTaskKind.CALLBACK_LATE):
        return _callback(state, "overdue", number, attempts=left, at=at)
    return _callback(state, "appointed" if at else "requested", number, attempts=left, at=at)


def _callback(
    state: Ticket,
    happened: Literal["requested", "appointed", "overdue", "cancelled"],
    number: int,
    *,
    attempts: int = 0,
    at: datetime | None = None,
) -> Tell:
    message = CallbackRequest(
        happened=happened,
        ticket=state.id,
        round=number,
        attempts=attempts,
        contact=contact_for_callback(state),
        text=state.matter.text,
        reply=state.reply,
        at=at,
        confidential=is_confidential(state) or None,
    )
    return Tell(CALLBACKS, state.id, message, veil_for(state))
