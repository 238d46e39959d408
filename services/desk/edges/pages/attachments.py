"""Attachments in the browser: fetched by the session of whoever looks, uploaded by a page of this door."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from chassis.problems import HttpProblem
from chassis.routes import Route, text
from doors.attachments.uploading import upload
from services.desk.edges.attachments import PATH, fetch, uploader_of
from services.desk.edges.pages.entering import page
from services.desk.edges.pages.forms import require_ours


async def take(request: web.Request) -> web.StreamResponse:
    """POST /attachments?filename=: keep a file that a form will name; what is wrong is told as to a program."""
    try:
        require_ours(request)
        return await upload(request, uploader_of(request))
    except HttpProblem as problem:
        return problem.answer()


ROUTES: Final = (
    Route("GET", PATH, page(fetch)),
    Route("POST", "/attachments", page(take), (text("filename", required=True),), streamed=True),
)
