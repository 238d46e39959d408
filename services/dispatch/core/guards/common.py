"""What several guards ask."""

from __future__ import annotations

from typing import Any

from schemas.policy.codes import GroundFor, Role
from schemas.values import Person
from services.dispatch.core.draft import Draft, Refusal


def with_role(draft: Draft, action: Any, doing: str, *roles: Role) -> Refusal:
    """A person of the office has one of these roles."""
    who: Person = action.by
    if draft.rules.has_role(who, *roles):
        return None
    return "role_missing", f"{doing}须由有相应权限的人员进行，{who.name}没有此项权限。"


def approved(draft: Draft, approver: Person | None, what: str) -> Refusal:
    """A named approver answers for it."""
    if draft.rules.has_role(approver, Role.APPROVER):
        return None
    return "approver_missing", f"{what}须由有审批权限的人员批准，请填写审批人。"


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
