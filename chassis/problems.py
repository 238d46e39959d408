"""What is wrong with a request is said in one form at every HTTP door: problem details (RFC 9457), in Chinese."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any, Final

from aiohttp import web

from schemas.text import one_line
from vocabulary import REFUSALS

MEDIA_TYPE: Final = "application/problem+json"
TYPES: Final = "urn:liuhen:problem:"
"""What a `type` begins with; the code that follows is the one that refusals on topics have."""

_LANGUAGE: Final = "zh-CN"
_RETRY_SECONDS: Final = "2"
_HEADERS: Final[Mapping[int, Mapping[str, str]]] = {
    401: {"WWW-Authenticate": "Bearer"},
    503: {"Retry-After": _RETRY_SECONDS},
}
_STATUSES: Final = {
    404: ("unknown_path", "没有这个地址，请核对路径。"),
    405: ("wrong_method", "这个地址不用这种方法，可用的方法见 Allow。"),
    413: ("too_long", "内容过大。"),
    417: ("unknown_expectation", "不支持这种 Expect，请去掉这个请求头后重试。"),
}
_OF_AIOHTTP: Final = ("http", "请求有误，请核对后重试。")


class HttpProblem(Exception):  # noqa: N818 - an answer
    """A request that is not answered as asked: the status, a machine's word, the field, and what to do, in Chinese."""

    def __init__(self, status: int, code: str, field: str | None, detail: str, **more: Any) -> None:
        """`more` stands beside the members of a problem in the answer."""
        super().__init__(code)
        self.status = status
        self.code = code
        # Either may quote what was sent.
        where = {} if field is None else {"field": one_line(field)}
        title, detail = REFUSALS.said(code), one_line(detail)
        self.body: Mapping[str, Any] = {
            "type": f"{TYPES}{code}",
            "title": title,
            "status": status,
            "detail": detail,
            "code": code,
            **where,
            **more,
        }

    @property
    def headers(self) -> Mapping[str, str]:
        """What programs read of it without knowing us: how to log in, and when to come again."""
        wait = self.body.get("retry_after")
        return {"Retry-After": str(wait)} if wait is not None else _HEADERS.get(self.status, {})

    def answer(self, headers: Mapping[str, str] | None = None) -> web.Response:
        """Say it over HTTP, with these headers too."""
        language = {"Content-Language": _LANGUAGE}
        text = json_text(self.body)
        return web.Response(
            text=text,
            status=self.status,
            content_type=MEDIA_TYPE,
            headers={**language, **self.headers, **(headers or {})},
        )


def of_aiohttp(error: web.HTTPException) -> web.Response:
    """Say in our form what aiohttp found wrong with a request."""
    code, detail = _STATUSES.get(error.status, _OF_AIOHTTP)
    allowed = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else None
    return HttpProblem(error.status, code, None, detail).answer(allowed)


@web.middleware
async def saying(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Say in our form that an address or a method is none."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        return of_aiohttp(error)


def json_text(body: Any) -> str:
    """Write JSON; moments are written in ISO 8601."""
    return json.dumps(body, ensure_ascii=False, default=_plain)


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
