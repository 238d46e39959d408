"""`liuhen login`, `logout`, `logins`: who types, and how people show who they are."""

from __future__ import annotations

import webbrowser
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.table import Table

from chassis.clock import Clock
from chassis.logins import LONGEST_PASSWORD, SHORTEST_PASSWORD
from liuhen.answers import AsJson, print_json
from liuhen.desk import looked
from rulebook import Policy, load_policy
from tools.client import login as door
from tools.client.addresses import load_addresses
from tools.client.provider import log_in_at_provider
from tools.errors import SaidClearly
from tools.prepare import logins
from tools.terminal import Terminal
from vocabulary import ROLES

_console: Final = Terminal()
_DESK: Final = "department."
_Person = Annotated[str, typer.Argument(metavar="人员", help="姓名或者编号；承办单位写 department.单位代码。")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("login", help="以本人身份登录，此后的命令都算本人的；不写人员则说明现在是谁。")(log_in)
    app.command("logout", help="退出登录。")(log_out)
    group = typer.Typer(help="登录凭据：密码、脚本令牌、收回。", no_args_is_help=True)
    group.command("list", help="谁有密码，谁有哪些令牌；看不到密码和令牌本身。")(list_)
    group.command("password", help="设定或者重设一个人的密码；此前的会话即刻失效。")(password)
    group.command("token", help="为一个人的脚本发一个令牌，只显示这一次；同名的旧令牌即刻失效。")(token)
    group.command("revoke", help="收回一个令牌；不写令牌则收回此人的密码、全部令牌和会话，即刻生效。")(revoke)
    app.add_typer(group, name="logins")


def log_in(
    person: Annotated[str | None, typer.Argument(metavar="人员", help="姓名或者编号。")] = None,
    *,
    trial: Annotated[bool, typer.Option("--trial", help="试用系统：用此人的试用令牌，不问密码。")] = False,
    openid: Annotated[bool, typer.Option("--openid", help="在浏览器里用统一身份认证登录。")] = False,
    as_json: AsJson = False,
) -> None:
    """Log in as somebody, or say who is logged in."""
    addresses = load_addresses()
    if openid:
        door.keep(addresses, log_in_at_provider(addresses.desk_url, _browse))
    elif person is not None:
        named = _named(load_policy(addresses.policy), person)
        if trial:
            door.be(addresses, named)
        else:
            door.keep(addresses, door.log_in(named, typer.prompt("密码", hide_input=True, err=True))["session"])
    who = door.me()
    if as_json:
        print_json(who)
    else:
        roles = "、".join(ROLES[role] for role in who["roles"]) or "承办单位的工作台"
        _console.print(f"已登录：{who['name']}（{who['person']}，{roles}）")


def _browse(url: str) -> None:
    typer.echo(f"请在本机的浏览器登录：\n{url}", err=True)
    webbrowser.open(url)


def log_out(*, as_json: AsJson = False) -> None:
    """Forget the login of this place."""
    looked.forget(load_addresses())
    gone = door.forget(load_addresses())
    if as_json:
        print_json({"logged_out": gone})
    else:
        _console.print("已退出登录。" if gone else "本来就没有登录。")


def list_(*, as_json: AsJson = False) -> None:
    """Say who can log in, and how."""
    found = logins.read_logins(load_addresses().folder_of_secrets()).people
    rows = [
        {"person": person, "password": login.password is not None, "tokens": sorted(login.tokens)}
        for person, login in sorted(found.items())
    ]
    if as_json:
        print_json(rows)
        return
    table = Table("人员", "密码", "令牌")
    for person, login in sorted(found.items()):
        table.add_row(person, "有" if login.password else "", "、".join(sorted(login.tokens)))
    _console.print(table)


def password(
    person: _Person,
    *,
    file: Annotated[Path | None, typer.Option("--file", help="从文件读取密码，供脚本使用；不写则询问。")] = None,
    as_json: AsJson = False,
) -> None:
    """Give somebody a password."""
    addresses = load_addresses()
    named = _named(load_policy(addresses.policy), person)
    asked = typer.prompt("新密码", hide_input=True, confirmation_prompt="再输一次", err=True) if file is None else ""
    given = asked if file is None else file.read_text("utf-8").rstrip("\n")
    if not SHORTEST_PASSWORD <= len(given) <= LONGEST_PASSWORD:
        raise SaidClearly(f"密码应为 {SHORTEST_PASSWORD} 至 {LONGEST_PASSWORD} 个字，长的好记的一句话即可。请重设。")
    logins.set_password(addresses.folder_of_secrets(), named, given, Clock.parse(addresses.clock).now())
    _tell(f"{named} 的密码已设定，此前的会话都已失效。", {"person": named, "password": True}, as_json=as_json)


def token(
    person: _Person,
    name: Annotated[str, typer.Argument(metavar="名称", help="令牌叫什么，如 monthly-report。")],
    *,
    as_json: AsJson = False,
) -> None:
    """Give somebody's script a token, shown this once."""
    addresses = load_addresses()
    named = _named(load_policy(addresses.policy), person)
    made = logins.give_token(addresses.folder_of_secrets(), named, name)
    _tell(made, {"person": named, "name": name, "token": made}, as_json=as_json)


def revoke(
    person: _Person,
    name: Annotated[str | None, typer.Option("--token", help="只收回这个令牌。")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Take a token, or everything, from somebody."""
    addresses = load_addresses()
    policy = load_policy(addresses.policy)
    named = next((each.id for each in policy.office.people if person in (each.id, each.name)), person)
    now = Clock.parse(addresses.clock).now()
    if not logins.revoke(addresses.folder_of_secrets(), named, name, now):
        raise SaidClearly(f"{named} 没有{f'叫 {name} 的令牌' if name else '登录凭据'}。有的见 liuhen logins list。")
    what = f"令牌 {name}" if name else "密码、全部令牌和会话"
    _tell(f"已收回 {named} 的{what}。", {"person": named, "revoked": name or "everything"}, as_json=as_json)


def _tell(said: str, document: dict[str, object], *, as_json: bool) -> None:
    if as_json:
        print_json(document)
    else:
        _console.print(said)


def _named(policy: Policy, said: str) -> str:
    found = next((each.id for each in policy.office.people if said in (each.id, each.name)), None)
    desk = said.removeprefix(_DESK) if said.startswith(_DESK) else ""
    if found is None and policy.department(desk) is None:
        people = "\n".join(f"  {each.id}　{each.name}" for each in policy.office.people)
        raise SaidClearly(f"名册上没有 {said}。有：\n{people}\n承办单位写 department.单位代码。")
    return found or said
