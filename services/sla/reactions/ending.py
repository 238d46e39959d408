"""The end of a ticket, and what comes after it."""

from __future__ import annotations

from typing import Final

from schemas import dispatch as d
from schemas.referral import Referral
from schemas.values import Clock
from services.sla.core.commands import Meet, Revive, Start, Stop
from services.sla.core.state import MERGED
from services.sla.reactions.tables import Commands, Whose, clocks, end, these

_OUTLIVING: Final = frozenset({Clock.COMMITMENT, Clock.COMMITMENT_CHECK, Clock.CALLBACK_REVIEW, Clock.ANSWER_REVIEW})
"""What outlives the closing: a promise for later, and the review of what the city heard (any other ended before)."""
_AFTERWARDS: Final = _OUTLIVING | {Clock.DUTY_ACKNOWLEDGEMENT, Clock.REOPENING, Clock.OUTCOME_RULING}
"""What a ticket that has ended can still wait for when its window lapses."""


@clocks.on(d.Closed)
def _closed(fact: d.Closed, whose: Whose) -> Commands:
    window, ruling = Clock.REOPEN_WINDOW, Clock.OUTCOME_RULING
    asked = (Start(ruling, whose(ruling)),) if fact.awaits_ruling else ()
    return end("closed", sparing=_OUTLIVING), Start(window, whose(window)), *asked


clocks.on(d.OutcomeRuled)(lambda _, __: (Meet(these(Clock.OUTCOME_RULING)),))


@clocks.on(d.Corrected)
def _corrected(fact: d.Corrected, whose: Whose) -> Commands:
    """Corrected answers can take a ruling along, give one, or leave it to a person; who would lead is asked anew."""
    return *_led_anew(fact, whose), *_ruled_anew(fact, whose)


def _led_anew(fact: d.Corrected, whose: Whose) -> Commands:
    clock = Clock.REDISPATCH
    if fact.lead is not None:
        return (Start(clock, whose(clock)),)
    another = fact.new.place is not None or fact.new.category is not None
    return (Stop(these(clock), "corrected"),) if another else ()


def _ruled_anew(fact: d.Corrected, whose: Whose) -> Commands:
    clock = Clock.OUTCOME_RULING
    if fact.awaits_ruling:
        return (Start(clock, whose(clock)),)
    return (Stop(these(clock), "corrected"),) if fact.ruling is not None or fact.unruled is not None else ()


clocks.on(d.NotAccepted)(lambda _, __: (end("not_accepted"),))
clocks.on(d.WithdrawalAsked)(lambda _, whose: (Start(Clock.WITHDRAWAL, whose(Clock.WITHDRAWAL)),))
clocks.on(d.WithdrawalDeclined)(lambda _, __: (Meet(these(Clock.WITHDRAWAL)),))
clocks.on(d.Withdrawn)(lambda _, __: (Meet(these(Clock.WITHDRAWAL)), end("withdrawn")))
clocks.on(d.ReopeningAsked)(lambda _, whose: (Start(Clock.REOPENING, whose(Clock.REOPENING)),))
clocks.on(d.ReopeningDeclined)(
    lambda _, __: (
        Meet(these(Clock.REOPENING)),
        Stop(these(Clock.DUTY_ACKNOWLEDGEMENT), "reopening_declined"),
    )
)


@clocks.on(d.Transferred)
def _transferred(fact: d.Transferred, whose: Whose) -> Commands:
    """Whoever refers a matter writes down what was said to the others."""
    clock = Clock.REFERRAL
    open_still = (fact.record or Referral()).missing
    return end("transferred"), *((Start(clock, whose(clock)),) if open_still else ())


clocks.on(d.ReferralRecorded)(lambda fact, _: (Meet(these(Clock.REFERRAL)),) if fact.complete else ())
clocks.on(d.Merged)(lambda _, __: (end(MERGED),))
clocks.on(d.Unmerged)(lambda _, __: (Revive(frozenset(Clock), MERGED),))
clocks.on(d.SplitUp)(lambda _, __: (end("split", sparing=these(Clock.CITIZEN)),))
clocks.on(d.PartReopened)(
    lambda _, __: (
        Meet(these(Clock.REOPEN_WINDOW)),
        end("split", sparing=these(Clock.CITIZEN, Clock.CALLBACK_REVIEW, Clock.ANSWER_REVIEW)),
        Revive(these(Clock.CITIZEN)),
    )
)
clocks.on(d.Reopened)(
    lambda _, __: (
        Meet(these(Clock.REOPEN_WINDOW, Clock.REOPENING)),
        Stop(these(Clock.REFERRAL, Clock.OUTCOME_RULING), "reopened"),
        Revive(these(Clock.CITIZEN)),
    )
)
clocks.on(d.Archived)(lambda _, __: (end("archived", sparing=_AFTERWARDS),))
