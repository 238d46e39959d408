"""Who is shown what at each page of the trace: one table of all of them, and nobody sees another's tickets."""

from __future__ import annotations

from typing import Final

import asyncpg
import pytest

from chassis.http import SESSION
from rulebook import Policy
from services.trace import store
from services.trace.core.rows import Summary
from services.trace.edges.browser import ROUTES
from tests.support.security.doors import NOON, Doors

ASKERS: Final = (
    "nobody",
    "p-xu",  # a dispatcher
    "p-yuan",  # of the survey office
    "p-kong",  # of a contractor
    "p-shao",  # of the callback agency
    "p-zheng",  # a leader
    "p-ning",  # an operator
    "department.housing",
)
COUNTS: Final = (401, 200, 200, 403, 403, 200, 403, 403)
SURVEY: Final = (401, 200, 200, 403, 403, 403, 403, 403)
PAGES: Final[dict[str, tuple[int, ...]]] = {
    "/static/{name}": (404,) * len(ASKERS),
    "/board": COUNTS,
    "/board/daily": COUNTS,
    "/board/rates/{rate}": COUNTS,
    # Whoever may list tickets; a department lists its own.
    "/board/tickets": (401, 200, 200, 200, 403, 200, 403, 200),
    # There is no such ticket for whoever may read what was said.
    "/board/tickets/{ticket}/report": (401, 404, 404, 404, 403, 403, 403, 403),
    "/survey": SURVEY,
    "/survey/visits": SURVEY,
    "/survey/half-hour": SURVEY,
}
GREENING: Final = Summary("26090200000018", lead="greening", gist="绿化带里有垃圾", registered_at=NOON)


def test_no_page_is_left_out_of_the_table() -> None:
    assert {each.path for each in ROUTES} == PAGES.keys()


@pytest.mark.parametrize("asker", ASKERS)
async def test_at_a_page_everybody_gets_what_the_table_says(doors: Doors, policy: Policy, asker: str) -> None:
    async with doors.trace(policy) as door:
        keeper = doors.settings().doorkeeper()
        cookies = {} if asker == "nobody" else {SESSION: keeper.begin(asker, NOON, in_browser=True)[0]}
        found = {}
        for path in PAGES:
            asked = path.format(name="board.css", rate="on_time", ticket="26090200000018")
            async with door.get(asked, cookies=cookies) as answer:
                found[path] = answer.status
    assert found == {path: codes[ASKERS.index(asker)] for path, codes in PAGES.items()}


async def test_a_department_lists_its_own_tickets_and_nobody_elses(doors: Doors, policy: Policy) -> None:
    async with doors.trace(policy) as door, asyncpg.create_pool(doors.database.dsn("trace"), min_size=1) as pool:
        async with pool.acquire() as connection:
            await store.SUMMARIES.save(connection, [store.Changed(None, GREENING)])
        keeper, shown = doors.settings().doorkeeper(), {}
        for asker in ("p-zheng", "department.housing", "department.greening"):
            session, _ = keeper.begin(asker, NOON, in_browser=True)
            async with door.get("/board/tickets", cookies={SESSION: session}) as answer:
                shown[asker] = GREENING.ticket in await answer.text()
    assert shown == {"p-zheng": True, "department.housing": False, "department.greening": True}
