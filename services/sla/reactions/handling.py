"""What a department handles, asks time for, or promises."""

from __future__ import annotations

from typing import Final

from schemas import dispatch as d
from schemas.owner import Owner
from schemas.values import Actor, Clock
from services.sla.core.commands import Contradict, Decided, Extend, Meet, Pause, Resume, Start, Stop
from services.sla.reactions.tables import NEEDS_INFO, Commands, Whose, clocks, these

EXTENSION: Final = "extension"
SUSPENSION: Final = "suspension"
_HANDLED: Final = frozenset({Clock.CITIZEN, Clock.HANDLING, Clock.REWORK, Clock.URGENT_FIRST_REPORT})


def named(actor: Actor) -> str | None:
    """Who did it: the person where there is one, or the rule."""
    return actor.person.id if actor.person else actor.by_rule


@clocks.on(d.Handled)
def _handled(_fact: d.Handled, whose: Whose) -> Commands:
    clock = Clock.REVIEW
    return (
        Stop(these(clock), "handled"),
        Start(clock, whose(clock)),
        Contradict(clock, "reported_in_time"),
        Meet(these(Clock.URGENT_FIRST_REPORT)),
        Stop(these(Clock.RETURN_WINDOW), "handled"),
    )


@clocks.on(d.HandledAccepted)
def _handled_accepted(fact: d.HandledAccepted, _whose: Whose) -> Commands:
    return (
        Meet(_HANDLED, at=fact.handled_at),
        Meet(these(Clock.REVIEW, Clock.REDISPATCH)),
        Stop(these(Clock.FIRST_CONTACT), "handled"),
    )


clocks.on(d.HandledSentBack)(lambda _, __: (Decided(Clock.REVIEW), Meet(these(Clock.REVIEW))))


def _asked(about: str, whose: Whose) -> Commands:
    clock = Clock.APPROVAL
    return Start(clock, whose(clock), about=about), Contradict(clock, "asked_in_time")


def _refused(about: str) -> Commands:
    return Decided(Clock.APPROVAL, about), Meet(these(Clock.APPROVAL), about=about)


clocks.on(d.ExtensionRequested)(lambda _, whose: _asked(EXTENSION, whose))


@clocks.on(d.ExtensionGranted)
def _extension_granted(fact: d.ExtensionGranted, _whose: Whose) -> Commands:
    return (
        *(Extend(amount, unit, named(fact.by), fact.ground) for amount, unit in fact.spans),
        Decided(Clock.APPROVAL, EXTENSION),
        Meet(these(Clock.APPROVAL), about=EXTENSION),
    )


clocks.on(d.ExtensionRefused)(lambda _, __: _refused(EXTENSION))
clocks.on(d.SuspensionRequested)(lambda _, whose: _asked(SUSPENSION, whose))


@clocks.on(d.Suspended)
def _suspended(fact: d.Suspended, whose: Whose) -> Commands:
    clock = Clock.SUSPENSION
    return (
        Pause(fact.ground, named(fact.by), asked=SUSPENSION),
        Meet(these(Clock.APPROVAL), about=SUSPENSION),
        Start(clock, whose(clock), named=fact.until, afresh=True),
    )


clocks.on(d.SuspensionRefused)(lambda _, __: _refused(SUSPENSION))
clocks.on(d.SuspensionEnded)(lambda _, __: (Stop(these(Clock.SUSPENSION), "ended"), Resume(sparing=NEEDS_INFO)))


@clocks.on(d.RequestLapsed)
def _request_lapsed(fact: d.RequestLapsed, _whose: Whose) -> Commands:
    clock = Clock.APPROVAL
    return Decided(clock, fact.what, never=True), Stop(these(clock), "lapsed", about=fact.what)


clocks.on(d.ApprovalRequested)(lambda fact, whose: _asked(fact.request.value, whose)[:1])
clocks.on(d.ApprovalGranted, d.ApprovalDeclined)(
    lambda fact, _: (Meet(these(Clock.APPROVAL), about=fact.request.value),)
)
clocks.on(d.ApprovalLapsed)(lambda fact, _: (Stop(these(Clock.APPROVAL), "lapsed", about=fact.request.value),))


@clocks.on(d.Committed)
def _committed(fact: d.Committed, whose: Whose) -> Commands:
    clock = Clock.COMMITMENT
    owner = whose(clock, Owner.of_department(fact.department))
    return (Start(clock, owner, named=fact.promised, afresh=True),)


clocks.on(d.CommitmentDue)(lambda _, whose: (Start(Clock.COMMITMENT_CHECK, whose(Clock.COMMITMENT_CHECK)),))
clocks.on(d.CommitmentChecked)(lambda _, __: (Meet(these(Clock.COMMITMENT, Clock.COMMITMENT_CHECK)),))
