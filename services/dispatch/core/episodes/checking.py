"""What policy dispatched by itself is checked by a person; a category that is often wrong goes back to the desk."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from chassis.frozen import replace
from schemas import dispatch as d
from schemas import inbound as i
from schemas import requests as r
from schemas.values import DepartmentCode
from schemas.values import TicketState as S
from services.dispatch.core import standing as s
from services.dispatch.core.draft import Draft
from services.dispatch.core.episode import SAME, Episode, Refusal
from services.dispatch.core.episodes.dispatching import category_known, reclassify
from services.dispatch.core.episodes.sending import send
from services.dispatch.core.guards import avoids, known
from services.dispatch.core.regions import Checked, Drawn
from services.dispatch.core.rules import Led
from services.dispatch.core.ticket import Ticket

episode = Episode("checking")


# --- checked ---------------------------------------------------------------------------------------------------------


def is_drawn(draft: Draft, _action: i.CheckDispatch) -> Refusal | None:
    if isinstance(draft.ticket.check, Drawn):
        return None
    if isinstance(draft.ticket.check, Checked):
        return Refusal("checked_already", "该工单的自动派单已核对；派单仍有错的，请直接改派。")
    return Refusal("not_drawn", "该工单没有抽中核对；自动派单有错的，请直接改派。")


def says_what_instead(draft: Draft, action: i.CheckDispatch) -> Refusal | None:
    """Who says wrong says what would have been right, and that is something else."""
    drawn = draft.ticket.check
    if not isinstance(drawn, Drawn):
        return None
    otherwise = action.category not in (None, drawn.category) or action.lead not in (None, drawn.lead)
    if action.right and (action.category is not None or action.lead is not None):
        return Refusal("right_or_wrong", "核对为正确的，不写应派的分类和单位；有错的，请核对为不正确（--wrong）。")
    if action.right or otherwise:
        return None
    return Refusal("says_not_what", "核对为不正确的，须写明与原派单不同的分类（category）或者牵头单位（lead）。")


def lead_known(draft: Draft, action: i.CheckDispatch) -> Refusal | None:
    return None if action.lead is None else known(draft, action.lead) or avoids(draft, action.lead)


def lead_found(draft: Draft, action: i.CheckDispatch) -> Refusal | None:
    """What was dispatched wrongly does not stay where it is because nothing says where it belongs."""
    if action.right or action.lead is not None or _lead_by(draft, action) is not None:
        return None
    return Refusal("lead_missing", "按所写的分类和该工单的地点定不出牵头单位，请写明应派的牵头单位（lead）。")


@episode.action(
    i.CheckDispatch,
    s.WITH_LEAD,
    is_drawn,
    says_what_instead,
    category_known,
    lead_known,
    lead_found,
    to={SAME, S.DISPATCHED},
)
@episode.action(i.CheckDispatch, s.LIVING - s.WITH_LEAD, is_drawn, says_what_instead, category_known, lead_known)
def check_dispatch(draft: Draft, action: i.CheckDispatch) -> None:
    """Say what was found; what is still where policy sent it goes to whoever should have had it.

    What a person has classified or assigned since is that person's: the desk sees who should have had it.
    """
    drawn = draft.ticket.check
    if not isinstance(drawn, Drawn):
        return
    lead = None if action.right else action.lead or _lead_by(draft, action)
    checked = d.DispatchChecked(
        **draft.by_author,
        order=drawn.order,
        category=drawn.category,
        was_led_by=drawn.lead,
        suggested=drawn.suggested,
        right=action.right,
        better_category=action.category,
        lead=lead,
        note=action.note,
        dispatched_at=drawn.since,
        waits=True if _keeps(draft, lead, drawn) else None,
    )
    draft.say(checked)
    if action.right:
        return
    if draft.ticket.state in s.OPEN - s.AFTER and draft.ticket.matter.category in (None, drawn.category):
        reclassify(draft, action.category, None)
    order = draft.ticket.led_by
    if lead is not None and order is not None and order.lead != lead and _may_be_sent_on(draft, lead, drawn):
        _send_on(draft, lead)


def _lead_by(draft: Draft, action: i.CheckDispatch) -> DepartmentCode | None:
    """Who leads the right category, as the catalogue says."""
    matter = draft.ticket.matter
    found = draft.rules.lead_for(matter.classified(action.category, matter.tier), draft.ticket.shunned)
    return found.lead if isinstance(found, Led) else None


def _keeps(draft: Draft, lead: DepartmentCode | None, drawn: Drawn) -> bool:
    """Whether another department keeps it for now: the desk decides it once it can be given to the right one."""
    order = draft.ticket.led_by
    return lead is not None and order is not None and order.lead != lead and not _may_be_sent_on(draft, lead, drawn)


def _may_be_sent_on(draft: Draft, lead: DepartmentCode, drawn: Drawn) -> bool:
    """Whether it is where policy sent it, and nobody but the desk has a say in where it goes."""
    ticket = draft.ticket
    return ticket.orders == drawn.order and ticket.state in s.WITH_LEAD and ticket.ruled in (None, lead)


def _send_on(draft: Draft, lead: DepartmentCode) -> None:
    found = draft.rules.lead_for(draft.ticket.matter, draft.ticket.shunned)
    helpers = found.supporting if isinstance(found, Led) and found.lead == lead else {}
    send(draft, lead, helpers, reason="checked", by=draft.by)


def _counted(ticket: Ticket, fact: d.DispatchChecked) -> Iterator[r.CategoryRequest]:
    if fact.category is not None:
        yield r.CountCheck(
            category=fact.category,
            origin=ticket.id,
            by=fact.by,
            right=fact.right,
            dispatched_at=fact.dispatched_at,
        )


@episode.fact(d.DispatchChecked, asks=_counted)
def _checked(ticket: Ticket, fact: d.DispatchChecked, _at: datetime) -> Ticket:
    """Where nobody else can be given the order now, the desk decides it once somebody can."""
    after = replace(ticket, check=Checked())
    return replace(after, would_lead=fact.lead) if fact.waits else after


# --- fallen back -----------------------------------------------------------------------------------------------------


@episode.request(r.SayFallenBack, s.LIVING)
def say_fallen_back(draft: Draft, request: r.SayFallenBack) -> None:
    ended = d.AutomationEnded(
        **draft.by_policy,
        category=request.category,
        checked=request.checked,
        correct=request.correct,
        at_least=request.at_least,
        floor=request.floor,
    )
    draft.say(ended)


@episode.fact(d.AutomationEnded)
def _fell_back(ticket: Ticket, fact: d.AutomationEnded, _at: datetime) -> Ticket:
    return replace(ticket, fell_back=fact.category, left_to_people=False)


def fell_back_here(draft: Draft, _action: i.RestoreAutomation | i.LeaveToPeople) -> Refusal | None:
    if draft.ticket.fell_back is not None:
        return None
    said = "该工单上没有退回人工派单的分类；请在工作台“待决定恢复自动派单”所列的，或者决定仍由人工派单的工单上办理。"
    return Refusal("nothing_fell_back", said)


@episode.action(i.RestoreAutomation, s.LIVING, fell_back_here)
def restore_automation(draft: Draft, action: i.RestoreAutomation) -> None:
    category = draft.ticket.fell_back
    if category is not None:
        draft.say(d.AutomationRestored(**draft.by_author, category=category, reason=action.reason))


def _asks_to_restore(ticket: Ticket, fact: d.AutomationRestored) -> Iterator[r.CategoryRequest]:
    yield r.RestoreCategory(category=fact.category, origin=ticket.id, by=fact.by)


@episode.fact(d.AutomationRestored, asks=_asks_to_restore)
def _restored(ticket: Ticket, _fact: d.AutomationRestored, _at: datetime) -> Ticket:
    return replace(ticket, fell_back=None, left_to_people=False)


def not_left_yet(draft: Draft, _action: i.LeaveToPeople) -> Refusal | None:
    if not draft.ticket.left_to_people:
        return None
    return Refusal("left_already", "已决定仍由人工派单；要恢复自动派单的，请直接恢复。")


@episode.action(i.LeaveToPeople, s.LIVING, fell_back_here, not_left_yet)
def leave_to_people(draft: Draft, action: i.LeaveToPeople) -> None:
    category = draft.ticket.fell_back
    if category is not None:
        draft.say(d.LeftToPeople(**draft.by_author, category=category, reason=action.reason))


@episode.fact(d.LeftToPeople)
def _left(ticket: Ticket, _fact: d.LeftToPeople, _at: datetime) -> Ticket:
    """Policy may be let again there, for whoever changes their mind."""
    return replace(ticket, left_to_people=True)
