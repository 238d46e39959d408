"""What is recorded, classified, called urgent, and passed on until somebody dispatches it."""

from __future__ import annotations

from typing import Final

from schemas import dispatch as d
from schemas.owner import Owner
from schemas.values import Clock, Tier
from services.sla.core.commands import Meet, Retier, Start, Stop
from services.sla.reactions.tables import Commands, Whose, clocks, end, these

_PASSING: Final = {"unit": Clock.UNIT_PASS_ON, "survey_office": Clock.SURVEY_OFFICE}


@clocks.on(d.Opened)
def _opened(fact: d.Opened, whose: Whose) -> Commands:
    clock = Clock.CITIZEN
    return (Start(clock, whose(clock), at=fact.registered_at, tier=fact.tier, upstream=fact.upstream),)


@clocks.on(d.PassOnAwaited)
def _pass_on_awaited(fact: d.PassOnAwaited, whose: Whose) -> Commands:
    clock = _PASSING[fact.stage]
    return (Start(clock, whose(clock, Owner.of("unit", fact.unit) if fact.unit else None)),)


clocks.on(d.PassedOn)(lambda fact, _: (Meet(these(_PASSING[fact.stage])),))


@clocks.on(d.SettledAtUnit)
def _settled_at_unit(_fact: d.SettledAtUnit, whose: Whose) -> Commands:
    return (
        Meet(these(Clock.UNIT_PASS_ON, Clock.SURVEY_OFFICE, Clock.CITIZEN)),
        end("settled"),
        Start(Clock.REOPEN_WINDOW, whose(Clock.REOPEN_WINDOW)),
    )


@clocks.on(d.Classified)
def _classified(fact: d.Classified, _whose: Whose) -> Commands:
    if fact.tier is Tier.URGENT:
        return (Retier(fact.tier),)
    return Stop(these(Clock.DUTY_ACKNOWLEDGEMENT), "tier"), Retier(fact.tier)


clocks.on(d.MergeTaken)(lambda fact, _: (Retier(fact.tier),) if fact.tier else ())


@clocks.on(d.StopWordsFound)
def _stop_words_found(fact: d.StopWordsFound, whose: Whose) -> Commands:
    """Of what has ended no clock is open that could tell the tier: the one of these words is told it."""
    retier = (Retier(fact.tier),) if fact.tier else ()
    waits = Start(Clock.STOP_WORDS, whose(Clock.STOP_WORDS), tier=fact.tier)
    return *retier, *((waits,) if fact.waits else ())


clocks.on(d.StopWordsSeenTo)(lambda _, __: (Meet(these(Clock.STOP_WORDS)),))


@clocks.on(d.UrgentCalled)
def _urgent_called(fact: d.UrgentCalled, whose: Whose) -> Commands:
    clock = Clock.DUTY_ACKNOWLEDGEMENT
    owner = whose(clock, Owner.of("office", fact.person.id))
    before = Stop(these(clock), "called_again")
    if fact.standing:
        return (before,)
    return (before, Start(clock, owner, at=fact.known_at, tier=Tier.URGENT, afresh=True))


clocks.on(d.UrgentAcknowledged)(lambda _, __: (Meet(these(Clock.DUTY_ACKNOWLEDGEMENT)),))
clocks.on(d.DispatchAwaited)(lambda _, whose: (Start(Clock.DISPATCHING, whose(Clock.DISPATCHING)),))
