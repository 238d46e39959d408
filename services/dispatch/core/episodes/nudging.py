"""Nudges (催办), and the policy's ladder on which they, and missed clocks, climb to supervision and interview."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from chassis.frozen import replace
from rulebook.codes import Step
from rulebook.rules import Rung
from schemas import dispatch as d
from schemas import inbound as i
from schemas.owner import Owner
from schemas.values import Actor, Clock, DepartmentCode
from services.dispatch.core.draft import BY_POLICY, Draft
from services.dispatch.core.episode import Episode
from services.dispatch.core.episodes.escalation import unproposed
from services.dispatch.core.episodes.supervision import order_supervision, with_nudges
from services.dispatch.core.holder import held_by, participants
from services.dispatch.core.regions import Nudge, Nudged, Ordered, Proposed, Quiet, Reported, times, together
from services.dispatch.core.standing import OPEN
from services.dispatch.core.ticket import Ticket
from vocabulary import CLOCKS, word

episode = Episode("nudging")

_TAKEN: Final = {Step.NUDGE: "予以催办", Step.SUPERVISE: "转督办", Step.INTERVIEW: "予以约谈"}
_ASKED: Final = {Step.NUDGE: "请决定是否催办", Step.SUPERVISE: "请决定是否督办", Step.INTERVIEW: "请决定是否约谈"}


@episode.action(i.Nudge, OPEN)
def nudge(draft: Draft, action: i.Nudge) -> None:
    nudge_holder(draft, action.reason, draft.by)


def nudge_holder(draft: Draft, reason: str, by: Actor, breach: str | None = None) -> None:
    """Nudge whoever holds the ticket; what a department was nudged for often and in vain climbs the ladder."""
    order = draft.ticket.led_by
    department = order.lead if order and (breach is not None or lead_holds(draft.ticket)) else None
    draft.say(d.Nudged(**draft.stamp(by), reason=reason, department=department, breach=breach))
    _climb_unanswered(draft)


def lead_holds(ticket: Ticket) -> bool:
    """Whether the lead has to act next: nobody else's time is held against it."""
    order = ticket.led_by
    return order is not None and held_by(ticket) == Owner.of_department(order.lead)


def nudge_for_breach(draft: Draft, clock: Clock, clock_id: str, department: DepartmentCode | None = None) -> None:
    """Nudge for a missed clock where the ladder says so: whoever was late, or nobody where no department was."""
    for rung in draft.rules.policy.ladder.rungs:
        if rung.step is Step.NUDGE and rung.automatic and clock in rung.on_breach_of:
            reason = f"{_missed(clock)}，{_TAKEN[rung.step]}。"
            draft.say(d.Nudged(**draft.by_policy, reason=reason, department=department, breach=clock_id))


def _who_is_nudged(ticket: Ticket, fact: d.Nudged | d.NudgeWithdrawn) -> tuple[DepartmentCode, ...]:
    order, present = ticket.led_by, participants(ticket)
    if order is not None and fact.department == order.lead:
        return present
    return (fact.department,) if fact.department is not None and fact.department in present else ()


@episode.fact(d.Nudged, heard_by=_who_is_nudged)
def _nudged(ticket: Ticket, fact: d.Nudged, at: datetime) -> Ticket:
    """Only what the lead is nudged for counts against it; the centre and supporters earn theirs themselves."""
    after, latest, order = unproposed(ticket, "nudge"), Nudge(at=fact.since(at), breach=fact.breach), ticket.led_by
    if order is None or fact.department != order.lead:
        return after if fact.breach is None else replace(after, nudged={**after.nudged, fact.breach: fact.department})
    match ticket.supervision:
        case Quiet(orders=orders):
            return replace(after, supervision=Nudged(orders=orders, nudges=(latest,)))
        case Nudged() as nudged:
            return replace(after, supervision=replace(nudged, nudges=together((*nudged.nudges, latest))))
        case _:
            return after


# --- the ladder ------------------------------------------------------------------------------------------------------


def answer_breach(draft: Draft, clock: Clock, clock_id: str, late: DepartmentCode | None) -> None:
    """Do what the ladder has for a missed clock, against nobody but whoever answers for it; `late` owned the clock."""
    if late in draft.ticket.tasks:
        nudge_for_breach(draft, clock, clock_id, late)
    elif late is not None or lead_holds(draft.ticket):
        climb(draft, clock, clock_id)
    else:
        nudge_for_breach(draft, clock, clock_id)


def climb(draft: Draft, clock: Clock, clock_id: str) -> None:
    """Take the steps that the ladder has for a missed clock, and those that are due because nothing was answered."""
    for rung in draft.rules.policy.ladder.rungs:
        if clock in rung.on_breach_of and draft.ticket.led_by is not None:
            _step(draft, rung, _missed(clock), clock_id)
    _climb_unanswered(draft)


def _missed(clock: Clock) -> str:
    return f"{CLOCKS[clock]}{word(d.Overdue)}"


def _climb_unanswered(draft: Draft) -> None:
    for rung in draft.rules.policy.ladder.rungs:
        found = _unanswered(draft, rung)
        if found is not None and draft.ticket.led_by is not None:
            _step(draft, rung, found, None)


def _unanswered(draft: Draft, rung: Rung) -> str | None:
    """Say what went unanswered so often and so long that the rung is due."""
    watch = draft.ticket.supervision
    match rung.after, watch:
        case Step.NUDGE, Nudged():
            count, said = times(watch.nudges), f"催办{times(watch.nudges)}次未见进展"
        case Step.SUPERVISE, Ordered(interviews=0):
            count, said = watch.orders, f"第{watch.orders}号督办单未见回复"
        case _:
            return None
    long_enough = rung.unanswered_for is None or draft.rules.waited(watch.since, rung.unanswered_for, draft.at)
    return said if count >= (rung.after_count or 1) and long_enough else None


def _step(draft: Draft, rung: Rung, why: str, breach: str | None) -> None:
    """Take a step of the ladder, or ask whoever orders it."""
    if not rung.automatic:
        _propose(draft, rung.step, f"{why}，{_ASKED[rung.step]}。", breach)
        return
    reason = f"{why}，{_TAKEN[rung.step]}。"
    match rung.step:
        case Step.NUDGE:
            nudge_holder(draft, reason, BY_POLICY, breach)
        case Step.SUPERVISE:
            order_supervision(draft, reason, BY_POLICY, "breach" if breach else "nudges", breach)
        case Step.INTERVIEW:
            draft.say(d.Interviewed(**draft.by_policy, department=draft.lead, reason=reason))


def _propose(draft: Draft, step: Step, reason: str, breach: str | None) -> None:
    """Ask for a step once; one that was taken, or a lesser one than is asked for already, is not asked for."""
    asked, order = draft.ticket.escalation, list(Step)
    if isinstance(asked, Proposed) and order.index(Step(asked.step)) >= order.index(step):
        return
    if step is Step.SUPERVISE and isinstance(draft.ticket.supervision, Ordered | Reported):
        return
    draft.say(
        d.EscalationProposed(**draft.by_policy, step=step.value, department=draft.lead, reason=reason, breach=breach)
    )


# --- taken back ------------------------------------------------------------------------------------------------------


def take_back(draft: Draft, clock: Clock, clock_id: str) -> None:
    """Take back what the ladder ordered for a breach that is withdrawn; what has another cause stays."""
    order, reason = draft.ticket.led_by, f"{_missed(clock)}已撤销，{word(d.NudgeWithdrawn)}。"
    if clock_id in draft.ticket.nudged:
        whom = draft.ticket.nudged[clock_id]
        draft.say(d.NudgeWithdrawn(**draft.by_policy, reason=reason, department=whom, breach=clock_id))
    watch = draft.ticket.supervision
    if isinstance(watch, Quiet):
        return
    if any(each.breach == clock_id for each in watch.nudges):
        lead = order.lead if order else None
        draft.say(d.NudgeWithdrawn(**draft.by_policy, reason=reason, department=lead, breach=clock_id))
    watch = draft.ticket.supervision
    if isinstance(watch, Ordered | Reported) and not _stands(draft, watch, clock_id):
        result = f"{_missed(clock)}已撤销，督办单收回。"
        draft.say(d.SupervisionEnded(**draft.by_policy, result=result, reason=d.BREACH_WITHDRAWN))


def _stands(draft: Draft, watch: Ordered | Reported, clock_id: str) -> bool:
    """Whether the order would have been given without that breach too."""
    rung = draft.rules.policy.ladder.rungs[list(Step).index(Step.SUPERVISE)]
    owed, missed = draft.ticket.dues.items(), draft.ticket.overdue
    department = {name for name, owner in missed.items() if owner.department is not None}
    if any(name in department and each.clock in rung.on_breach_of for name, each in owed):
        return True
    match watch.cause:
        case "breach":
            return watch.breach != clock_id
        case "nudges":
            return rung.after_count is None or times(watch.nudges) >= rung.after_count
        case _:
            return True


@episode.fact(d.NudgeWithdrawn, heard_by=_who_is_nudged)
def _nudge_withdrawn(ticket: Ticket, fact: d.NudgeWithdrawn, _at: datetime) -> Ticket:
    watch, order = ticket.supervision, ticket.led_by
    if fact.breach in ticket.nudged and (order is None or fact.department != order.lead):
        return replace(ticket, nudged={name: whom for name, whom in ticket.nudged.items() if name != fact.breach})
    if isinstance(watch, Quiet):
        return ticket
    left = [each for each in watch.nudges if each.breach != fact.breach]
    after = replace(ticket, supervision=with_nudges(watch, left))
    return after if len(left) == len(watch.nudges) else unproposed(after, "supervise")
