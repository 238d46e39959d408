"""WeCom robots and applications: what is sent is no markup, what they answer decides, and too often is tried again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from rulebook.rules import Delivery
from services.notify.core.notice import Way
from services.notify.edges.channels import Loop, channels_of
from services.notify.settings import NotifySettings
from tests.support.notify import DIGEST

RULES = Delivery(attempts=3, first_wait_seconds=30, factor=4, longest_wait_seconds=3600, timeout_seconds=5)


@dataclass
class WeCom:
    """A small server of the same shape: a robot with a pace, an application whose tokens end, members that exist."""

    home: str = ""
    pace: int = 20
    robots: list[str] = field(default_factory=list)
    sent: list[dict[str, Any]] = field(default_factory=list)
    tokens: int = 0
    good: str = ""

    async def robot(self, request: web.Request) -> web.Response:
        if request.query.get("key") != "k-1":
            return web.json_response({"errcode": 93000, "errmsg": "invalid webhook url"})
        if len(self.robots) >= self.pace:
            return web.json_response({"errcode": 45009, "errmsg": "api freq out of limit"})
        said = await request.json()
        assert said["msgtype"] == "markdown"
        assert len(said["markdown"]["content"].encode()) <= 4096
        self.robots.append(said["markdown"]["content"])
        return web.json_response({"errcode": 0, "errmsg": "ok"})

    async def token(self, request: web.Request) -> web.Response:
        if (request.query["corpid"], request.query["corpsecret"]) != ("ww1", "s3"):
            return web.json_response({"errcode": 40001, "errmsg": "invalid credential"})
        self.tokens += 1
        self.good = f"t-{self.tokens}"
        return web.json_response({"errcode": 0, "access_token": self.good, "expires_in": 7200})

    async def send(self, request: web.Request) -> web.Response:
        if request.query.get("access_token") != self.good:
            return web.json_response({"errcode": 42001, "errmsg": "access_token expired"})
        said = await request.json()
        self.sent.append(said)
        unknown = said["touser"] if said["touser"] != "v-1" else ""
        return web.json_response({"errcode": 0, "errmsg": "ok", "invaliduser": unknown})


@pytest.fixture
async def wecom() -> AsyncIterator[WeCom]:
    found = WeCom()
    app = web.Application()
    app.router.add_post("/cgi-bin/webhook/send", found.robot)
    app.router.add_get("/cgi-bin/gettoken", found.token)
    app.router.add_post("/cgi-bin/message/send", found.send)
    async with TestServer(app) as server:
        found.home = f"{server.host}:{server.port}"
        yield found


async def deliver(context: Any, folder: Path, routes: dict[Way, str], rounds: int = 1) -> None:
    """Deliver what is due, by the same channels over and over."""
    settings = NotifySettings(notices=folder, routes=routes)
    async with aiohttp.ClientSession() as session:
        loop = Loop(context, settings, RULES, DIGEST, channels_of(settings, RULES, session), lambda _: False)
        for _ in range(rounds):
            await loop.deliver()


def robot(wecom: WeCom, key: str = "k-1") -> dict[Way, str]:
    return {Way.CALL: f"wecom-robot+http://{wecom.home}/cgi-bin/webhook/send?key={key}"}


def application(wecom: WeCom, credential: str = "s3") -> dict[Way, str]:
    return {Way.VISITOR: f"wecom-app+http://ww1:{credential}@{wecom.home}?agent=1000002"}


async def test_a_robot_is_told_as_markdown_in_which_nothing_that_people_wrote_is_markup(
    planner: Any, later: Any, tmp_path: Path, wecom: WeCom
) -> None:
    text = "# 假标题\n[点这里](http://evil.example) **紧急** <font color=red>`x`</font>" + "很长" * 3000
    await planner.plan("n-1", way=Way.CALL, text=text)
    await deliver(later(), tmp_path, robot(wecom))
    (said,) = wecom.robots
    assert said.startswith("**您的诉求已受理**\n＃ 假标题\n［点这里］（http://evil.example） ＊＊紧急＊＊ ＜font")
    assert said.endswith("…")
    assert [row["status"] for row in await planner.rows()] == ["delivered"]


async def test_what_comes_too_often_is_tried_again_and_a_wrong_key_is_given_up(
    planner: Any, later: Any, tmp_path: Path, wecom: WeCom
) -> None:
    wecom.pace = 2
    await planner.plan("n-1", "n-2", "n-3", way=Way.CALL)
    await deliver(later(), tmp_path, robot(wecom))
    assert sorted(row["status"] for row in await planner.rows()) == ["delivered", "delivered", "pending"]
    assert [row["error"] for row in await planner.rows("attempt") if row["error"]] == ["wecom-45009"]
    wecom.pace = 3
    await deliver(later(minutes=1), tmp_path, robot(wecom))
    assert {row["status"] for row in await planner.rows()} == {"delivered"}

    await planner.plan("n-4", way=Way.CALL)
    await deliver(later(minutes=2), tmp_path, robot(wecom, "wrong"))
    (last,) = [row for row in await planner.rows() if row["notice"] == "n-4"]
    assert last["status"] == "given_up"


async def test_an_application_sends_to_members_and_asks_for_a_token_when_it_has_none_that_is_good(
    planner: Any, later: Any, tmp_path: Path, wecom: WeCom
) -> None:
    await planner.plan("n-1", way=Way.VISITOR, address="v-1")
    settings = NotifySettings(notices=tmp_path, routes=application(wecom))
    async with aiohttp.ClientSession() as session:
        channels = channels_of(settings, RULES, session)
        await Loop(later(), settings, RULES, DIGEST, channels, lambda _: False).deliver()
        wecom.good = "another"
        await planner.plan("n-2", way=Way.VISITOR, address="v-1")
        await Loop(later(), settings, RULES, DIGEST, channels, lambda _: False).deliver()
    assert wecom.tokens == 2
    assert [each["touser"] for each in wecom.sent] == ["v-1", "v-1"]
    assert wecom.sent[0]["enable_duplicate_check"] == 1
    assert {row["status"] for row in await planner.rows()} == {"delivered"}


@pytest.mark.parametrize(
    ("address", "wrong"), [("nobody", ("s3", "wecom-invalid-user")), ("v-1", ("wrong", "wecom-40001"))]
)
async def test_who_is_no_member_and_a_wrong_secret_are_given_up(
    planner: Any, later: Any, tmp_path: Path, wecom: WeCom, address: str, wrong: tuple[str, str]
) -> None:
    credential, error = wrong
    await planner.plan("n-1", way=Way.VISITOR, address=address)
    await deliver(later(), tmp_path, application(wecom, credential))
    (attempt,) = await planner.rows("attempt")
    assert (attempt["outcome"], attempt["error"]) == ("given_up", error)
