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


def test_more_departments_than_were_ever_tried_are_refused_with_what_to_do_instead(directory: Path) -> None:
    bureaus = "".join(
        f"  - {{code: b-{number}, name: 第{number}局, kind: bureau,"
        f" desk: {{phone: '021-1', mail: d@b.example}}, duty: {{phone: '021-1', mail: d@b.example}}}}\n"
        for number in range(500)
    )
    change(directory, "directory.yaml", "departments:\n", f"departments:\n{bureaus}")
    problem = only(validate(directory))
    assert (problem.file, problem.field) == ("directory.yaml", "departments")
    assert "至多 500 项" in str(problem)
    assert "并入上级单位" in str(problem)


@pytest.mark.parametrize(
    ("file", "old", "new", "field", "said"),
    [
        ("catalogue.csv", ",market,housing,", ",markt,housing,", "lead", "directory.yaml 里的委办局"),
        ("catalogue.csv", ",greening,fire,subdistrict,", ",greening,fir,subdistrict,", "supporting", "里的单位"),
        ("catalogue.csv", "fire-119", "fire-118", "refer", "区外单位"),
        ("catalogue.csv", "0101-02,", "0101-01,", "categories", "只出现一次"),
        ("catalogue.csv", "0101-02,", "101-2,", "code", "四位数字、一个 -、两位数字"),
        ("catalogue.csv", ",simple,", ",easy,", "tier", "simple、"),
        ("streets.csv", ",dinghai", ",dinghei", "subdistrict", "directory.yaml 里的街道"),
        ("units.csv", "unit-02", "unit-01", "", "只出现一次"),
        ("units.csv", ",dinghai siping", ",dinghai sipeng", "areas", "里的街道"),
        (
            "office.yaml",
            "  assign: [dispatcher,",
            "  assign: [contractor, dispatcher,",
            "may.assign",
            "不含 contractor",
        ),
        (
            "office.yaml",
            "  reopen: [duty_officer]",
            "  reopen: [referee]",
            "urgent_only.reopen",
            "即 may 里做 reopen 的职责",
        ),
        (
            "office.yaml",
            "  decline: [duty_officer]",
            "  decline: [duty_officer, approver]",
            "urgent_only.decline",
            "不是全部",
        ),
        (
            "office.yaml",
            "  approve: [approver, duty_officer]",
            "  approve: [approver, duty_officer, leader]",
            "may.approve",
            "不含 leader",
        ),
        (
            "office.yaml",
            "roles: [contractor]",
            "roles: [contractor, approver]",
            "people.13.roles",
            "只有 contractor 一项",
        ),
        ("ladder.yaml", "ordered_by: dispatcher", "ordered_by: operator", "rungs.0.ordered_by", "办理工单的职责"),
        (
            "office.yaml",
            "delegations: []",
            "delegations: [{role: approver, of: p-fang, to: p-kong, from: 2027-02-01, until: 2027-02-05}]",
            "delegations.0.to",
            "借给没有这些职责的人",
        ),
        ("duty.yaml", "default: [p-min, ", "default: [p-nobody, ", "default.0", "office.yaml 里的人员"),
        (
            "duty.yaml",
            "default: [p-min, ",
            "default: [p-xu, ",
            "default.0",
            "（acknowledge_urgent）的人，职责为 duty_officer",
        ),
        ("duty.yaml", "default: [p-min, p-ruan,", "default: [p-min, p-min,", "default.1", "每人只写一次"),
        ("duty.yaml", "default: [p-min, p-ruan, p-jiang]", "default: []", "default", "至少 1 项"),
        ("duty.yaml", "people: [p-ruan, p-min", "people: [p-ruan, p-lost", "shifts.1.people.1", "office.yaml 里的人员"),
        ("duty.yaml", '"2027-01-04 09:00"', '"2026-12-31 17:30"', "shifts.1", "早于 until 的 from"),
        ("duty.yaml", '"2027-01-04 09:00"', '"2027-01-04 25:00"', "shifts.1.until", "时刻，如 2027-01-01 17:30"),
        ("duty.yaml", '"2027-02-05 17:30"', '"2027-01-03 17:30"', "shifts.2.from", "同一时刻只有一班"),
        ("duty.yaml", '"2027-02-05 17:30"', '"2026-12-21 09:00"', "shifts.2.from", "同一时刻只有一班"),
        (
            "callers.yaml",
            "0701-07: 人身安全求助",
            "0701-99: 人身安全求助",
            "categories.0701-99",
            "catalogue.csv 里的代码",
        ),
        (
            "callers.yaml",
            "0701-07: 人身安全求助",
            "0701-07: 扬言",
            "categories.0701-07",
            "对来电人的说法，不含“扬言”",
        ),
        (
            "callers.yaml",
            "departments: {other",
            "departments: {another",
            "another-district",
            "directory.yaml 里的代码",
        ),
        (
            "templates.yaml",
            "subject: 工单重办",
            "subject: 因诉求过高",
            "templates",
            "对来电人的说法，不含“诉求过高”",
        ),
        ("directory.yaml", HOUSING, f"{HOUSING}{LAST}", "", "有截止日期的承接方"),
        ("directory.yaml", HOUSING, f"{HOUSING}{LAST}    successor: nobody\n", "", "2027-01-01 起仍在"),
        ("directory.yaml", HOUSING, f"    successor: market\n{HOUSING}", "successor", "没有截止日期"),
        ("office.yaml", "name: 何静宜,", "name: 何静宜, valid_to: 2026-12-31,", "successor", "承接方"),
        ("office.yaml", "delegations: []", f"delegations: [{LOAN.format('p-xu', 'p-gu')}]", "of", "有 approver 职责"),
        (
            "office.yaml",
            "delegations: []",
            f"delegations: [{LOAN.format('p-fang', 'p-qian')}]",
            "to",
            "本来没有 approver 职责",
        ),
        ("office.yaml", "delegations: []", f"delegations: [{LOAN.format('p-fang', 'p-no')}]", "to", "本文件里的人员"),
        ("rates.yaml", "fairly: 0.8", "fairly: 1.8", "weights.fairly", "不大于 1"),
        ("rates.yaml", "solved: [solved]", "solved: [unreasonable]", "", "包含在 solved_base 里"),
        ("rates.yaml", "left_out: [not_rated]", 'left_out: ["no"]', "", "只去掉 not_rated"),
        ("automation.yaml", "threshold: 0.80", "treshold: 0.80", "suggestion", "threshold"),
        (
            "automation.yaml",
            "[]",
            "[{category: 0401-99, checked: 99, right: 99}]",
            "proved.0.category",
            "catalogue.csv 里的分类",
        ),
        (
            "automation.yaml",
            "[]",
            "[{category: 0401-04, checked: 99, right: 97}]",
            "proved.0",
            "不低于 floor 的 0.95",
        ),
        ("automation.yaml", "[]", "[{category: 0401-04, checked: 9, right: 10}]", "proved.0", "不大于 checked"),
        ("limits.yaml", "amount: 5, unit: working_days", "amount: five, unit: working_days", "amount", "整数"),
        ("limits.yaml", "unit: working_days, start: day_after", "unit: hours, start: day_after", "budget", "moment"),
        (
            "limits.yaml",
            "urgent: {amount: 12, unit: hours}\ncall",
            "urgent: {amount: 1, unit: working_days}\ncall",
            "extension.by_tier",
            "handling（hours）",
        ),
        (
            "limits.yaml",
            "  max_times: 3\n  span: {amount: 3, unit: working_days}",
            "  max_times: 3\n  span: {amount: 60, unit: office_minutes}",
            "extension",
            "working_days、calendar_days、hours",
        ),
        (
            "limits.yaml",
            "ceiling: {amount: 15, unit: working_days",
            "ceiling: {amount: 4, unit: working_days",
            "ceiling",
            "不短于 complex 的 5 working_days",
        ),
        (
            "limits.yaml",
            "urgent: {amount: 10, unit: minutes, start: moment}",
            "urgent: {amount: 1, unit: hours, start: moment}",
            "by_tier.urgent",
            "不长于通常的 10 office_minutes",
        ),
        ("limits.yaml", "urgent: {amount: 1, unit: working_days", "urgent: {amount: 3, unit: working_days", "", "通常"),
        ("limits.yaml", "  callback_late:", "  callback:", "without_limit", "之一"),
        ("limits.yaml", "  callback_late:", "  review:", "without_limit.review", "有时限的不写"),
        ("limits.yaml", "callback_on_days: 2", "callback_on_days: 4", "", "不大于 callback_attempts"),
        ("limits.yaml", "callback_attempts: 3", "callback_attempts: 0", "callback_attempts", "不小于 1"),
        ("templates.yaml", "{{ ticket }}", "{{ tickte }}", "text", "之一"),
        ("templates.yaml", "{{ ticket }}", "{{ ticket }", "text", "jinja2"),
        ("templates.yaml", "{{ department | tojson }}", '"{{ department }}"', "text", "JSON 对象，填什么都是"),
        ("office.yaml", "zone: Asia/Shanghai", "zone: Europe/London", "zone", "Asia/Shanghai"),
        ("office.yaml", "citizen: p-he", "citizen: p-ho", "owners.citizen", "人员"),
        ("office.yaml", "  merge: [dispatcher]", "  merges: [dispatcher]", "may.merges", "之一"),
        ("office.yaml", "  merge: [dispatcher]", "  merge: []", "may.merge", "有人担任"),
        ("office.yaml", 'opens: "09:00"', 'opens: "12:00"', "hours", "早于 closes"),
        ("grounds.yaml", "wrong-place", "not-our-duty", "return", "只出现一次"),
        ("ladder.yaml", "step: nudge", "step: supervise", "", "依次为"),
        ("ladder.yaml", "after: supervise", "after: nudge", "", "interview 之前是 supervise"),
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

    assert str(problem).startswith("rates.yaml：现为：无；应为：一个文件。请补上 rates.yaml")


def test_broken_yaml_is_named_with_its_line(directory: Path) -> None:
    line = change(directory, "office.yaml", "quiet_from:", "quiet_from: [")

    problem = only(validate(directory))

    assert problem.file == "office.yaml"
    assert problem.line >= line


def test_a_key_that_stands_twice_is_refused(directory: Path) -> None:
    change(directory, "policy.yaml", "area:", "name: again\narea:")

    problem = only(validate(directory))

    assert (problem.file, problem.line) == ("policy.yaml", 3)
    assert problem.found == "第二个 name"


def test_a_row_of_the_wrong_width_is_named_with_its_line(directory: Path) -> None:
    (directory / "units.csv").write_text("code,name,areas\nunit-01,区委办\n", encoding="utf-8")

    problem = only(validate(directory))

    assert str(problem).startswith("units.csv:2：现为：2 格；应为：3 格。")


def test_a_wrong_header_is_refused(directory: Path) -> None:
    (directory / "units.csv").write_text("code,name\n", encoding="utf-8")

    assert only(validate(directory)).line == 1


def test_the_mark_that_spreadsheets_put_before_a_table_is_no_part_of_it(directory: Path) -> None:
    table = directory / "catalogue.csv"
    table.write_text(table.read_text(encoding="utf-8"), encoding="utf-8-sig")
    assert validate(directory) == ()


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

    assert (problem.file, problem.line, problem.expected) == (file, line, "只出现一次的名称")


def test_a_working_day_is_as_long_as_the_office_works(directory: Path) -> None:
    # given 60 office minutes before the end of half a working day, where half a day has 45
    change(directory, "office.yaml", 'closes: "11:30"', 'closes: "10:00"')
    change(directory, "office.yaml", 'closes: "17:30"', 'closes: "14:00"')

    assert any(problem.found == "到期前 60 office_minutes 提醒" for problem in validate(directory))


def test_a_forgotten_clock_is_named(directory: Path) -> None:
    path = directory / "limits.yaml"
    text = path.read_text(encoding="utf-8")
    start, end = text.index("  - clock: adjudication"), text.index("  - clock: review")
    path.write_text(text[:start] + text[end:], encoding="utf-8")

    (problem,) = [problem for problem in validate(directory) if "adjudication" in problem.expected]
    assert problem.found == "这里的各项"


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
