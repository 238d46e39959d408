"""What is looked at in a browser and never changed there: the board of leaders, and the ledger of the survey."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from chassis.http import AS_PAGE
from services.trace.edges.browser import board, reporting, showing, surveyed
from services.trace.edges.browser.fresh import FRESH, Fresh

ROUTES: Final = (*showing.ROUTES, *board.ROUTES, *reporting.ROUTES, *surveyed.ROUTES)


def prepare(app: web.Application, desk: str) -> None:
    """Give the pages of a door what they stand on; `desk` is where browsers reach the desk, '' where nobody said."""
    app[AS_PAGE], app[showing.DESK], app[FRESH] = showing.show_problem, desk, Fresh()
