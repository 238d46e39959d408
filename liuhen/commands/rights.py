"""`liuhen rights`: who of the office may do what on a day, and what another policy would change of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Final
from zoneinfo import ZoneInfo

import typer
from rich.table import Table

from chassis.clock import Clock
from liuhen.answers import AsJson, print_json
from rulebook import Policy, load_policy
from rulebook.duties import Duty, HeldRole, changes, duties_on, roles_on
from services.trace.for_tools import RightsAnswer
from tools.client import trace
from tools.client.addresses import load_addresses
from tools.errors import SaidClearly
from tools.layout import POLICY
from tools.terminal import Terminal, styled
from vocabulary import DUTIES, ROLES

_console: Final = Terminal()


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("rights", help="中心的人在某一天各有什么职责、能办什么；换一套规则会授予谁、收回谁。")(rights)


def rights(
    *,
    day: Annotated[str | None, typer.Option("--on", help="哪一天，如 2026-12-01；不写则今天。")] = None,
    person: Annotated[str | None, typer.Option(help="只看这个人，姓名或者编号：逐项列出能办什么。")] = None,
    act: Annotated[str | None, typer.Option(help="只看谁能办这一项，如 assign。")] = None,
    at: Annotated[
        str | None, typer.Option("--at", help="按留痕，那个时刻谁有什么职责、能办什么，如 2026-12-01T09:30；要登录。")
    ] = None,
    to: Annotated[Path | None, typer.Option("--to", help="换成这个目录的规则，会授予谁、收回谁什么。")] = None,
    as_json: AsJson = False,
) -> None:
    """Tell who may do what."""
    if at is not None:
        _show_then(trace.rights(at, person=person, act=act), as_json=as_json)
        return
    policy, today = _here()
    on = _day(day) or today
    if to is not None:
        _show_changes(policy, load_policy(to), on, as_json=as_json)
        return
    wanted = _wanted(policy, person, act)
    duties = [each for each in duties_on(policy, on) if _is_meant(each, wanted, act)]
    if as_json:
        roles = [_as_json(each) for each in roles_on(policy, on) if wanted in (None, each.person)]
        document = {"on": str(on), "policy": policy.version, "roles": roles}
        print_json({**document, "duties": [each._asdict() for each in duties]})
    elif person is not None or act is not None:
        _console.print(_duties(policy, f"{on} 能办的（{len(duties)}项）", duties))
    else:
        _console.print(_roles(policy, on))


def _show_then(found: RightsAnswer, *, as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    by = found["by"]
    roles = Table("人员", "职责", "代谁", "自", "至", title=f"{found['at']} 的职责", title_justify="left")
    for each in found["roles"]:
        who = f"{each['person']['name']}（{each['person']['id']}）"
        days = (str(each[name] or "") for name in ("begins", "ends"))
        roles.add_row(who, ROLES[each["role"]], each["stead"] or "", *days)
    _console.print(roles)
    duties = Table("人员", "能办", "只限紧急件", title=f"能办的（{len(found['duties'])}项）", title_justify="left")
    for duty in found["duties"]:
        who = f"{duty['person']['name']}（{duty['person']['id']}）"
        duties.add_row(who, DUTIES.said(duty["act"]), "是" if duty["urgent_only"] else "")
    _console.print(duties)
    _console.print(f"规则 {found['policy']}，由 {by['name']}（{by['id']}）启用。")


def _here() -> tuple[Policy, date]:
    """The policy of the system that runs and its day; without one, the policy of the clone and today."""
    try:
        addresses = load_addresses()
    except SaidClearly:
        policy = load_policy(POLICY)
        return policy, datetime.now(ZoneInfo(policy.office.zone)).date()
    policy = load_policy(addresses.policy)
    return policy, policy.day(Clock.parse(addresses.clock).now())


def _day(said: str | None) -> date | None:
    try:
        return None if said is None else date.fromisoformat(said)
    except ValueError:
        raise SaidClearly(f"--on 应为日期，如 2026-12-01，而不是 {said}。") from None


def _wanted(policy: Policy, person: str | None, act: str | None) -> str | None:
    if act is not None and act not in DUTIES:
        raise SaidClearly(f"没有 {act} 这一项。有：{'、'.join(sorted(DUTIES))}")
    if person is None:
        return None
    found = next((each.id for each in policy.office.people if person in (each.id, each.name)), None)
    if found is None:
        raise SaidClearly(f"名册上没有 {person}。不带 --person 可以看到所有的人。")
    return found


def _is_meant(duty: Duty, person: str | None, act: str | None) -> bool:
    return person in (None, duty.person) and act in (None, duty.act)


def _as_json(held: HeldRole) -> dict[str, str | None]:
    return {name: None if value is None else str(value) for name, value in held._asdict().items()}


def _named(policy: Policy, code: str | None) -> str:
    found = policy.person(code) if code else None
    return f"{found.name}（{found.id}）" if found else code or ""


def _roles(policy: Policy, on: date) -> Table:
    table = Table("人员", "职责", "代谁", "自", "至", "能办几项", title=f"{on} 的职责", title_justify="left")
    counted = [duty.person for duty in duties_on(policy, on)]
    for each in roles_on(policy, on):
        days = (str(day) if day else "" for day in (each.begins, each.ends))
        who, stead = _named(policy, each.person), _named(policy, each.stead)
        table.add_row(who, ROLES[each.role], stead, *days, str(counted.count(each.person)))
    return table


def _duties(policy: Policy, title: str, duties: Iterable[Duty]) -> Table:
    table = Table("人员", "能办", "代谁", title=title, title_justify="left")
    for each in duties:
        table.add_row(_named(policy, each.person), DUTIES.said(each.act), _named(policy, each.stead))
    return table


def _show_changes(policy: Policy, other: Policy, on: date, *, as_json: bool) -> None:
    granted, taken = changes(policy, other, on)
    if as_json:
        changed = {"granted": [each._asdict() for each in granted], "taken": [each._asdict() for each in taken]}
        print_json({"on": str(on), "policy": policy.version, "to": other.version, **changed})
        return
    if not granted and not taken:
        _console.print(styled(("职责没有变化。", "bold green")))
    if granted:
        _console.print(_duties(other, f"授予（{len(granted)}项）", granted))
    if taken:
        _console.print(_duties(policy, f"收回（{len(taken)}项）", taken))
