"""The office in the browser: pages that are made here, and say what persons do by the same acts as programs."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from chassis.http import AS_PAGE
from doors.passwords import PASSWORDS, Passwords
from services.desk.edges.pages import (
    attachments,
    bulk,
    callbacks,
    calls,
    entering,
    exporting,
    hand,
    live,
    managing,
    orders,
    presence,
    queue,
    showing,
    surveying,
    task,
    tickets,
    trying,
)

ROUTES: Final = (
    *attachments.ROUTES,
    *entering.ROUTES,
    *showing.ROUTES,
    *queue.ROUTES,
    *task.ROUTES,
    *hand.ROUTES,
    *bulk.ROUTES,
    *exporting.ROUTES,  # before the orders, of which one could be called so
    *orders.ROUTES,
    *callbacks.ROUTES,
    *calls.ROUTES,
    *presence.ROUTES,
    *tickets.ROUTES,
    *managing.ROUTES,
    *trying.ROUTES,
    *surveying.ROUTES,
)


def prepare(app: web.Application, *, over_tls: bool) -> None:
    """Give the pages of a door what they stand on."""
    app[AS_PAGE] = entering.show_problem
    app[PASSWORDS], app[entering.OVER_TLS] = Passwords.of("desk"), over_tls
    app[live.HORIZON], app[live.STREAMS] = live.Horizon(), live.Streams()
    app.cleanup_ctx.append(live.watching)
