"""At any hour of any night somebody is called of what is urgent, and the policy says before who that is."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from liuhen.commands.policy import nights
from rulebook import Policy, load_policy, validate
from rulebook.duty import Gap, gaps

SHIPPED = Path(__file__).parents[3] / "policy"
NOW = datetime(2026, 12, 1, 1, 0, tzinfo=UTC)
NEW_YEAR = datetime(2027, 1, 1, 15, 0, tzinfo=UTC)
NIGHT = datetime(2026, 12, 5, 18, 10, tzinfo=UTC)


@pytest.fixture
def policy() -> Policy:
    return load_policy(SHIPPED)


def called(policy: Policy, at: datetime) -> list[str]:
    return [person.id for person in policy.on_duty(at).people]


def gone(policy: Policy, *codes: str, successor: str | None = None) -> Policy:
    """The policy as it is once people have left at the end of November."""
    last = date(2026, 11, 30)
    people = tuple(
        person.model_copy(update={"valid_to": last, "successor": successor}) if person.id in codes else person
        for person in policy.office.people
    )
    return policy.model_copy(update={"office": policy.office.model_copy(update={"people": people})})


def test_a_shift_is_called_and_where_there_is_none_the_default(policy: Policy) -> None:
    assert called(policy, NEW_YEAR) == ["p-ruan", "p-min", "p-jiang"]
    assert (called(policy, NIGHT), policy.on_duty(NIGHT).by_default) == (["p-min", "p-ruan", "p-jiang"], True)


def test_whoever_has_left_is_passed_over(policy: Policy) -> None:
    assert called(gone(policy, "p-ruan"), NEW_YEAR) == ["p-min", "p-jiang"]
    assert called(gone(policy, "p-min"), NIGHT) == ["p-ruan", "p-jiang"]


def test_whoever_has_left_is_followed_by_their_successor_once(policy: Policy) -> None:
    assert called(gone(policy, "p-ruan", successor="p-jiang"), NEW_YEAR) == ["p-jiang", "p-min"]


def test_where_nobody_of_the_roster_is_left_somebody_is_called_all_the_same(policy: Policy) -> None:
    nobody = gone(policy, "p-min", "p-ruan", "p-jiang")
    assert called(nobody, NIGHT) == called(nobody, NEW_YEAR) == ["p-min", "p-ruan", "p-jiang"]


def test_the_times_without_a_shift_are_found(policy: Policy) -> None:
    assert gaps(policy.duty, datetime(2026, 12, 25, 12)) == (  # noqa: DTZ001 - the office's zone
        Gap(datetime(2027, 1, 4, 9), datetime(2027, 2, 5, 17, 30)),  # noqa: DTZ001
        Gap(datetime(2027, 2, 13, 9), None),  # noqa: DTZ001
    )


def test_validating_says_who_is_called_at_night(policy: Policy) -> None:
    first, second, last = nights(policy, NOW)
    assert "2026-12-01 09:00 至 2026-12-21 09:00" in first
    assert "没有排班" in first
    assert all(person.name in first for person in policy.on_duty(NIGHT).people)
    assert "2027-01-04 09:00 至 2027-02-05 17:30" in second
    assert "2027-02-13 09:00 起没有排班" in last


def test_validating_says_whom_no_message_reaches(policy: Policy) -> None:
    person = policy.person("p-min")
    assert person is not None
    landline = person.model_copy(update={"phone": "021-65001234"})
    people = tuple(landline if each.id == "p-min" else each for each in policy.office.people)
    changed = policy.model_copy(update={"office": policy.office.model_copy(update={"people": people})})
    (said,) = (each for each in nights(changed, NOW) if "收不到短信" in each)
    assert "021-65001234" in said


@pytest.mark.parametrize(
    ("change", "field", "said"),
    [
        (", valid_to: 2026-12-28", "shifts.0.people.0", "整班都在岗的人"),
        (", valid_to: 2027-12-31", "default.0", "没有离任日期的人"),
    ],
)
def test_a_shift_of_somebody_who_leaves_is_refused(tmp_path: Path, change: str, field: str, said: str) -> None:
    directory = Path(shutil.copytree(SHIPPED, tmp_path / "policy"))
    _officer(directory, change)
    found = [problem for problem in validate(directory) if problem.field == field]
    assert [said in problem.expected for problem in found] == [True]


def test_an_officer_without_a_number_is_refused(tmp_path: Path) -> None:
    directory = Path(shutil.copytree(SHIPPED, tmp_path / "policy"))
    file = directory / "office.yaml"
    lines = file.read_text("utf-8").splitlines()
    place = next(number for number, line in enumerate(lines) if "id: p-min" in line)
    before, _, after = lines[place].partition("phone: ")
    lines[place] = before + after.partition(", ")[2]
    file.write_text("\n".join(lines) + "\n", "utf-8")
    assert [problem.field.rpartition(".")[2] for problem in validate(directory)] == ["phone"]


def _officer(directory: Path, more: str) -> None:
    file = directory / "office.yaml"
    lines = file.read_text("utf-8").splitlines()
    place = next(number for number, line in enumerate(lines) if "id: p-min" in line)
    lines[place] = lines[place].rstrip("}") + more + "}"
    file.write_text("\n".join(lines) + "\n", "utf-8")
