"""The promises about a ticket's life: who holds it, who leads it, what counts its time, and what ends with it.

A life is what the trace noted; it is held against what stands on the public topics and in the clocks of sla.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from rulebook.desk import TASKS as DESK
from schemas import dispatch as d
from schemas.owner import Owner
from schemas.values import Actor, Clock, PartyKind, TicketState
from services.trace.for_tools import AT_REST, NOBODY
from tools.verify.accusations import accused_never_told
from tools.verify.approvals import nobody_approves_their_own
from tools.verify.automation import no_machine_answered
from tools.verify.confidence import no_order_names_who_asks
from tools.verify.findings import whose
from tools.verify.life import Elsewhere, Life
from tools.verify.referrals import referral_is_whole
from tools.verify.successors import gone_holds_nothing
from tools.verify.urgency import nothing_urgent_untold
from vocabulary import CLOCKS, NOTHING, STATES, TASKS, WAITS, Chinese

Check = Callable[[Life, Elsewhere], Iterator[Chinese]]


def ended_is_ended_at_departments(life: Life, elsewhere: Elsewhere) -> Iterator[Chinese]:
    """A ticket that ended, or that others carry on, is open at no department."""
    if life.steps and life.state in AT_REST:
        for department, order in elsewhere.orders.items():
            if order.role != "none" and order.state not in AT_REST:
                yield Chinese(f"{STATES[life.state]}，{department} 处却为{STATES[order.state]}")


def ended_has_no_clocks(life: Life, elsewhere: Elsewhere) -> Iterator[Chinese]:
    """With a ticket all its clocks end, but for the window to reopen it, a promise for later, the review of what the
    city heard, the citizen's clock of a split one, what the centre owes of it still, and calls for what was said since.
    """
    spared = {
        TicketState.CLOSED: {Clock.REOPEN_WINDOW, Clock.COMMITMENT, Clock.CALLBACK_REVIEW},
        TicketState.ARCHIVED: {Clock.COMMITMENT, Clock.CALLBACK_REVIEW},
        TicketState.SPLIT: {Clock.CITIZEN, Clock.CALLBACK_REVIEW},
    }
    if life.steps and life.state in AT_REST:
        speaks_up = life.summary.wish == "reopening" or _called_after_its_end(life)
        called = {Clock.DUTY_ACKNOWLEDGEMENT} if speaks_up else set()
        called |= {clock for clock, tasks in _COUNTED_BY.items() if tasks.intersection(life.summary.desk)}
        for ticking in elsewhere.clocks:
            if ticking.clock not in spared.get(life.state, set()) | called:
                yield Chinese(f"{STATES[life.state]}，{whose(ticking.owner)} 的时限 {ticking.id} 还在走")


_COUNTED_BY: Final[Mapping[Clock, frozenset[str]]] = {
    clock: frozenset(task.value for task, asked in DESK.items() if asked.clock is clock)
    for clock in {asked.clock for asked in DESK.values() if asked.clock is not None} - {Clock.DUTY_ACKNOWLEDGEMENT}
}
"""Which tasks of the desk each clock of the centre counts; a call that nobody answers ends with its minutes."""
_STANDING_STILL: Final = frozenset({Clock.UNIT_PASS_ON, Clock.SURVEY_OFFICE, Clock.DISPATCHING})
"""What nobody of the centre can do while its requester is asked what is missing."""


def what_the_centre_owes_is_timed(life: Life, elsewhere: Elsewhere) -> Iterator[Chinese]:
    """What waits for the centre has a clock, and no such clock runs for nothing."""
    running = {ticking.clock for ticking in elsewhere.clocks}
    asked = life.state is TicketState.NEEDS_INFO
    for clock, tasks in _COUNTED_BY.items() if life.steps else ():
        waits = tasks.intersection(life.summary.desk)
        if waits and clock not in running:
            yield Chinese(f"待办“{'、'.join(TASKS.said(task) for task in sorted(waits))}”没有时限计时")
        elif not waits and clock in running and not (asked and clock in _STANDING_STILL):
            yield Chinese(f"有{CLOCKS[clock]}在计时，待办里没有要办的")


def _called_after_its_end(life: Life) -> bool:
    """Whether somebody on duty was called for what was said of the ticket when it had ended."""
    return any(isinstance(step.fact, d.StopWordsFound) and step.fact.called_for for step in life.steps)


def one_department_leads(_life: Life, elsewhere: Elsewhere) -> Iterator[Chinese]:
    """No two departments lead a ticket at once."""
    leads = sorted(
        code for code, order in elsewhere.orders.items() if order.role == "lead" and order.state not in AT_REST
    )
    if len(leads) > 1:
        yield Chinese(f"同时由 {'、'.join(leads)} 牵头")


_AT_THE_DESK: Final = {
    "unit_pass_on": "unit_pass_on",
    "survey_office": "survey_office",
    "dispatch": "dispatching",
    "return_ruling": "return_ruling",
    "adjudication": "adjudication",
    "review": "review",
}
"""Under which task the office hears of what a ticket waits for."""
_IN_PASSING: Final = frozenset({"registration", "closing"})
"""What a ticket waits for only within the decision of one moment."""


def somebody_owes_it(life: Life, elsewhere: Elsewhere) -> Iterator[Chinese]:
    """Every open ticket has a holder who knows of it; every registered one is open or ended."""
    if not life.steps:
        if life.registered:
            yield Chinese("已受理，dispatch 没有接手")
        return
    holder, waits_for = life.summary.holder, life.summary.waits_for
    if life.state in AT_REST:
        return
    if holder == NOBODY:
        yield Chinese(f"{STATES[life.state]}，无人承办")
    elif waits_for in _IN_PASSING:
        yield Chinese(f"{STATES[life.state]}，停在{WAITS.said(waits_for)}")
    elif waits_for in _AT_THE_DESK and not elsewhere.desk.get(_AT_THE_DESK[waits_for]):
        yield Chinese(f"等{WAITS.said(waits_for)}，待办里没有")
    elif holder.department is not None:
        order = elsewhere.orders.get(holder.department)
        if order is None or order.role != "lead" or order.state in AT_REST:
            yield Chinese(f"由 {whose(holder)} 承办，对方不知道")
    elif waits_for == "callback" and elsewhere.callback in (None, "cancelled"):
        yield Chinese("等回访，回访单位不知道")


def every_wait_is_timed(life: Life, elsewhere: Elsewhere) -> Iterator[Chinese]:
    """Whatever an open ticket waits for, a clock of sla counts: waiting without end is owed by nobody."""
    if life.steps and life.state not in AT_REST and not elsewhere.clocks:
        yield Chinese(f"等{WAITS.said(life.summary.waits_for)}，没有时限计时")


def nothing_late_withdrawn_on_a_call(life: Life, _elsewhere: Elsewhere) -> Iterator[Chinese]:
    """What was overdue or supervised is withdrawn by a person of the centre, never on a call alone."""
    late: set[str] = set()
    watched = False
    for step in life.steps:
        fact = step.fact
        if isinstance(fact, d.Overdue):
            late = late - {fact.clock_id} if fact.withdrawn else late | {fact.clock_id}
        elif isinstance(fact, d.Withdrawn) and (late or watched) and not _by_the_centre(fact.by):
            yield Chinese(f"已{'逾期' if late else '督办'}，没有中心的人员经手就撤诉了")
        watched = bool(step.after.supervision or step.after.callback_review)


def _by_the_centre(actor: Actor) -> bool:
    return actor.party is not None and actor.party.kind is PartyKind.OFFICE and actor.person is not None


def wishes_are_known(life: Life, elsewhere: Elsewhere) -> Iterator[Chinese]:
    """What a requester wants the centre to decide waits on the desk; a merged ticket comes back as it was."""
    wish = life.summary.wish if life.steps and life.state != TicketState.MERGED else ""
    if wish and not elsewhere.desk.get(wish):
        yield Chinese(f"诉求人提出了申请，待办里没有“{TASKS.said(wish)}”")


def trace_agrees(life: Life, elsewhere: Elsewhere) -> Iterator[Chinese]:
    """Where trace says that a ticket stands is what its entries fold to."""
    wanted = (life.summary.state, life.summary.holder)
    if life.steps and elsewhere.standing != wanted:
        yield Chinese(f"台账为 {_standing(elsewhere.standing)}，事件得出的是 {_standing(wanted)}")


def _standing(standing: tuple[str, str] | None) -> str:
    if standing is None:
        return NOTHING
    state, holder = standing
    return f"{STATES.said(state)}、{whose(Owner(holder)) if holder else NOTHING}"


CHECKS: Final[Mapping[str, Check]] = {
    "结束的工单在承办单位处也已结束": ended_is_ended_at_departments,
    "同一时刻只有一个牵头单位": one_department_leads,
    "工单结束，时限随之结束": ended_has_no_clocks,
    "没有无人负责的工单": somebody_owes_it,
    "在办必有时限": every_wait_is_timed,
    "中心该办的也有时限": what_the_centre_owes_is_timed,
    "转介有记录、不回访": referral_is_whole,
    "被举报单位不知情": accused_never_told,
    "保密工单的派单不显示诉求人": no_order_names_who_asks,
    "紧急件无一漏告": nothing_urgent_untold,
    "含敏感内容的不自动派单": no_machine_answered,
    "无人批准自己所请": nobody_approves_their_own,
    "逾期、督办件不因一通电话撤诉": nothing_late_withdrawn_on_a_call,
    "诉求人的申请都在待办里": wishes_are_known,
    "单位撤并后，在办的归承接单位": gone_holds_nothing,
    "台账与留痕一致": trace_agrees,
}
"""Each promise in a sentence, and how it is checked."""
