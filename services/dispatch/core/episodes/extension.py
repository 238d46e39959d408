"""Extensions (延期): asked before the due time, granted or refused, counted for each lead."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from chassis.frozen import replace
from schemas import dispatch as d
from schemas import inbound as i
from schemas.more_time import TimeUnit, more_time
from schemas.values import Clock, breach_by
from schemas.values import TicketState as S
from services.dispatch.core.draft import Draft
from services.dispatch.core.episode import Episode, Refusal, state_guard
from services.dispatch.core.episodes.acceptance import take_up
from services.dispatch.core.guards import another_decides, in_words, provable_ground
from services.dispatch.core.holder import participants
from services.dispatch.core.regions import ExtensionAsked, NoExtensionAsked
from services.dispatch.core.standing import AT_WORK, WAITING, WITH_LEAD, Rework
from services.dispatch.core.ticket import Ticket
from services.dispatch.core.who import by_lead
from vocabulary import CLOCKS
from worktime import Unit, deadline_in_words, unit_in_words

episode = Episode("extension")

_EXTENDED: Final = frozenset({Clock.HANDLING, Clock.REWORK, Clock.URGENT_FIRST_REPORT})


def extension_over(ticket: Ticket) -> Ticket:
    """Nothing waits for an approver any more; what was granted counts on."""
    return replace(ticket, extension=NoExtensionAsked(granted=ticket.extension.granted))


# --- asked -----------------------------------------------------------------------------------------------------------


@state_guard
def extension_free(draft: Draft) -> Refusal | None:
    if isinstance(draft.ticket.extension, ExtensionAsked):
        return Refusal("already_asked", "已有延期申请在审批，请等待结果。")
    return None


def extension_left(draft: Draft, action: i.RequestExtension) -> Refusal | None:
    limit = draft.rules.policy.limits.extension
    if draft.ticket.extension.granted >= limit.max_times:
        return Refusal("too_many_extensions", f"延期最多{limit.max_times}次，已用完；确需暂停的可申请挂账。")
    return _extendable_by(draft, action.spans)


def _extendable_by(draft: Draft, spans: Sequence[tuple[int, TimeUnit]]) -> Refusal | None:
    """The limit that runs can be extended by this, in this unit."""
    limits, tier = draft.rules.policy.limits, draft.ticket.matter.tier
    standing = getattr(draft.ticket.standing, "back", draft.ticket.standing)
    running = draft.rules.policy.limit(Clock.REWORK if isinstance(standing, Rework) else Clock.HANDLING)
    if not running.extendable:
        return Refusal("not_extendable", f"{CLOCKS[running.clock]}不得延期；确需暂停的可申请挂账。")
    most = limits.extension.span_for(tier)
    said = f"每次延期最多{in_words(most)}"
    if len(spans) != 1 or spans[0][1] != most.unit.value:
        unit = unit_in_words(Unit(most.unit.value))
        return Refusal("wrong_unit", f"该工单延期按{unit}计，请只按此单位填写；{said}。")
    return Refusal("too_long", f"{said}。") if spans[0][0] > most.amount else None


def extension_ground(draft: Draft, action: i.RequestExtension) -> Refusal | None:
    return provable_ground(draft, draft.rules.policy.grounds.extension, action.ground, "延期")


@state_guard
def more_than_the_city_gives(draft: Draft) -> Refusal | None:
    """The city's due time caps the department's: what ends there already ends no later however much is granted."""
    upstream, lead = draft.ticket.matter.upstream, draft.lead
    if upstream is None or upstream.due is None:
        return None
    dues = [
        each.due
        for each in draft.ticket.dues.values()
        if each.owner.department == lead and each.clock is Clock.HANDLING and each.due is not None
    ]
    if not dues or any(breach_by(due) != upstream.due for due in dues):
        return None
    until = deadline_in_words(upstream.due)
    words = f"承办期限已到市热线办要求的{until}，延期不会使它延后；确需延后的，请先与市热线办商定。"
    return Refusal("capped_by_city", words)


@state_guard
def before_due(draft: Draft) -> Refusal | None:
    lead = draft.lead
    dues = [
        each.due for each in draft.ticket.dues.values() if each.owner.department == lead and each.clock in _EXTENDED
    ]
    known = [due for due in dues if due is not None]
    if known and all(draft.at > breach_by(due) for due in known):
        return Refusal("asked_too_late", "已过期限，延期须在到期前申请。")
    return None


_ASKABLE: Final = (by_lead, extension_free, extension_left, extension_ground, before_due, more_than_the_city_gives)


@episode.action(i.RequestExtension, {S.DISPATCHED}, *_ASKABLE, to={S.IN_PROGRESS})
@episode.action(i.RequestExtension, AT_WORK, *_ASKABLE)
def request_extension(draft: Draft, action: i.RequestExtension) -> None:
    take_up(draft)
    (amount, unit), *_ = action.spans
    asked = d.ExtensionRequested(
        **draft.by_author,
        **more_time(amount, unit),
        department=draft.lead,
        ground=action.ground,
        reason=action.reason,
        count=draft.ticket.extension.granted + 1,
    )
    draft.say(asked)


@episode.fact(d.ExtensionRequested, heard_by=participants)
def _requested(ticket: Ticket, fact: d.ExtensionRequested, _at: datetime) -> Ticket:
    (amount, unit), *_ = fact.spans
    asked = ExtensionAsked(granted=ticket.extension.granted, amount=amount, unit=unit, ground=fact.ground, by=fact.by)
    return replace(ticket, extension=asked)


# --- granted or refused ----------------------------------------------------------------------------------------------


def extension_asked(draft: Draft, _action: i.RuleOnExtension) -> Refusal | None:
    if isinstance(draft.ticket.extension, ExtensionAsked):
        return None
    return Refusal("nothing_asked", "没有待审批的延期申请。")


def another_extends(draft: Draft, _action: i.RuleOnExtension) -> Refusal | None:
    asked = draft.ticket.extension
    return another_decides(draft, asked.by) if isinstance(asked, ExtensionAsked) else None


def granted_time_legal(draft: Draft, action: i.RuleOnExtension) -> Refusal | None:
    asked = draft.ticket.extension
    if not action.granted or not isinstance(asked, ExtensionAsked):
        return None
    return _extendable_by(draft, action.spans or ((asked.amount, asked.unit),))


def gives_more(draft: Draft, action: i.RuleOnExtension) -> Refusal | None:
    return more_than_the_city_gives(draft, action) if action.granted else None


@episode.action(
    i.RuleOnExtension, WITH_LEAD | WAITING, extension_asked, another_extends, granted_time_legal, gives_more
)
def rule_on_extension(draft: Draft, action: i.RuleOnExtension) -> None:
    asked = draft.ticket.extension
    if not isinstance(asked, ExtensionAsked):
        return
    if not action.granted:
        draft.say(d.ExtensionRefused(**draft.by_author, department=draft.lead, reason=action.reason))
        return
    amount, unit = next(iter(action.spans), (asked.amount, asked.unit))
    granted = d.ExtensionGranted(
        **draft.by_author,
        **more_time(amount, unit),
        department=draft.lead,
        ground=asked.ground,
        reason=action.reason,
    )
    draft.say(granted)


@episode.fact(d.ExtensionGranted, heard_by=participants)
def _granted(ticket: Ticket, _fact: d.ExtensionGranted, _at: datetime) -> Ticket:
    return replace(ticket, extension=NoExtensionAsked(granted=ticket.extension.granted + 1))


@episode.fact(d.ExtensionRefused, heard_by=participants)
def _refused(ticket: Ticket, _fact: d.ExtensionRefused, _at: datetime) -> Ticket:
    return extension_over(ticket)
