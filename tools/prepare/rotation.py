"""Secrets of a running system, and how each is replaced without losing anything."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

import asyncpg

from chassis.broker import Broker
from chassis.settings import database_secret
from schemas.principals import ADMIN
from tools.errors import SaidClearly
from tools.prepare import rights
from tools.prepare.logins import PASSWORD
from tools.prepare.roles import OWNER, logins, set_password
from tools.prepare.secrets import BESIDE, CONTACTS, MASTER, NAMED, TOKENS, chance, secret, write_secret


class SecretKind(StrEnum):
    """How a secret is replaced."""

    BROKER_USER = "broker user"
    DATABASE_ROLE = "database role"
    TOKEN = "token"  # noqa: S105 - the word, not one
    MASTER = "master key"
    FIXED = "fixed"


@dataclass(frozen=True, slots=True)
class Known:
    """One secret: its file's name in the folder, and what it is."""

    name: str
    kind: SecretKind


MASTERS: Final = (MASTER, CONTACTS)
"""Keys of which the newest wraps and all open."""

WHY_FIXED: Final[Mapping[str, str]] = {
    ADMIN: "broker 用它登录自己：运行中更换，broker 会进不了自己的控制器",
    "door-secret": "诉求人凭它的散列辨认：换了，谁打过电话就都不认得了",
    "login-secret": "会话都由它签名：换了，所有人都要重新登录",
    "redaction-secret": "已遮盖的内容凭它的散列辨认：换了，遮盖过的话会再次说出",
    PASSWORD: "试用时大家共用一个浏览器密码：要换，请用 liuhen logins password 给每人各设一个",
}
"""Secrets that are not simply replaced, and what would be lost."""


def known_secrets(users: Iterable[str], services: Iterable[str], *, trial: bool) -> tuple[Known, ...]:
    """List every secret of a system, by kind and name; a trial has one more."""
    brokers = (Known(user, SecretKind.BROKER_USER) for user in sorted(users))
    roles = (Known(database_secret(role), SecretKind.DATABASE_ROLE) for role in (OWNER, *logins(services)))
    tokens = (Known(name, SecretKind.TOKEN) for name in TOKENS)
    others = (each for each in NAMED if each not in (*TOKENS, *MASTERS))
    fixed = (Known(name, SecretKind.FIXED) for name in (ADMIN, *others, *((PASSWORD,) if trial else ())))
    masters = (Known(name, SecretKind.MASTER) for name in MASTERS)
    return (*brokers, *roles, *tokens, *masters, *fixed)


def replaced(folder: Path, name: str, make_known: Callable[[str], None]) -> None:
    """Replace a secret: kept beside the old one first, then made known, then put in its place.

    What was interrupted is taken up again with the same value, so that nobody is left with one that nobody knows.
    """
    beside = f"{name}{BESIDE}"
    value = secret(folder, beside)
    make_known(value)
    write_secret(folder / name, value)
    (folder / beside).unlink()


def rotate_user(broker: Broker, folder: Path, user: str) -> None:
    """Give a user of the broker another password; connections that stand go on."""
    replaced(folder, user, lambda value: rights.set_passwords(broker, {user: value}))


async def give_password(dsn: str, folder: Path, role: str, value: str) -> None:
    """Set a role's password as the owner, who may have got another one when this was interrupted before."""
    passwords = {secret(folder, database_secret(OWNER)), *([value] if role == OWNER else [])}
    for password in passwords:
        try:
            connection = await asyncpg.connect(dsn, password=password)
        except asyncpg.InvalidPasswordError:
            continue
        try:
            await set_password(connection, role, value)
        finally:
            await connection.close()
        return
    raise SaidClearly(f"数据库不接受 {OWNER} 在 {folder} 里的密码。")


def keep_password(file: Path, role: str, value: str) -> None:
    """Write a role's password into a password file of the database's clients, where it has one."""
    lines = [line.rsplit(":", 1) for line in file.read_text("ascii").splitlines()]
    renewed_lines = [f"{where}:{value if where.endswith(f':{role}') else known}\n" for where, known in lines]
    write_secret(file, "".join(renewed_lines))


def rotate_token(folder: Path, name: str) -> None:
    """Make a new token, which is valid together with the newest one of before until `retire_token`."""
    write_secret(folder / name, f"{chance()} {secret(folder, name)}")


def rotate_master(folder: Path, name: str) -> None:
    """Make a new master key: it wraps from now on, and all older ones still open what they wrapped."""
    secret(folder, name)
    write_secret(folder / name, f"{chance()} {(folder / name).read_text('ascii')}")


def retire_token(folder: Path, name: str) -> bool:
    """Let the newest token alone be valid; tells whether there were others."""
    others = len((folder / name).read_text("ascii").split()) > 1
    write_secret(folder / name, secret(folder, name))
    return others
