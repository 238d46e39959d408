"""Why an order is due when it is: found again from the step at which its clock began, where nothing came in between."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from rulebook.deriving import ClockRules, budget_of
from schemas.values import DueTime, Tier
from services.desk.core.owing import OrderStep
from worktime import explain, explain_lines
from worktime.wording import amount_in_words

_OTHERWISE: Final = (
    "这个日期不只由以上规则得出：其间有过延期、暂停、改派、市级时限或者新公布的日历。"
    "日期以这里写的为准；逐日的计算由热线中心用 liuhen ticket why-due 查。"
)


def why_due(due: DueTime, tier: Tier, steps: Iterable[OrderStep], rules: ClockRules) -> Sequence[str]:
    """Explain a due time day by day where it follows from one of the steps; else say the rule, and that more came."""
    for step in steps:
        if step.at is None:
            continue
        basis = rules.basis(due.clock, tier, step.at, None, None)
        if rules.derive(basis, due.clock, tier, step.at).due == due.due:
            return explain_lines(explain(basis.ledger, rules.calendar, rules.hours))
    budget = budget_of(rules.limit(due.clock).budget_for(tier))
    return (f"规则给 {amount_in_words(budget.amount, budget.unit)}。", _OTHERWISE)
