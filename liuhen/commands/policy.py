"""`liuhen policy`: check the rules, write down what they may contain, and try others on what was recorded."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from chassis.clock import Clock
from liuhen.answers import AsJson, print_json
from rulebook import Policy, PolicyError, load_policy, validate
from rulebook.duty import gaps
from rulebook.export import schema_files
from rulebook.orphans import orphans
from schemas.principals import OPERATORS
from services.notify.for_tools import takes_messages
from services.trace.for_tools import Words
from tools.client.addresses import load_addresses
from tools.errors import SaidClearly
from tools.layout import POLICY
from tools.progress import counting
from tools.terminal import Terminal
from worktime import Calendar, NoticeError, load_calendar, read_notices

app = typer.Typer(no_args_is_help=True, help="城区的规则，都是数据。")

Directory = Annotated[
    Path, typer.Argument(envvar="LIUHEN_POLICY", help="规则所在的目录；不写的，用环境变量 LIUHEN_POLICY 所指的。")
]


def register(root: typer.Typer) -> None:
    """Add `policy` to the command line."""
    root.add_typer(app, name="policy")


@app.command("validate", help="检查规则的每个文件，有错的写明文件、行和字段，退出码为 1。")
def validate_(
    directory: Directory = POLICY,
    *,
    open_: Annotated[
        Path | None,
        typer.Option("--open", help="在办工单（liuhen ticket list --json 的输出）：提示会无人承办的。"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check every file of a policy: name file, line and field of whatever is wrong. Exit code 1 if anything is."""
    problems = validate(directory)
    calendar = _calendar_problem(directory)
    wrong = bool(problems or calendar)
    policy = None if problems else load_policy(directory)
    version = policy.version if policy else None
    now = datetime.now(UTC)
    warnings = list(map(str, orphans(policy, _leads(open_), now))) if policy and open_ else []
    warnings += nights(policy, now) if policy else []
    if as_json:
        document = {"version": version, "problems": [asdict(problem) for problem in problems], "calendar": calendar}
        print_json(document | {"warnings": warnings})
    else:
        for line in [*map(str, problems), *([calendar] if calendar else []), *warnings]:
            typer.echo(line, err=True)
        typer.echo(f"{directory}：规则 {version} 有效。" if not wrong else f"{directory}：规则无效。")
    raise typer.Exit(1 if wrong else 0)


def nights(policy: Policy, at: datetime) -> list[str]:
    """Say who is called of urgent matters where the roster names nobody, and who cannot be sent a short message."""
    here = at.astimezone(ZoneInfo(policy.office.zone)).replace(tzinfo=None)
    usual = "、".join(person.name for person in map(policy.person, policy.duty.default) if person is not None)
    found: list[str] = []
    for gap in gaps(policy.duty, here):
        until = f"至 {gap.ends:%Y-%m-%d %H:%M} " if gap.ends else "起"
        found.append(
            f"注意：值班表在 {gap.begins:%Y-%m-%d %H:%M} {until}没有排班，紧急件按 default 依次呼叫：{usual}。"
        )
    orders = (policy.duty.default, *(shift.people for shift in policy.duty.shifts))
    codes = dict.fromkeys(code for order in orders for code in order)
    for person in map(policy.person, codes):
        if person is not None and not takes_messages(person.phone):
            said = f"注意：值班的 {person.name}（{person.id}）的电话 {person.phone} 收不到短信"
            found.append(f"{said}，紧急件只能靠电话呼叫清单。")
    return found


def _leads(file: Path) -> list[str]:
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
        rows = document if isinstance(document, list) else document["tickets"]
        return [row["lead"] for row in rows if row.get("lead") and not row.get("closed_at")]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise SaidClearly(f"{file} 不是 liuhen ticket list --json 的输出。") from None


def _calendar_problem(directory: Path) -> str | None:
    try:
        read_notices(directory / "calendar")
    except NoticeError as error:
        return str(error)
    return None


@app.command(help="把各规则文件的 JSON Schema 写入目录下的 schema/。")
def schema(directory: Directory = POLICY, *, as_json: AsJson = False) -> None:
    """Write the JSON Schema of each policy file to `schema/` in the directory."""
    target = directory / "schema"
    if not directory.is_dir():
        raise SaidClearly(f"没有目录 {directory}。")
    target.mkdir(exist_ok=True)
    files = schema_files()
    for name, text in files.items():
        (target / name).write_text(text, encoding="utf-8")
    if as_json:
        print_json({"directory": str(target), "schemas": sorted(files)})
    else:
        typer.echo(f"已写入 {len(files)} 个 JSON Schema，在 {target}")


@app.command("try", help="用另一套规则重走已记录的工单，说明哪些逾期、负担和派单会不同。")
def try_other(
    new: Annotated[Path, typer.Argument(help="要试的规则目录。")],
    *,
    since: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="自哪一天起登记的工单。")],
    as_json: AsJson = False,
) -> None:
    """Live the recorded tickets again under other rules, and say which breaches, loads and orders would have changed.

    Reads the topics of the running system and changes nothing. What people did is taken as it was.
    """
    from tools.whatif import recording, report, trial  # noqa: PLC0415 - every core of the system, slow to import

    addresses = load_addresses()
    present, other = (trial.Ruleset(*_rules(directory)) for directory in (addresses.policy, new))
    begin = since.replace(tzinfo=ZoneInfo(present.policy.office.zone))
    with counting("policy try") as counted:
        recorded = asyncio.run(recording.read(addresses.broker(OPERATORS), begin, counted))
    if not recorded.inputs:
        raise SaidClearly(f"{since:%Y-%m-%d} 以来没有登记的工单。")
    found = trial.try_rules(recorded, present, other, Clock.parse(addresses.clock).now())
    versions = present.policy.version, other.policy.version
    if as_json:
        print_json(report.document(found, *versions))
    else:
        Terminal().print(report.tables(found, Words(other.policy), *versions))


def _rules(directory: Path) -> tuple[Policy, Calendar]:
    try:
        return load_policy(directory), load_calendar(directory / "calendar")
    except (PolicyError, NoticeError) as error:
        raise SaidClearly(f"{directory}：{error}") from None
