"""`liuhen demo`: three virtual weeks of a made-up district, live, through the real system."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Final
from zoneinfo import ZoneInfo

import click
import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from liuhen.commands import verify
from liuhen.commands.reorganise import carry_out
from liuhen.desk.reorganising import read_plan
from liuhen.desk.workplace import Workplace
from schemas.public import Order
from schemas.values import Party, PartyKind
from tools.client.login import acting_as
from tools.client.trace import ENDED, summary
from tools.demo import report
from tools.demo.reorganisation import GONE, SUCCESSOR
from tools.demo.system import DemoSystem, Play, demo_system
from tools.errors import SaidClearly
from tools.local.settings import load_settings
from tools.progress import telling
from tools.terminal import Terminal, styled

_LOOK_AGAIN: Final = 0.5
_ZONE: Final = ZoneInfo("Asia/Shanghai")
_SIGNED: Final = "p-fang"
"""Who signs the reorganisation: an approver of the policy."""
_TRIES: Final = 3
_PATIENCE: Final = 20.0
_News = tuple[tuple[str, str], str]
_MONDAY: Final = datetime(2026, 12, 21)  # noqa: DTZ001 - a date of the command line


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        help="一分多钟走完虚构城区的三周，显示结果并核验：有节假日、调休、跨年时公布的日历、夜间紧急件、停电和机构改革。"
    )(demo)


def demo(
    *,
    tickets: Annotated[int, typer.Option(min=1, help="多少件诉求。")] = 300,
    days: Annotated[int, typer.Option(min=1, help="多少天。")] = 21,
    start: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="第一天。")] = _MONDAY,
    seed: Annotated[int, typer.Option(help="换一个种子就是另一个故事。")] = 12345,
    speed: Annotated[float, typer.Option(min=1, help="时间加速多少倍。")] = 24_000,
    keep: Annotated[bool, typer.Option(help="结束后保持运行。")] = False,
) -> None:
    """Play three weeks of a made-up district in a good minute, then show what became of it and verify it.

    A public holiday, a make-up working day, and the turn of a year whose calendar is published under way.
    """
    console = Terminal()
    play = Play(start=date(start.year, start.month, start.day), days=days, tickets=tickets, seed=seed, speed=speed)
    played = (
        f"：虚构的城区，{play.start} 起 {days} 天，{tickets} 件诉求，"
        f"时间加速 {speed:,.0f} 倍。承办单位、热线中心、回访员各是独立进程。"
    )
    console.print(styled(("留痕 Liuhen", "bold"), played))
    began = time.monotonic()
    with ExitStack() as ends:
        with telling(console) as said:
            system = ends.enter_context(demo_system(play, load_settings(), said))
        os.environ.update(system.instance.addresses())
        moved = _watch(system, console)
        system.send_people_home()
        kept = _tell(console, moved)
        ended = f"全程 {time.monotonic() - began:.0f} 秒。数据与日志在 {_shown(system.instance.home)}/。"
        console.print(styled((ended, "dim")))
        if keep:
            click.pause("系统仍在运行；按任意键结束。")
    if not kept:
        raise SaidClearly("演示走完了，但核验有没守住的承诺，见上。")


def _shown(folder: Path) -> Path:
    """The folder as one would type it from here."""
    here = Path.cwd()
    return folder.relative_to(here) if folder.is_relative_to(here) else folder


def _tell(console: Terminal, moved: Sequence[Order]) -> bool:
    console.rule("三周之后", align="left")
    console.print(report.came_in())
    console.print(report.turns())
    console.print(report.departments())
    report.the_night(console)
    report.the_outage(console)
    report.the_reorganisation(console, moved)
    report.the_correction(console)
    report.the_referral(console)
    report.one_ticket(console)
    console.print(report.rates())
    results = verify.check_running()
    verify.show(results, console)
    return all(result.kept for result in results)


def _watch(system: DemoSystem, console: Terminal) -> Sequence[Order]:
    """Show how far the story is, and let the office act when its moments come; returns the orders that were moved."""
    moved: list[Order] = []
    acts: list[tuple[datetime, Callable[[], _News]]] = [
        (system.play.calendar_at, lambda: _publish(system)),
        (system.play.reorganised_at, lambda: _reorganise(system, moved)),
    ]
    with _bar(console) as progress:
        total = timedelta(days=system.play.days).total_seconds()
        begins = system.play.ends_at - timedelta(days=system.play.days)
        task = progress.add_task("", total=total)
        while not system.is_over():
            system.instance.require_alive()
            now = system.clock.now()
            if acts and now >= acts[0][0]:
                _, act = acts.pop(0)
                progress.console.print(styled(f"{_said(now)}  ", *act()))
            passed = max(0.0, (now - begins).total_seconds())
            progress.update(task, completed=min(passed, total), description=_said(now))
            time.sleep(_LOOK_AGAIN)
        progress.update(task, completed=total, description=_said(system.clock.now()))
    return moved


def _publish(system: DemoSystem) -> _News:
    system.publish_calendar()
    return ("明年日历公布", "bold"), "：暂定期限重新计算"


def _reorganise(system: DemoSystem, moved: list[Order]) -> _News:
    """Move what the department that goes has open; what somebody else acted on in between is looked at once more."""
    place, plan = Workplace.of(Party(kind=PartyKind.OFFICE)), read_plan(system.plan())
    for _ in range(_TRIES):
        with acting_as(place.addresses, _SIGNED):
            found = carry_out(place, plan, _PATIENCE, lambda _: None)
        moved += [each.order for each, outcome, _ in found if outcome == "moved"]
        if all(outcome == "moved" for _, outcome, _ in found):
            break
    old, new = (place.words.department(code) for code in (GONE, SUCCESSOR))
    return ("机构改革", "bold"), f"：{old}并入{new}，在办的 {len(moved)} 件移交，时限接续"


def _said(now: datetime) -> str:
    states = summary()["by_state"]
    ended = sum(count for name, count in states.items() if name in ENDED)
    return f"{now.astimezone(_ZONE):%m月%d日 %H时}  受理 {sum(states.values())}  办结归档 {ended}"


@contextmanager
def _bar(console: Terminal) -> Iterator[Progress]:
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%", markup=False),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as progress:
        yield progress
