"""WeCom (企业微信): a robot of a group, and messages of an application to its members, as markdown nobody can write.

What the other side answers is `errcode`: 0 is taken, too many is tried again later, nobody of that name never.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, Literal, NotRequired, TypeAlias
from urllib.parse import parse_qs, unquote, urlsplit

import aiohttp
from pydantic import TypeAdapter, ValidationError
from typing_extensions import TypedDict

from schemas.text import harmless, one_line
from services.notify.edges.sending import Channel, Failed, one_by_one
from services.notify.store import DueDelivery

_MOST_BYTES: Final = 4_096
_ELLIPSIS: Final = "…"
_AGAIN: Final = frozenset({-1, 6000, 45009, 45033})
"""Busy, two at a time, too often, too many at once."""
_TOKEN_GONE: Final = frozenset({40014, 41001, 42001})
_WITHIN: Final = 1_800
"""Seconds within which the other side drops a message that comes again."""
_WIDE: Final = str.maketrans("*_`<>[]()#~|\\!", "＊＿｀＜＞［］（）＃～｜＼！")
_URL: Final = re.compile(r"wecom-(?P<kind>robot|app)(?P<plain>\+http)?://(?P<rest>.+)", re.DOTALL)


class Answer(TypedDict):
    """What the other side says of a call."""

    errcode: int
    access_token: NotRequired[str]
    invaliduser: NotRequired[str]


_ANSWER: Final = TypeAdapter(Answer)
Call: TypeAlias = Callable[[Literal["get", "post"], str, Mapping[str, str], Any], Awaitable[Answer]]


def to_wecom(session: aiohttp.ClientSession, address: str, seconds: float) -> Channel:
    """Make the channel of `wecom-robot://HOST/cgi-bin/webhook/send?key=KEY` or `wecom-app://ID:SECRET@HOST?agent=N`."""
    found = _URL.fullmatch(address)
    if found is None:
        raise ValueError(
            "LIUHEN_ROUTES 里企业微信的地址写作 wecom-robot://… 或者 wecom-app://…，请对照 docs/settings.md 改正。"
        )
    url = f"{'http' if found['plain'] else 'https'}://{found['rest']}"
    call = _calling(session)
    send = _robot(call, url) if found["kind"] == "robot" else Application(call, url).send
    return one_by_one(send, seconds)


def _calling(session: aiohttp.ClientSession) -> Call:
    async def call(method: Literal["get", "post"], url: str, asked: Mapping[str, str], body: Any) -> Answer:
        try:
            async with session.request(method, url, params=asked, json=body) as answer:
                if not answer.ok:
                    raise Failed(f"http-{answer.status}")
                return _ANSWER.validate_json(await answer.read())
        except (aiohttp.ClientError, ValidationError):
            raise Failed("unreachable") from None

    return call


def _robot(call: Call, url: str) -> Callable[[DueDelivery], Awaitable[None]]:
    async def send(delivery: DueDelivery) -> None:
        _require_taken(await call("post", url, {}, {"msgtype": "markdown", "markdown": {"content": worded(delivery)}}))

    return send


class Application:
    """Sends to members by their id; the token of the application is asked for when there is none that is good."""

    def __init__(self, call: Call, url: str) -> None:
        """The user of the address is the corporation's id, its password the application's secret."""
        parts = urlsplit(url)
        self._call = call
        self._base = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}/cgi-bin"
        self._asked = {"corpid": unquote(parts.username or ""), "corpsecret": unquote(parts.password or "")}
        self._agent = int(parse_qs(parts.query)["agent"][0])
        self._token = ""

    async def send(self, delivery: DueDelivery) -> None:
        """Hand over one message, with another token where the old one is over."""
        answer = await self._tried(delivery)
        if answer["errcode"] in _TOKEN_GONE:
            self._token = ""
            answer = await self._tried(delivery)
        _require_taken(answer)
        if answer.get("invaliduser"):
            raise Failed("wecom-invalid-user", for_ever=True)

    async def _tried(self, delivery: DueDelivery) -> Answer:
        if not self._token:
            given = await self._call("get", f"{self._base}/gettoken", self._asked, None)
            _require_taken(given)
            self._token = given.get("access_token", "")
        message = {
            "touser": delivery.address,
            "msgtype": "markdown",
            "agentid": self._agent,
            "markdown": {"content": worded(delivery)},
            "enable_duplicate_check": 1,
            "duplicate_check_interval": _WITHIN,
        }
        return await self._call("post", f"{self._base}/message/send", {"access_token": self._token}, message)


def _require_taken(answer: Answer) -> None:
    code = answer["errcode"]
    if code != 0:
        raise Failed(f"wecom-{code}" if code > 0 else "wecom-busy", for_ever=code not in _AGAIN)


def worded(delivery: DueDelivery) -> str:
    """The message as markdown, in which nothing that people wrote is markup; no longer than is taken."""
    subject = one_line(delivery.subject).translate(_WIDE)
    text = harmless(delivery.text).translate(_WIDE)
    return _fitted(f"**{subject}**\n{text}")


def _fitted(text: str) -> str:
    if len(text.encode()) <= _MOST_BYTES:
        return text
    room = _MOST_BYTES - len(_ELLIPSIS.encode())
    return text.encode()[:room].decode(errors="ignore") + _ELLIPSIS
