"""`liuhen replay`: a file of real records through the whole system."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import click
import typer
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

from chassis.clock import Clock
from liuhen.answers import AsJson, print_json
from liuhen.commands import verify
from rulebook import load_policy
from tools.client.addresses import load_addresses
from tools.client.trace import ENDED
from tools.errors import SaidClearly
from tools.local.settings import load_settings
from tools.progress import telling
from tools.replay import report
from tools.replay.mapping import FileMapping, known_mappings, load_mapping
from tools.replay.outcome import mostly_refused, outcome
from tools.replay.records import CaseRecord, read_rows, records
from tools.replay.running import Job, ReplayProgress, first_moment, replay
from tools.replay.system import ReplaySystem, replay_system
from tools.terminal import Terminal, styled
from tools.verify.findings import CheckResult


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("replay", help="回放一个文件的真实记录：承办单位照记录答复，显示结果并核验。")(command)


def command(  # noqa: PLR0913 - the options of the command line
    file: Annotated[Path, typer.Argument(help="有表头的CSV文件，或者Excel工作簿（xlsx）。")],
    *,
    mapping: Annotated[str, typer.Option(help=f"{'、'.join(known_mappings())}，或者自己写的YAML文件。")],
    speed: Annotated[float | None, typer.Option(min=2, help="时间加速多少倍；不写的照映射。")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="只回放前多少行。")] = None,
    policy: Annotated[Path | None, typer.Option(help="规则目录，或者只有不同文件的目录。")] = None,
    running: Annotated[bool, typer.Option("--running", help="用正在运行的系统，不另起一套。")] = False,
    keep: Annotated[bool, typer.Option(help="结束后保持运行，按任意键才停。")] = False,
    as_json: AsJson = False,
) -> None:
    """Replay the records of a file, let departments answer as recorded, show what came out, and verify it."""
    console = Terminal(stderr=as_json)
    meaning = load_mapping(mapping)
    if policy is not None:
        meaning = meaning.model_copy(update={"policy": str(policy.resolve())})
    rows = read_rows(file, meaning, limit)
    if not rows:
        raise SaidClearly(f"{file.name} 没有数据行。")
    first = first_moment(records(rows, meaning), meaning)
    with _running() if running else _own(meaning, first, speed, console) as system:
        clock = Clock.parse(system.clock)
        cases = records(rows, meaning, _shift(records(rows, meaning), clock) if running else timedelta())
        job = Job(Path(mapping).stem, meaning, cases, system.broker_of, clock, load_policy(system.policy))
        with _bar(console, job) as seen:
            progress = asyncio.run(replay(job, seen, system.require_alive))
        came_out = asyncio.run(outcome(load_addresses(), progress))
        report.show(came_out, meaning.title, job.policy, console)
        results = verify.check_running()
        refused = mostly_refused(came_out)
        kept = all(result.kept for result in results) and refused is None
        verify.show(results, console)
        if refused is not None:
            console.print(styled((report.refusals_said(refused), "bold red")))
        if as_json:
            print_json({**asdict(came_out), "verify": _as_json(results)})
        if keep:
            click.pause("系统仍在运行；按任意键结束。")
    if not kept:
        raise typer.Exit(code=1)


@contextmanager
def _running() -> Iterator[ReplaySystem]:
    found = load_addresses()
    yield ReplaySystem(found.broker, found.clock, found.policy)


@contextmanager
def _own(
    mapping: FileMapping, first: datetime | None, speed: float | None, console: Terminal
) -> Iterator[ReplaySystem]:
    with ExitStack() as ends:
        with telling(console) as said:
            system = ends.enter_context(replay_system(mapping, first, speed, load_settings(), said))
        yield system


def _shift(cases: list[CaseRecord], clock: Clock) -> timedelta:
    """Move the file's times so that its first record comes now."""
    first = min((record.at for record in cases if record.at is not None), default=None)
    return clock.now() - first if first is not None else timedelta()


def _as_json(results: Sequence[CheckResult]) -> list[dict[str, object]]:
    return [
        {
            "promise": result.promise,
            "looked_at": result.looked_at,
            "found": [f"{finding.subject}: {finding.text}" for finding in result.findings],
        }
        for result in results
    ]


@contextmanager
def _bar(console: Terminal, job: Job) -> Iterator[Callable[[ReplayProgress], None]]:
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Bar(*columns, console=console) as bar:
        fed = bar.add_task("送入", total=len(job.records))
        answered = bar.add_task("答复", total=len(job.records))
        ended = bar.add_task("结案", total=None)

        def seen(progress: ReplayProgress) -> None:
            now = job.clock.now().astimezone(ZoneInfo(job.mapping.zone))
            bar.update(fed, completed=progress.fed, description=f"{now:%Y-%m-%d %H时} 送入")
            bar.update(answered, completed=len(progress.book.answered))
            total = max(1, sum(progress.states.values()))
            closed = sum(count for state, count in progress.states.items() if state in ENDED)
            bar.update(ended, total=total, completed=closed)

        yield seen
