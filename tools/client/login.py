"""Logging in at trace's door, and keeping the session where commands find it."""

from __future__ import annotations

from typing import TypedDict

from tools.client import trace
from tools.client.addresses import Addresses
from tools.errors import SaidClearly
from tools.prepare.logins import write_secretly


class MeAnswer(TypedDict):
    """Who is logged in, with the roles of today."""

    person: str
    name: str
    roles: list[str]
    department: str | None


class SessionAnswer(MeAnswer):
    """A session that began, and until when it goes."""

    session: str
    until: str


def log_in(person: str, password: str) -> SessionAnswer:
    """Begin a session with a password."""
    answer: SessionAnswer = trace.ask("login", body={"person": person, "password": password})
    return answer


def me() -> MeAnswer:
    """Ask who is logged in."""
    answer: MeAnswer = trace.ask("me")
    return answer


def keep(addresses: Addresses, shown: str) -> None:
    """Keep a session or token for the commands that follow."""
    if addresses.login is None:
        raise SaidClearly("没有设 LIUHEN_LOGIN：登录保存在哪个文件。make up 会写进 .run/<系统>/env。")
    write_secretly(addresses.login, shown)


def forget(addresses: Addresses) -> bool:
    """Forget the login of this place; False where nobody was logged in."""
    if addresses.login is None or not addresses.login.exists():
        return False
    addresses.login.unlink()
    return True
