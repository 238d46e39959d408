"""Whatever is wrong with a policy is said with file, line, field, what was expected, and what to do."""

import shutil
from pathlib import Path

import pytest

from rulebook import PolicyError, Problem, load_policy, validate

LOAN = "{{role: approver, of: {}, to: {}, from: 2027-02-01, until: 2027-02-05}}"
HOUSING, LAST = "    name: 房管局\n", "    valid_to: 2026-12-31\n"
SHIPPED = Path(__file__).parents[3] / "policy"


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED, tmp_path / "policy"))


def change(directory: Path, file: str, old: str, new: str) -> int:
    """Replace the first occurrence and return its line."""
    path = directory / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def only(problems: tuple[Problem, ...]) -> Problem:
    (problem,) = problems
    return problem


@pytest.mark.parametrize(
    ("file", "old", "new", "field", "said"),
    [
        ("catalogue.csv", ",market,housing,", ",markt,housing,", "lead", "bureau of directory.yaml"),
        ("catalogue.csv", ",greening,fire,subdistrict,", ",greening,fir,subdistrict,", "supporting", "department"),
        ("catalogue.csv", "fire-119", "fire-118", "refer", "outside body"),
        ("catalogue.csv", "0101-02,", "0101-01,", "categories", "stands once"),
        ("catalogue.csv", "0101-02,", "101-2,", "code", "pattern"),
        ("catalogue.csv", ",simple,", ",easy,", "tier", "'simple'"),
        ("streets.csv", ",dinghai", ",dinghei", "subdistrict", "sub-district of directory.yaml"),
        ("units.csv", "unit-02", "unit-01", "", "stands once"),
        ("units.csv", ",dinghai siping", ",dinghai sipeng", "areas", "a sub-district"),
        ("office.yaml", "  assign: [dispatcher,", "  assign: [contractor, dispatcher,", "may.assign", "no contractor"),
        (
            "office.yaml",
            "  approve: [approver, duty_officer]",
            "  approve: [approver, duty_officer, leader]",
            "may.approve",
            "no leader",
        ),
        ("office.yaml", "roles: [contractor]", "roles: [contractor, approver]", "people.13.roles", "contractor alone"),
        ("ladder.yaml", "ordered_by: dispatcher", "ordered_by: operator", "rungs.0.ordered_by", "acts on tickets"),
        (
            "office.yaml",
            "delegations: []",
            "delegations: [{role: approver, of: p-fang, to: p-kong, from: 2027-02-01, until: 2027-02-05}]",
            "delegations.0.to",
            "lent to somebody",
        ),
        ("duty.yaml", "default: [p-min, ", "default: [p-nobody, ", "default.0", "a person of office.yaml"),
        ("duty.yaml", "default: [p-min, ", "default: [p-xu, ", "default.0", "acknowledge_urgent: duty_officer"),
        ("duty.yaml", "default: [p-min, p-ruan,", "default: [p-min, p-min,", "default.1", "each person once"),
        ("duty.yaml", "default: [p-min, p-ruan, p-jiang]", "default: []", "default", "at least 1 item"),
        ("duty.yaml", "people: [p-ruan, p-min", "people: [p-ruan, p-lost", "shifts.1.people.1", "a person of office"),
        ("duty.yaml", '"2027-01-04 09:00"', '"2026-12-31 17:30"', "shifts.1", "from must be before until"),
        ("duty.yaml", '"2027-01-04 09:00"', '"2027-01-04 25:00"', "shifts.1.until", "a valid datetime"),
        ("duty.yaml", '"2027-02-05 17:30"', '"2027-01-03 17:30"', "shifts.2.from", "one shift at a time"),
        ("duty.yaml", '"2027-02-05 17:30"', '"2026-12-21 09:00"', "shifts.2.from", "one shift at a time"),
        (
            "callers.yaml",
            "0701-07: 人身安全求助",
            "0701-99: 人身安全求助",
            "categories.0701-99",
            "a code of cat",
        ),
        (
            "callers.yaml",
            "0701-07: 人身安全求助",
            "0701-07: 扬言",
            "categories.0701-07",
            "words for callers, without 扬言",
        ),
        (
            "callers.yaml",
            "departments: {other",
            "departments: {another",
            "another-district",
            "a code of directory.yaml",
        ),
        (
            "templates.yaml",
            "subject: 工单重办",
            "subject: 因诉求过高",
            "templates",
            "words for callers, without 诉求过高",
        ),
        ("directory.yaml", HOUSING, f"{HOUSING}{LAST}", "", "a successor of what has a last day"),
        ("directory.yaml", HOUSING, f"{HOUSING}{LAST}    successor: nobody\n", "", "there from 2027-01-01"),
        ("directory.yaml", HOUSING, f"    successor: market\n{HOUSING}", "successor", "no last day"),
        ("office.yaml", "name: 何静宜,", "name: 何静宜, valid_to: 2026-12-31,", "successor", "a successor"),
        ("office.yaml", "delegations: []", f"delegations: [{LOAN.format('p-xu', 'p-gu')}]", "of", "who is approver"),
        (
            "office.yaml",
            "delegations: []",
            f"delegations: [{LOAN.format('p-fang', 'p-qian')}]",
            "to",
            "is not approver",
        ),
        ("office.yaml", "delegations: []", f"delegations: [{LOAN.format('p-fang', 'p-no')}]", "to", "a person of"),
        ("rates.yaml", "fairly: 0.8", "fairly: 1.8", "weights.fairly", "less than or equal to 1"),
        ("rates.yaml", "solved: [solved]", "solved: [unreasonable]", "", "part of the base"),
        ("rates.yaml", "left_out: [not_rated]", 'left_out: ["no"]', "", "nothing but not_rated"),
        ("automation.yaml", "threshold: 0.80", "treshold: 0.80", "suggestion", "threshold"),
        (
            "automation.yaml",
            "[]",
            "[{category: 0401-99, checked: 99, right: 99}]",
            "proved.0.category",
            "a category of",
        ),
        (
            "automation.yaml",
            "[]",
            "[{category: 0401-04, checked: 99, right: 97}]",
            "proved.0",
            "at least 0.95, the floor",
        ),
        ("automation.yaml", "[]", "[{category: 0401-04, checked: 9, right: 10}]", "proved.0", "more than checked"),
        ("limits.yaml", "amount: 5, unit: working_days", "amount: five, unit: working_days", "amount", "integer"),
        ("limits.yaml", "unit: working_days, start: day_after", "unit: hours, start: day_after", "budget", "moment"),
        (
            "limits.yaml",
            "urgent: {amount: 12, unit: hours}\ncall",
            "urgent: {amount: 1, unit: working_days}\ncall",
            "extension.by_tier",
            "handling (hours)",
        ),
        (
            "limits.yaml",
            "  max_times: 3\n  span: {amount: 3, unit: working_days}",
            "  max_times: 3\n  span: {amount: 60, unit: office_minutes}",
            "extension",
            "working_days, calendar_days or hours",
        ),
        (
            "limits.yaml",
            "ceiling: {amount: 15, unit: working_days",
            "ceiling: {amount: 4, unit: working_days",
            "ceiling",
            "at least the 5 working_days of complex",
        ),
        ("limits.yaml", "callback_on_days: 2", "callback_on_days: 4", "", "at most callback_attempts"),
        ("limits.yaml", "callback_attempts: 3", "callback_attempts: 0", "callback_attempts", "greater than"),
        ("templates.yaml", "{{ ticket }}", "{{ tickte }}", "text", "one of"),
        ("templates.yaml", "{{ ticket }}", "{{ ticket }", "text", "jinja2"),
        ("office.yaml", "zone: Asia/Shanghai", "zone: Europe/London", "zone", "Asia/Shanghai"),
        ("office.yaml", "citizen: p-he", "citizen: p-ho", "owners.citizen", "person"),
        ("office.yaml", "  merge: [dispatcher]", "  merges: [dispatcher]", "may.merges", "one of"),
        ("office.yaml", "  merge: [dispatcher]", "  merge: []", "may.merge", "somebody"),
        ("office.yaml", 'opens: "09:00"', 'opens: "12:00"', "hours", "before"),
        ("grounds.yaml", "wrong-place", "not-our-duty", "return", "stands once"),
        ("ladder.yaml", "step: nudge", "step: supervise", "", "this order"),
        ("ladder.yaml", "after: supervise", "after: nudge", "", "comes after supervise"),
    ],
)
def test_the_line_and_the_field_are_named(
    directory: Path, file: str, old: str, new: str, field: str, said: str
) -> None:
    line = change(directory, file, old, new)

    problems = validate(directory)

    assert any(
        p.file == file and field in p.field and said in p.expected and (p.line == line or not field) for p in problems
    ), [str(problem) for problem in problems]
    assert all(problem.next_step for problem in problems)


def test_a_missing_file_is_named(directory: Path) -> None:
    (directory / "rates.yaml").unlink()

    problem = only(validate(directory))

    assert str(problem).startswith("rates.yaml: found no such file, expected a file. Add rates.yaml")


def test_broken_yaml_is_named_with_its_line(directory: Path) -> None:
    line = change(directory, "office.yaml", "quiet_from:", "quiet_from: [")

    problem = only(validate(directory))

    assert problem.file == "office.yaml"
    assert problem.line >= line


def test_a_key_that_stands_twice_is_refused(directory: Path) -> None:
    change(directory, "policy.yaml", "area:", "name: again\narea:")

    problem = only(validate(directory))

    assert (problem.file, problem.line) == ("policy.yaml", 3)
    assert "twice" in problem.found


def test_a_row_of_the_wrong_width_is_named_with_its_line(directory: Path) -> None:
    (directory / "units.csv").write_text("code,name,areas\nunit-01,区委办\n", encoding="utf-8")

    problem = only(validate(directory))

    assert str(problem).startswith("units.csv:2: found 2 cells, expected 3 cells.")


def test_a_wrong_header_is_refused(directory: Path) -> None:
    (directory / "units.csv").write_text("code,name\n", encoding="utf-8")

    assert only(validate(directory)).line == 1


def test_text_that_is_not_utf_8_is_refused(directory: Path) -> None:
    (directory / "rates.yaml").write_bytes("权重".encode("gbk"))

    assert "UTF-8" in only(validate(directory)).expected


def test_an_empty_file_is_refused(directory: Path) -> None:
    (directory / "rates.yaml").write_text("", encoding="utf-8")

    assert only(validate(directory)).file == "rates.yaml"


def test_two_stretches_of_a_road_must_not_overlap(directory: Path) -> None:
    with (directory / "streets.csv").open("a", encoding="utf-8") as file:
        file.write("重名路,road,all,1,100,dinghai\n重名路,road,odd,99,200,daqiao\n")

    problem = only(validate(directory))

    assert "重名路" in problem.found


def test_a_threshold_longer_than_the_time_itself_is_refused(directory: Path) -> None:
    change(
        directory,
        "limits.yaml",
        "due_soon: {amount: 1, unit: working_days}",
        "due_soon: {amount: 9, unit: working_days}",
    )

    assert any("due_soon" in problem.field for problem in validate(directory))


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("office.yaml", "name: 沈知远", "name: 徐文珏"),
        ("directory.yaml", "name: 绿化市容局", "name: 房管局"),
        ("units.csv", "区府办", "区委办"),
        ("catalogue.csv", "物业收费", "物业服务不到位"),
        ("grounds.yaml", "name: 非本辖区", "name: 非本单位职责"),
    ],
)
def test_a_name_that_stands_twice_is_refused_for_people_say_names(
    directory: Path, file: str, old: str, new: str
) -> None:
    line = change(directory, file, old, new)

    problem = only(validate(directory))

    assert (problem.file, problem.line, problem.expected) == (file, line, "a name that stands once")


def test_a_working_day_is_as_long_as_the_office_works(directory: Path) -> None:
    # given 60 office minutes before the end of half a working day, where half a day has 45
    change(directory, "office.yaml", 'closes: "11:30"', 'closes: "10:00"')
    change(directory, "office.yaml", 'closes: "17:30"', 'closes: "14:00"')

    assert any(problem.found == "due soon 60 office_minutes before the end" for problem in validate(directory))


def test_a_forgotten_clock_is_named(directory: Path) -> None:
    path = directory / "limits.yaml"
    text = path.read_text(encoding="utf-8")
    start, end = text.index("  - clock: adjudication"), text.index("  - clock: review")
    path.write_text(text[:start] + text[end:], encoding="utf-8")

    (problem,) = [problem for problem in validate(directory) if "adjudication" in problem.expected]
    assert problem.found == "what stands there"


def test_all_problems_of_all_files_come_at_once(directory: Path) -> None:
    change(directory, "rates.yaml", "fairly: 0.8", "fairly: 8")
    change(directory, "office.yaml", "zone: Asia/Shanghai", "zone: Mars")

    with pytest.raises(PolicyError) as refused:
        load_policy(directory)

    assert {problem.file for problem in refused.value.problems} == {"rates.yaml", "office.yaml"}


def test_the_version_changes_with_the_content_and_only_with_it(directory: Path) -> None:
    before = load_policy(directory).version
    (directory / "notes.txt").write_text("not a part of the policy", encoding="utf-8")
    same = load_policy(directory).version
    change(directory, "rates.yaml", "fairly: 0.8", "fairly: 0.7")
    after = load_policy(directory).version

    assert before == same == load_policy(SHIPPED).version
    assert after != before
    assert after.split("+")[0] == before.split("+")[0] == "2026.1"


def test_a_department_that_is_followed_by_another_one_is_valid(directory: Path) -> None:
    change(
        directory,
        "directory.yaml",
        "    name: 房管局\n",
        "    name: 房管局\n    valid_to: 2026-12-31\n    successor: market\n",
    )
    assert validate(directory) == ()


def test_a_table_may_have_columns_of_dates(directory: Path) -> None:
    path = directory / "streets.csv"
    head, first, *rest = path.read_text(encoding="utf-8").splitlines()
    lines = [f"{head},valid_from,valid_to,successor", f"{first},,2026-12-31,柏泉路", *(f"{row},,," for row in rest)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert validate(directory) == ()
