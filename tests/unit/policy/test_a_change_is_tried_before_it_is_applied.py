"""A changed file of a policy is tried: what is wrong is named by its line, what would differ is said."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from rulebook.trying import TriedChange, file_of, tried

SHIPPED = Path(__file__).parents[3] / "policy"
NOW = datetime(2026, 12, 1, 1, 0, tzinfo=UTC)


def test_a_delegation_says_who_may_what_from_when_until_when() -> None:
    before = file_of(SHIPPED, "office.yaml")
    lent = "delegations:\n  - {role: approver, of: p-fang, to: p-gu, from: 2027-02-01, until: 2027-02-05}"
    became = tried(SHIPPED, "office.yaml", before.replace("delegations: []", lent), [], NOW)
    assert isinstance(became, TriedChange)
    assert became.rights is not None
    (granted,) = became.rights.granted
    assert (granted.person.id, granted.role, granted.stead) == ("p-gu", "approver", "p-fang")
    assert (str(granted.begins), str(granted.ends)) == ("2027-02-01", "2027-02-05")
    assert became.rights.taken == ()
    assert [each for each in became.lines if each.startswith(("+", "-"))] == [
        "-delegations: []",
        *(f"+{line}" for line in lent.splitlines()),
    ]
    assert file_of(SHIPPED, "office.yaml") == before


def test_a_shift_that_is_taken_away_is_a_gap_that_was_none() -> None:
    before = file_of(SHIPPED, "duty.yaml")
    line = next(each for each in before.splitlines() if "2026-12-31 17:30" in each and "2027-01-04" in each)
    became = tried(SHIPPED, "duty.yaml", before.replace(f"{line}\n", ""), [], NOW)
    assert isinstance(became, TriedChange)
    assert str(became.gaps[0].begins) == "2026-12-31 17:30:00"
    assert became.rights is None


def test_a_department_that_goes_leaves_its_open_tickets_to_be_handed_on() -> None:
    before = file_of(SHIPPED, "office.yaml")
    became = tried(SHIPPED, "office.yaml", before, ["no-such-bureau", "no-such-bureau", "housing"], NOW)
    assert isinstance(became, TriedChange)
    assert [(each.department, each.tickets) for each in became.orphans] == [("no-such-bureau", 2)]
    assert (became.lines, became.rights, became.gaps) == ([], None, [])


@pytest.mark.parametrize(
    ("file", "old", "new", "line"),
    [("office.yaml", "roles: [dispatcher]", "roles: [dispacher]", 9), ("duty.yaml", "p-min, p-ruan", "p-nobody", 5)],
)
def test_what_is_wrong_is_named_by_its_line(file: str, old: str, new: str, line: int) -> None:
    problems = tried(SHIPPED, file, file_of(SHIPPED, file).replace(old, new, 1), [], NOW)
    assert not isinstance(problems, TriedChange)
    assert (problems[0].file, problems[0].line) == (file, line)


def test_no_file_beside_the_policy_is_read() -> None:
    with pytest.raises(KeyError):
        file_of(SHIPPED, "../pyproject.toml")
