"""The promise of a reorganisation: what a department held that is gone is its successor's, and not its own any more."""

from __future__ import annotations

from collections.abc import Iterator

from schemas import dispatch as d
from schemas.values import DepartmentCode
from services.trace.for_tools import AT_REST
from tools.verify.life import Elsewhere, Life
from vocabulary import PARTS, Chinese


def gone_holds_nothing(life: Life, elsewhere: Elsewhere) -> Iterator[Chinese]:
    """Whoever was replaced neither leads nor supports, is sent no order again, and knows it."""
    gone: dict[DepartmentCode, DepartmentCode] = {}
    for step in life.steps:
        fact = step.fact
        if isinstance(fact, d.DepartmentReplaced):
            gone.pop(fact.department, None)
            gone[fact.replaced] = fact.department
        elif isinstance(fact, d.Dispatched) and fact.lead in gone:
            yield Chinese(f"派给了 {fact.lead}，它已由 {gone[fact.lead]} 承接")
    for old, new in gone.items():
        if old == life.summary.lead or old in life.summary.supporting:
            yield Chinese(f"还在 {old}，它已由 {new} 承接")
        order = elsewhere.orders.get(old)
        if order is not None and order.role != "none" and order.state not in AT_REST:
            yield Chinese(f"已由 {old} 移交 {new}，{old} 处却还是{PARTS.said(order.role)}")
