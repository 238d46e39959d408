"""The days and limits of the whole district are changed by whoever the policy names for it, under their own name."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

import pytest

from doors.people import Known, known_as
from doors.refusals import Refusal
from rulebook import Policy, load_policy
from schemas.rules import CalendarPublished, RederivationOrdered
from services.desk.core.rules import RulesChange, calendar, rederivation
from tools.layout import POLICY as FOLDER

POLICY: Final = load_policy(FOLDER)
NOON: Final = datetime(2026, 12, 14, 4, tzinfo=UTC)
DAYS: Final = (FOLDER.parent / "examples/calendar/2027.json").read_bytes()
ORDER: Final = json.dumps({"reason": "限期调整"}).encode()
Change = Callable[[Policy, Known, bytes, datetime], RulesChange | Refusal]
CHANGES: Final[list[tuple[Change, bytes]]] = [(calendar, DAYS), (rederivation, ORDER)]


@pytest.mark.parametrize(("change", "content"), CHANGES)
def test_whoever_the_policy_names_does_it_under_their_own_name(change: Change, content: bytes) -> None:
    done = change(POLICY, known_as(POLICY, "p-he", NOON), content, NOON)

    assert isinstance(done, RulesChange)
    assert isinstance(done.fact, CalendarPublished | RederivationOrdered)
    assert (done.fact.by.id, done.fact.by.name) == ("p-he", "何静宜")


@pytest.mark.parametrize("login", ["p-xu", "p-kong", "department.housing"])
@pytest.mark.parametrize(("change", "content"), CHANGES)
def test_nobody_else_does_and_the_refusal_comes_before_anything_is_read(
    change: Change, content: bytes, login: str
) -> None:
    for data in (content, b"no calendar"):
        refused = change(POLICY, known_as(POLICY, login, NOON), data, NOON)
        assert isinstance(refused, Refusal)
        assert refused.code == "not_permitted"
