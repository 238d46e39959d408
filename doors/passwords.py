"""Passwords, as every door checks them at which people log in: few at once, and slowed where they are guessed."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Final

from aiohttp import web

from chassis.guessing import Guesses, begin_at_zero
from chassis.metrics import LOGINS
from chassis.problems import HttpProblem
from chassis.slowing import Slowing
from doors.entering import Entrance

_OUTCOMES: Final = ("session", "wrong", "slowed", "unknown")
_AT_ONCE: Final = 2
"""Each check takes 64 MiB and a core for a while."""


def _few() -> asyncio.Semaphore:
    return asyncio.Semaphore(_AT_ONCE)


@dataclass(frozen=True, slots=True)
class Passwords:
    """What one door knows of passwords that were tried at it."""

    guesses: Guesses
    turns: asyncio.Semaphore = field(default_factory=_few)

    @classmethod
    def of(cls, service: str) -> Passwords:
        """Slow guessing by person and by address: somebody else's guesses keep nobody out for more than a minute."""
        begin_at_zero(service, _OUTCOMES)
        instead = "忘记密码的，请管理员执行 liuhen logins password 重设。"
        persons, addresses = Slowing(free=3, longest=60.0), Slowing(free=10, longest=900.0)
        return cls(Guesses(service, "password", instead, persons, addresses, forgives=True))

    async def admit(self, entrance: Entrance, person: str, password: str, address: str) -> None:
        """Let somebody in whose password is right and whom the policy knows.

        A HttpProblem for a wrong password and an unknown person alike, and for whoever has to wait.
        """
        self.guesses.require_patience(person, address)
        self.guesses.begin(person, address)
        async with self.turns:
            right = await asyncio.to_thread(entrance.keeper.check, person, password)
        if not right or not entrance.known(person).is_there:
            LOGINS.labels(self.guesses.service, "wrong").inc()
            words = "姓名编号或者密码不对，或者今天不在名册上。请核对后再试；忘记密码的，请管理员重设。"
            raise HttpProblem(401, "wrong_password", "password", words)
        self.guesses.right(person, address, "session")


def require_passwords(*, elsewhere: bool) -> None:
    """Refuse passwords where people log in at a provider."""
    if elsewhere:
        words = "本系统用统一身份认证登录，不收密码：终端请用 liuhen login --openid，浏览器请用登录页上的按钮。"
        raise HttpProblem(403, "not_permitted", "password", words)


PASSWORDS: Final = web.AppKey("passwords", Passwords)
