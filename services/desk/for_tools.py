"""What tools may use of the desk: by what its acts are known on the topics, and what it answers over HTTP.

It is pure. Everything else of this service may change without asking them.
"""

from __future__ import annotations

from collections.abc import Mapping

from doors.people import desk_of
from services.desk.core.acts import SOURCE, act_of
from services.desk.core.many import MOST_IN_VAIN, Word, apart, became, in_vain, named
from services.desk.core.owing import owed
from services.desk.core.pressing import Weight, weight
from services.desk.edges.answered import ActAnswer, CallerAnswer, OneOrderAnswer, OrderAnswer

__all__ = [
    "MOST_IN_VAIN",
    "SOURCE",
    "ActAnswer",
    "CallerAnswer",
    "OneOrderAnswer",
    "OrderAnswer",
    "Weight",
    "Word",
    "act_of",
    "apart",
    "became",
    "described",
    "desk_of",
    "in_vain",
    "named",
    "owed",
    "weight",
]


def described() -> Mapping[str, object]:
    """Describe the HTTP door in OpenAPI."""
    from services.desk.edges.http import described as of_door  # noqa: PLC0415 - programs that ask nothing start sooner

    return of_door()
