"""Every act of the office is that of a person whom the rulebook names for it."""

from __future__ import annotations

from schemas.inbound import Action, OfficeAction
from services.dispatch.core.episode import Refusal
from services.dispatch.core.guards import named
from services.dispatch.core.rules import Rules
from services.dispatch.core.words import KINDS


def not_allowed(rules: Rules, action: Action, kind: str) -> Refusal | None:
    """What speaks against whoever acts for the office; nothing against others, whose people are their own matter."""
    if not rules.asks_who or not isinstance(action, OfficeAction):
        return None
    who, allowed = action.by, rules.policy.who_may(kind)
    if not rules.knows(who):
        reason = f"人员名册上没有编号为{who.id}、姓名为{who.name}的人；{KINDS[kind]}由{named(allowed)}办理。"
        return Refusal("unknown_person", reason)
    if who.id in {each.id for each in allowed}:
        return None
    return Refusal("role_missing", f"{who.name}没有此项权限；{KINDS[kind]}由{named(allowed)}办理。")
