"""The keys under which what somebody says is read: contents are told apart by one, redacted passages by the other."""

from __future__ import annotations

from aiohttp import web

from doors.entering import ENTRANCE
from services.desk.core.acts import Keys
from services.desk.edges.keys import REDACTION


def keys_of(request: web.Request) -> Keys:
    """Both keys, as the door has them."""
    return Keys(request.app[ENTRANCE].keeper.key, request.app[REDACTION])
