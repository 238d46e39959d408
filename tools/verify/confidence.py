"""The promise of 保密: no order of a confidential ticket says who asks; what was granted to be seen is no order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from tools.verify.life import Elsewhere, Life

_MASK: Final = "*"


def names_somebody(contact: Mapping[str, Any]) -> bool:
    """Whether a contact in an order is more than a mask."""
    shown = [contact.get("name"), contact.get("phone")]
    return any(contact.get(name) for name in ("wechat", "address")) or any(
        value is not None and _MASK not in value for value in shown
    )


def no_order_names_who_asks(life: Life, elsewhere: Elsewhere) -> Iterator[str]:
    """Whatever a department has of a confidential ticket carries a mask, also where it was made so later."""
    if life.steps and life.summary.confidential:
        for department, order in elsewhere.orders.items():
            if order.names:
                yield f"is confidential, and the order of {department} says who asks"
