"""Who of the office may do what the door itself decides."""

from __future__ import annotations

from datetime import datetime

from doors.refusals import Refusal, refusal
from rulebook import Policy
from schemas.values import Person


def not_permitted(policy: Policy, action: str, word: str, by: Person, at: datetime) -> Refusal | None:
    """Refuse whoever has no such duty that day, or whose number and name do not fit; None for whoever may.

    `word` is what the action is called.
    """
    allowed = {each.id: each.name for each in policy.who_may(action, at)}
    if allowed.get(by.id) == by.name:
        return None
    reason = f"{by.name}（{by.id}）没有{word}的职责，或者编号与姓名不符。"
    names = "、".join(f"{name}（{code}）" for code, name in allowed.items())
    return refusal("not_permitted", "by", reason, f"请由{names}提交。")
