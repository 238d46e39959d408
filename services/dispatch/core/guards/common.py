"""What several guards ask."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from rulebook.codes import GroundFor, Role, Unit
from rulebook.directory import Person as Named
from schemas.inbound import Action, OfficeAction
from schemas.more_time import TimeUnit
from schemas.values import Clock, Person
from services.dispatch.core.draft import Draft, Refusal
from services.dispatch.core.standing import Rework
from services.dispatch.core.words import KINDS


def may(draft: Draft, action: Action, kind: str) -> Refusal:
    """Every act of the office is that of a person whom the rulebook names for it."""
    if not draft.rules.asks_who or not isinstance(action, OfficeAction):
        return None
    who, allowed = action.by, draft.rules.policy.who_may(kind)
    names = _named(allowed)
    if not draft.rules.knows(who):
        return "unknown_person", f"人员名册上没有编号为{who.id}、姓名为{who.name}的人；{KINDS[kind]}由{names}办理。"
    if who.id in {each.id for each in allowed}:
        return None
    return "role_missing", f"{who.name}没有此项权限；{KINDS[kind]}由{names}办理。"


def _named(people: Iterable[Named]) -> str:
    return "、".join(f"{each.name}（{each.id}）" for each in people)


def approved(draft: Draft, approver: Person | None, what: str) -> Refusal:
    """A named approver answers for it."""
    given = approver is not None and not draft.rules.asks_who
    if given or draft.rules.has_role(approver, Role.APPROVER):
        return None
    names = _named(draft.rules.policy.with_role(Role.APPROVER))
    return "approver_missing", f"{what}须由有审批权限的人员批准，请填写审批人：{names}。"


def legal(draft: Draft, purpose: GroundFor, ground: str, what: str) -> Refusal:
    """The ground is one of the policy's."""
    if draft.rules.legal(purpose, ground):
        return None
    names = "、".join(f"{each.name}（{each.code}）" for each in draft.rules.policy.grounds.of(purpose))
    return "illegal_ground", f"{what}的依据不在规定范围内，请选择：{names}。"


def known(draft: Draft, *codes: str) -> Refusal:
    """The directory knows these departments."""
    unknown = [code for code in codes if draft.rules.policy.department(code) is None]
    return ("unknown_department", f"名录中没有单位{'、'.join(unknown)}，请从单位名录中选择。") if unknown else None


def avoids(draft: Draft, *codes: str) -> Refusal:
    """None of these departments is accused."""
    named = [draft.rules.name(code) for code in codes if code in draft.ticket.shunned]
    return ("accused", f"{'、'.join(named)}是被举报对象，须回避，请另派其他单位。") if named else None


_COUNTED: Final[Mapping[Unit, str]] = {
    Unit.WORKING_DAYS: "个工作日",
    Unit.CALENDAR_DAYS: "个自然日",
    Unit.HOURS: "小时",
    Unit.HALF_WORKING_DAYS: "个半工作日",
    Unit.OFFICE_MINUTES: "个办公分钟",
}


def within_longest(draft: Draft, clock: Clock, field: str, until: datetime) -> Refusal:
    """A date that somebody names lies no further away than policy allows: more would be cut off without a word."""
    limit = draft.rules.policy.limit(clock)
    longest = limit.budget_for(draft.ticket.matter.tier)
    if not draft.rules.waited(draft.at, longest, until - timedelta.resolution):
        return None
    return "too_far_ahead", f"{limit.title}（{field}）最长{longest.amount}{_COUNTED[longest.unit]}，请填写较近的日期。"


def extendable_by(draft: Draft, spans: Sequence[tuple[int, TimeUnit]]) -> Refusal:
    """The limit that runs can be extended by this, in this unit."""
    limits, tier = draft.rules.policy.limits, draft.ticket.matter.tier
    standing = getattr(draft.ticket.standing, "back", draft.ticket.standing)
    running = draft.rules.policy.limit(Clock.REWORK if isinstance(standing, Rework) else Clock.HANDLING)
    if not running.extendable:
        return "not_extendable", f"{running.title}不得延期；确需暂停的可申请挂账。"
    most = limits.extension.span_for(tier)
    said = f"每次延期最多{most.amount}{_COUNTED[most.unit]}"
    if len(spans) != 1 or spans[0][1] != most.unit.value:
        return "wrong_unit", f"该工单延期按{_COUNTED[most.unit].removeprefix('个')}计，请只按此单位填写；{said}。"
    return ("too_long", f"{said}。") if spans[0][0] > most.amount else None
