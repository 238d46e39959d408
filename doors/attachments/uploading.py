"""Uploading at a door: streamed, within limits, and what it is told from its content."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Final, NamedTuple, get_args

from aiohttp import web
from pydantic import AwareDatetime, Field
from typing_extensions import TypedDict

from chassis.clock import Clock
from chassis.http import json_answer
from chassis.problems import HttpProblem
from chassis.routes import Body, Route, text
from chassis.service import Pool
from doors.attachments import rows
from doors.attachments.keeping import Keeper, KeeperAwayError
from doors.attachments.rows import Uploaded
from doors.attachments.showing import away
from doors.attachments.sniffing import HEAD, media_of
from rulebook.limits import Attachments
from schemas.attachments import AttachmentId, Media, Sha256
from schemas.text import fitted, one_line

PATH: Final = "/v1/attachments"
_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CHARACTERS: Final = 20
_LONGEST_NAME: Final = 120
_PATIENCE: Final = 20.0
"""Seconds within which the next piece has to come."""
_WHOLE: Final = 300.0
"""Seconds within which all has to come."""
_AS_IT_IS: Final = "identity"


class UploadAnswer(TypedDict):
    """What was kept: `id` and `sha256` are what a message names, until `expires_at` if none does."""

    id: AttachmentId
    sha256: Sha256
    size: Annotated[int, Field(ge=1)]
    media: Media
    name: str
    expires_at: AwareDatetime


class Uploader(NamedTuple):
    """Who uploads: for which party, and under which login."""

    party: str
    login: str


class Uploads(NamedTuple):
    """What uploading needs beside a request."""

    pool: Pool
    clock: Clock
    keeper: Keeper
    limits: Attachments


UPLOADS: Final = web.AppKey("uploads", Uploads)


def route(needs: str, who: Callable[[web.Request], Uploader]) -> Route:
    """The address at which attachments are uploaded; `who` tells whose they are."""

    async def take(request: web.Request) -> web.StreamResponse:
        return await upload(request, who(request))

    return Route(
        "POST",
        PATH,
        take,
        (text("filename", required=True),),
        needs=needs,
        asks=Body(dict.fromkeys(get_args(Media))),
        answers=UploadAnswer,
        status=201,
        problems=(422,),
        summary="Upload a file that messages can name; its content has to be what Content-Type says.",
        streamed=True,
    )


async def upload(request: web.Request, who: Uploader) -> web.StreamResponse:
    """Take what is uploaded, as it comes in; a HttpProblem for what cannot be taken."""
    uploads: Uploads = request.app[UPLOADS]
    name, now = _name(request), uploads.clock.now()
    if request.headers.get("Content-Encoding", _AS_IT_IS).lower() != _AS_IT_IS:
        words = "附件请按原样上传，不要再压缩。"
        raise HttpProblem(415, "unknown_encoding", "Content-Encoding", words)
    if await rows.how_many_wait(uploads.pool, who.login) >= uploads.limits.waiting:
        words = (
            f"已上传而没有引用的附件达到 {uploads.limits.waiting} 个。请先提交引用这些附件的内容，"
            f"或者等 {uploads.limits.hours_unnamed} 小时后未引用的自动清除。"
        )
        raise HttpProblem(429, "too_many_waiting", None, words, retry_after=3600)
    with TemporaryDirectory(prefix="liuhen-upload-") as folder:
        path = Path(folder) / "content"
        kept = await _received(request, path, uploads.limits.largest)
        media = _true_media(request.content_type, await asyncio.to_thread(media_of, kept.head, path))
        id_ = "A" + "".join(secrets.choice(_ALPHABET) for _ in range(_CHARACTERS))
        new = Uploaded(id_, who.party, who.login, name, media, kept.size, kept.sha256, now)
        # What is kept is entered first: a content that nobody entered would stay for ever.
        await rows.add(uploads.pool, new)
        try:
            await uploads.keeper.put(id_, path)
        except KeeperAwayError:
            raise away() from None
    answer = {"id": id_, "sha256": new.sha256, "size": new.size, "media": media, "name": name}
    return json_answer(answer | {"expires_at": now + uploads.limits.unnamed_for}, 201)


def _name(request: web.Request) -> str:
    """Read what the uploader calls it: a text, never a way to a file."""
    given = one_line(request.query.get("filename", "")).strip()
    if not given:
        words = "请用参数 filename 写明附件的名称（地址中的汉字须编码）。"
        raise HttpProblem(400, "empty_field", "filename", words)
    return fitted(given, _LONGEST_NAME)


class _Received(NamedTuple):
    size: int
    sha256: str
    head: bytes


async def _received(request: web.Request, path: Path, largest: int) -> _Received:
    """Write what comes into a file, and no more than is allowed."""
    digest, size, head = hashlib.sha256(), 0, b""
    try:
        async with asyncio.timeout(_WHOLE):
            with path.open("wb") as file:
                while piece := await asyncio.wait_for(request.content.readany(), _PATIENCE):
                    size += len(piece)
                    if size > largest:
                        raise _too_large(largest)
                    digest.update(piece)
                    head = head if len(head) >= HEAD else (head + piece)[:HEAD]
                    await asyncio.to_thread(file.write, piece)
    except TimeoutError:
        words = f"内容来得太慢：每 {_PATIENCE:g} 秒须有内容，全部须在 {_WHOLE:g} 秒内。请检查网络后重新上传。"
        raise HttpProblem(408, "too_slow", None, words) from None
    except web.RequestPayloadError:
        raise HttpProblem(400, "unreadable_body", None, "内容没有收全，请重新上传。") from None
    if not size:
        raise HttpProblem(422, "empty_field", None, "内容是空的，请核对文件后重新上传。")
    return _Received(size, digest.hexdigest(), head)


def _too_large(largest: int) -> HttpProblem:
    return HttpProblem(413, "too_long", None, f"附件过大，一个最多 {largest} 字节。请压缩图片、剪短视频后重新上传。")


def _true_media(said: str, found: Media | None) -> Media:
    if found is not None and found == said:
        return found
    if found is None:
        words = (
            "内容不是可以上传的类型。可以上传照片（JPEG、PNG、WebP、HEIC）、视频（MP4）、PDF 和不带宏的 docx、xlsx。"
        )
        raise HttpProblem(422, "unknown_content", "Content-Type", words)
    words = f"Content-Type 写的是 {said}，内容却是 {found}。请核对文件，按实际类型上传。"
    raise HttpProblem(422, "attachment_lies", "Content-Type", words)
