"""The promise of a reorganisation: what a department held that is gone is its successor's, and not its own any more."""

from __future__ import annotations

from collections.abc import Iterator

from schemas import dispatch as d
from schemas.values import DepartmentCode
from services.trace.for_tools import AT_REST
from tools.verify.life import Elsewhere, Life


def gone_holds_nothing(life: Life, elsewhere: Elsewhere) -> Iterator[str]:
    """Whoever was replaced neither leads nor supports, is sent no order again, and knows it."""
    gone: dict[DepartmentCode, DepartmentCode] = {}
    for step in life.steps:
        fact = step.fact
        if isinstance(fact, d.DepartmentReplaced):
            gone.pop(fact.department, None)
            gone[fact.replaced] = fact.department
        elif isinstance(fact, d.Dispatched) and fact.lead in gone:
            yield f"was dispatched to {fact.lead}, which {gone[fact.lead]} had replaced"
    for old, new in gone.items():
        if old == life.summary.lead or old in life.summary.supporting:
            yield f"is still with {old}, which {new} has replaced"
        order = elsewhere.orders.get(old)
        if order is not None and order.role != "none" and order.state not in AT_REST:
            yield f"was moved from {old} to {new}, and {old} still has it as {order.role}"
