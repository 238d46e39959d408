"""`liuhen secrets`: which secrets a system has, and how each is replaced while it runs."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.table import Table

from liuhen.answers import AsJson, print_json
from rulebook import load_policy
from schemas.principals import ADMIN, principals
from tools.client.addresses import Addresses, load_addresses
from tools.errors import SaidClearly
from tools.local.plan import service_names
from tools.prepare.logins import PASSWORD
from tools.prepare.rewrapping import rewrap_contacts, rewrap_records
from tools.prepare.roles import OWNER
from tools.prepare.rotation import (
    WHY_FIXED,
    Known,
    SecretKind,
    give_password,
    keep_password,
    known_secrets,
    replaced,
    retire_token,
    rotate_master,
    rotate_token,
    rotate_user,
)
from tools.prepare.secrets import CONTACTS, secret
from tools.terminal import Terminal

_console: Final = Terminal()
_HOW: Final = {
    SecretKind.BROKER_USER: "rotate：已连接的不断开；该方（或该服务）重新连接之前换用新密码",
    SecretKind.DATABASE_ROLE: "rotate：已连接的不断开；服务下次连接时自己读新密码",
    SecretKind.TOKEN: "rotate：新旧同时有效；对方换好之后 retire，旧的作废",
    SecretKind.MASTER: "rotate：此后用新的封存，旧的仍能打开；retire 先改用新的包装，旧的再作废",
    SecretKind.FIXED: "不能直接更换",
}
_AFTER: Final = {
    SecretKind.BROKER_USER: "broker 已认新密码，旧密码不能再登录。请在下次重新连接之前换用（服务：重启一次）。",
    SecretKind.DATABASE_ROLE: "数据库已认新密码，旧密码不能再登录；服务下次连接时自己读到。",
    SecretKind.TOKEN: "新旧令牌同时有效。对方换好之后执行 liuhen secrets retire。",
    SecretKind.MASTER: "新的主密钥已生效，旧的仍能打开以前封存的。要作废旧的，执行 liuhen secrets retire。",
    SecretKind.FIXED: "",
}
Name = Annotated[str, typer.Argument(metavar="NAME", help="名称，见 list。")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="密码、令牌和密钥：有哪些，怎样更换。", no_args_is_help=True)
    group.command("list", help="列出所有密码、令牌和密钥，何时换过，怎样更换；从不显示内容。")(list_)
    group.command(help="更换一个：能并存的新旧同时有效，不能的按不丢数据的次序更换。")(rotate)
    group.command(help="更换完毕：只留最新的令牌或主密钥，旧的作废。")(retire)
    app.add_typer(group, name="secrets")


def list_(*, as_json: AsJson = False) -> None:
    """List the secrets of this system, since when each is in force, and what replacing it does."""
    addresses = load_addresses()
    folder = addresses.folder_of_secrets()
    rows = [(each, _since(folder / each.name)) for each in _known(addresses)]
    if as_json:
        print_json([{"name": each.name, "kind": each.kind, "since": since} for each, since in rows])
        return
    table = Table(title=f"{folder}（{len(rows)}）", title_justify="left")
    for column in ("名称", "何时起", "更换"):
        table.add_column(column, overflow="fold")
    for each, since in rows:
        table.add_row(each.name, since or "还没有", _HOW[each.kind])
    _console.print(table)


def rotate(name: Name, *, as_json: AsJson = False) -> None:
    """Replace one secret in the order that loses nothing; say what is left to do."""
    addresses = load_addresses()
    folder, found = addresses.folder_of_secrets(), _one(addresses, name)
    match found.kind:
        case SecretKind.BROKER_USER:
            rotate_user(addresses.broker(ADMIN), folder, name)
        case SecretKind.DATABASE_ROLE:
            role, dsn = name.removeprefix("database."), addresses.postgres_dsn(OWNER)
            replaced(folder, name, lambda value: asyncio.run(give_password(dsn, folder, role, value)))
            if addresses.pgpassfile:
                keep_password(Path(addresses.pgpassfile), role, secret(folder, name))
        case SecretKind.TOKEN:
            rotate_token(folder, name)
        case SecretKind.MASTER:
            rotate_master(folder, name)
        case SecretKind.FIXED:
            raise SaidClearly(f"{name} 不能直接更换：{WHY_FIXED[name]}。")
    _say(name, "rotated", _AFTER[found.kind], as_json=as_json)


def retire(name: Name, *, as_json: AsJson = False) -> None:
    """Let the newest of several alone be valid; what older master keys wrapped is wrapped anew first."""
    addresses = load_addresses()
    match _one(addresses, name).kind:
        case SecretKind.TOKEN:
            pass
        case SecretKind.MASTER if name == CONTACTS:
            asyncio.run(rewrap_contacts(addresses.postgres_dsn, addresses.contact_kms()))
        case SecretKind.MASTER:
            asyncio.run(rewrap_records(addresses.postgres_dsn, service_names(), addresses.kms()))
        case SecretKind.BROKER_USER | SecretKind.DATABASE_ROLE | SecretKind.FIXED:
            raise SaidClearly(f"{name} 没有新旧并存：只有令牌和主密钥可以 retire。")
    others = retire_token(addresses.folder_of_secrets(), name)
    _say(name, "retired" if others else "alone", "旧的已作废。" if others else "本来就只有一个。", as_json=as_json)


def _known(addresses: Addresses) -> tuple[Known, ...]:
    codes = [department.code for department in load_policy(addresses.policy).departments]
    trial = (addresses.folder_of_secrets() / PASSWORD).exists()
    return known_secrets((each.name for each in principals(codes)), service_names(), trial=trial)


def _one(addresses: Addresses, name: str) -> Known:
    for each in _known(addresses):
        if each.name == name:
            return each
    raise SaidClearly(f"没有名为 {name} 的密码或令牌，见 liuhen secrets list。")


def _since(file: Path) -> str | None:
    try:
        return datetime.fromtimestamp(file.stat().st_mtime, UTC).isoformat(timespec="seconds")
    except FileNotFoundError:
        return None


def _say(name: str, done: str, words: str, *, as_json: bool) -> None:
    if as_json:
        print_json({"name": name, "done": done})
    else:
        _console.print(f"{name}：{words}")
