"""Who may fetch an attachment: whoever takes part in its ticket, and of a confidential requester whoever looked."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from chassis import http
from chassis.problems import HttpProblem
from chassis.routes import Route
from doors.attachments import rows
from doors.attachments.rows import StoredAttachment
from doors.attachments.showing import send
from doors.attachments.uploading import UPLOADS, Uploader
from doors.entering import ANY_LOGIN
from services.desk.core.rights import may_read_tasks
from services.desk.edges import lookup
from services.desk.edges.keys import CONTEXT, WHO

PATH: Final = "/attachments/{ticket}/{attachment}"


def uploader_of(request: web.Request) -> Uploader:
    """Tell whose an attachment is: the login's, for whom they act."""
    return Uploader(str(request[WHO].party), request[WHO].login)


async def fetch(request: web.Request) -> web.StreamResponse:
    """GET /v1/attachments/{ticket}/{attachment}: the content of an attachment, to be saved under its name."""
    ticket, named = request.match_info["ticket"], request.match_info["attachment"]
    found = await rows.find(request.app[CONTEXT].pool, [named])
    kept = found[0] if found and await _theirs(request, ticket, found[0]) else None
    if kept is None:
        words = f"工单 {http.shown(ticket)} 没有附件 {http.shown(named)}，或者不由您这一方办理。请核对编号。"
        raise HttpProblem(404, "unknown_attachment", "attachment", words)
    return await send(request, request.app[UPLOADS].keeper, kept)


async def _theirs(request: web.Request, ticket: str, kept: StoredAttachment) -> bool:
    """Whether who asks takes part in the ticket; a HttpProblem for whoever would have to look at the contact first."""
    pool, who = request.app[CONTEXT].pool, request[WHO]
    if kept.ticket is None:
        return kept.login == who.login
    if who.department is None and not may_read_tasks(who):
        return False
    access = await lookup.access(pool, who, ticket, kept)
    if access is None:
        return False
    if access.sealed and not access.looked:
        words = (
            "这是保密件诉求人的附件。请先说明理由查看联系方式（POST /v1/contacts/{ticket}/reveal），"
            "准许之后即可下载；每次查看都有留痕。"
        )
        raise HttpProblem(403, "sealed_attachment", "attachment", words)
    return True


ROUTE: Final = Route("GET", f"/v1{PATH}", fetch, needs=ANY_LOGIN, problems=(404, 410), gives="application/octet-stream")
