"""Who may read what waits for the office; who may do what, the policy says act by act."""

from __future__ import annotations

from typing import Final

from doors.people import Known
from rulebook.codes import APART

TASKS: Final = "tasks"
"""The right to read what waits, with the words of people in it."""
ORDERS: Final = "orders"
"""The right to read the orders of the department whose desk it is."""


def may_read_tasks(who: Known) -> bool:
    """Tell whether somebody acts in the office: whoever only asks, looks on or keeps the system running does not."""
    return bool(who.roles - APART)
