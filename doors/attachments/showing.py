"""Handing an attachment to a browser or a program: it is saved under its name, never shown in our name."""

from __future__ import annotations

from contextlib import aclosing
from typing import Final
from urllib.parse import quote

from aiohttp import web

from chassis.problems import HttpProblem
from doors.attachments.keeping import Keeper, KeeperAwayError, NotKeptError
from doors.attachments.rows import StoredAttachment

_HEADERS: Final = {"Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'"}
_AGAIN: Final = 30
"""Seconds after which it makes sense to ask again."""
GONE: Final = "附件的内容已经按规定删除，留痕中仍有它的大小和 sha256。"


def away() -> HttpProblem:
    """Say that what keeps the contents cannot be reached now."""
    return HttpProblem(503, "unavailable", "attachment", "保存附件的存储暂时无法使用，请稍后再试。", retry_after=_AGAIN)


async def send(request: web.Request, keeper: Keeper, kept: StoredAttachment) -> web.StreamResponse:
    """Stream an attachment to whoever may have it; a HttpProblem where its content was removed."""
    if kept.name is None:
        raise HttpProblem(410, "attachment_gone", "attachment", GONE)
    saved_as = f"attachment; filename*=UTF-8''{quote(kept.name, safe='')}"
    response = web.StreamResponse(headers={**_HEADERS, "Content-Disposition": saved_as})
    response.content_type, response.content_length = kept.media, kept.size
    async with aclosing(keeper.read(kept.id)) as pieces:  # type: ignore[type-var]
        try:
            first = await anext(pieces)
        except NotKeptError:
            raise HttpProblem(410, "attachment_gone", "attachment", GONE) from None
        except KeeperAwayError:
            raise away() from None
        await response.prepare(request)
        await response.write(first)
        async for piece in pieces:
            await response.write(piece)
    await response.write_eof()
    return response
