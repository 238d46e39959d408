"""Every act of the office is that of a person whom the rulebook names for it."""

from __future__ import annotations

from datetime import datetime

from schemas.inbound import Action, OfficeAction
from schemas.values import Person, Tier
from services.dispatch.core.episode import Refusal
from services.dispatch.core.guards import named
from services.dispatch.core.rules import Rules
from services.dispatch.core.words import KINDS


def not_allowed(rules: Rules, action: Action, kind: str, at: datetime) -> Refusal | None:
    """What speaks against whoever acts for the office; nothing against others, whose people are their own matter."""
    if not rules.asks_who or not isinstance(action, OfficeAction):
        return None
    policy = rules.policy
    who, allowed = action.by, policy.who_may(kind, at)
    if not rules.knows(who):
        reason = f"人员名册上没有编号为{who.id}、姓名为{who.name}的人；{KINDS[kind]}由{named(allowed)}办理。"
        return Refusal("unknown_person", reason)
    if who.id in {each.id for each in allowed}:
        return None
    listed = policy.person(who.id)
    if listed is not None and not listed.valid_on(policy.day(at)):
        return Refusal("person_not_there", f"{who.name}当日不在岗；{KINDS[kind]}由{named(allowed)}办理。")
    return Refusal("role_missing", f"{who.name}没有此项权限；{KINDS[kind]}由{named(allowed)}办理。")


def not_urgent_enough(rules: Rules, action: Action, kind: str, tier: Tier, at: datetime) -> Refusal | None:
    """What speaks against whoever may do this on urgent tickets alone, as whoever is on duty at night."""
    limited = kind in rules.policy.office.urgent_only and tier is not Tier.URGENT
    if not limited or not rules.asks_who or not isinstance(action, OfficeAction):
        return None
    always = rules.policy.who_may_always(kind, at)
    if action.by.id in {each.id for each in always}:
        return None
    reason = f"{action.by.name}只对紧急件有此项权限，该工单不是紧急件；{KINDS[kind]}请由{named(always)}办理。"
    return Refusal("role_missing", reason)


def in_stead_of(rules: Rules, action: Action, kind: str, at: datetime) -> Person | None:
    """In whose stead somebody acts for the office; None for whoever may in their own right."""
    if not isinstance(action, OfficeAction):
        return None
    found = rules.policy.acts_for(action.by.id, kind, at)
    return None if found is None else Person(id=found.id, name=found.name)
