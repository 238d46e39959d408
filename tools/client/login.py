"""Logging in at trace's door, and keeping the session where commands find it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

from chassis.logins import is_token
from schemas.values import Person
from services.trace.for_tools import MeAnswer, SessionAnswer
from tools.client import trace
from tools.client.addresses import Addresses
from tools.client.asking import RefusedAtDoorError, ask
from tools.errors import SaidClearly
from tools.prepare.logins import trial_token
from tools.prepare.secrets import write_secret


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
    write_secret(addresses.login, shown)


def be(addresses: Addresses, person: str) -> None:
    """Log in as somebody of a trial, by the token that the trial made them."""
    try:
        keep(addresses, trial_token(addresses.folder_of_secrets(), person))
    except FileNotFoundError:
        raise SaidClearly(f"{person} 没有试用令牌。请不带 --trial 登录，或者由管理员发令牌。") from None


@contextmanager
def acting_as(addresses: Addresses, person: str) -> Iterator[None]:
    """Be somebody of a trial for a while, then whoever was logged in before."""
    before = addresses.logged_in()
    be(addresses, person)
    try:
        yield
    finally:
        keep(addresses, before)


def person_of_office() -> Person:
    """Tell who of the office is logged in; say clearly when it is the desk of a department."""
    who = me()
    if who["department"] is not None:
        raise SaidClearly(f"现在登录的是{who['name']}的工作台，不是中心的人。请用 liuhen login 以本人身份登录。")
    return Person(id=who["person"], name=who["name"])


def desk_of_department(code: str, name: str) -> None:
    """Make sure that the desk of a department is logged in; say clearly who is instead."""
    who = me()
    if who["department"] != code:
        how = f"liuhen login department.{code}（试用系统加 --trial）"
        raise SaidClearly(f"现在登录的是{who['name']}，不是{name}的工作台。请用 {how} 登录。")


def forget(addresses: Addresses) -> bool:
    """End the session at every door, and forget the login of this place; False where nobody was logged in."""
    if addresses.login is None or not addresses.login.exists():
        return False
    for door in (addresses.trace_url, addresses.desk_url):
        if door and not is_token(addresses.logged_in()):
            _end(door, addresses.logged_in())
    addresses.login.unlink()
    return True


def _end(door: str, session: str) -> None:
    try:
        ask(door, ("logout",), session, body=b"")
    except RefusedAtDoorError as refused:
        if refused.status != HTTPStatus.UNAUTHORIZED:  # it had ended there already
            raise
