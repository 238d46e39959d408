"""The city's platform hears each step of its order, in order and once, however long it was away."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import aiohttp
import pytest

from chassis.service import EdgeContext
from rulebook.rules import Delivery
from schemas import clocks as c
from schemas.owner import Owner
from schemas.values import Actor, Clock, Party, PartyKind, Upstream
from services.notify.core.notice import Way
from services.notify.edges.channels import Loop, channels_of
from services.notify.settings import NotifySettings
from tests.support.city import TOKEN, City, city_platform
from tests.support.notify import DIGEST, DUE, TICKET, Teller, dispatched, registered

RULES: Final = Delivery(attempts=3, first_wait_seconds=30, factor=4, longest_wait_seconds=3600, timeout_seconds=5)
NUMBER = "SH 2026/1"
STEPS: Final = ("accepted", "handled", "ended")


@pytest.fixture
async def city() -> AsyncIterator[City]:
    async with city_platform() as there:
        yield there


@pytest.fixture
def token(tmp_path: Path) -> Path:
    file = tmp_path / "token"
    leave(file, TOKEN)
    return file


def leave(file: Path, token: str | None) -> None:
    """What an operator leaves in the file of the token."""
    file.unlink(missing_ok=True)
    if token is not None:
        file.write_text(token, "ascii")


@pytest.fixture
async def planned(planner: Any) -> Any:
    """What two orders of the city went through: each message is wanted at the moment of its step."""
    for step in STEPS:
        for number, ticket in ((NUMBER, "26030200000017"), ("SH-2", "26030200000025")):
            text = f'{{"state": "{step}"}}'
            await planner.plan(
                f"{step}-{ticket}", way=Way.CITY, address=number, audience="city", ticket=ticket, text=text
            )
    return planner


async def deliver(context: EdgeContext, city: City, token: Path, rounds: int = 1) -> None:
    told = NotifySettings(notices=token.parent, city=city.url, city_token_file=token)
    async with aiohttp.ClientSession() as session:
        loop = Loop(context, told, RULES, DIGEST, channels_of(told, RULES, session), lambda _: False)
        for _ in range(rounds):
            await loop.deliver()


def heard_of(city: City, number: str) -> list[str]:
    return [said["state"] for about, said in city.told if about == number]


async def standings(planner: Any) -> list[str]:
    return sorted(row["status"] for row in await planner.rows())


async def test_each_step_is_told_in_order(planned: Any, later: Any, city: City, token: Path) -> None:
    await deliver(later(), city, token, rounds=len(STEPS))

    assert (heard_of(city, NUMBER), heard_of(city, "SH-2")) == ([*STEPS], [*STEPS])
    assert await standings(planned) == ["delivered"] * 6


async def test_more_time_that_a_department_was_granted_reaches_the_city(
    planner: Any, later: Any, city: City, token: Path
) -> None:
    told = Teller()
    for known in (
        registered(upstream=Upstream(number=NUMBER), by=Actor(party=Party(kind=PartyKind.CITY))),
        dispatched(),
    ):
        told.tell(known)
    granted = c.ClockExtended(
        ticket=TICKET,
        clock_id="handling",
        clock=Clock.HANDLING,
        owner=Owner("department:housing"),
        days=3,
        due=DUE,
        explanation={},
    )
    (notice,) = (each for each in told.tell(granted) if each.to.audience == "city")
    await planner.plan("due-1", way=Way.CITY, address=notice.to.address, audience="city", text=notice.text)

    await deliver(later(), city, token)

    limit = {"department": "房管局", "due": "2026-03-09T17:30:00+08:00", "why": "extended"}
    assert city.told == [(NUMBER, {"state": "due", "ticket": TICKET, **limit})]


async def test_a_city_that_is_away_hears_it_all_in_order_when_it_is_back(
    planned: Any, later: Any, city: City, token: Path
) -> None:
    # given a city that is away for longer than anybody else is tried
    city.answers = [503] * 2 * (RULES.attempts + 2)
    for hours in range(RULES.attempts + 2):
        await deliver(later(hours=2 * hours), city, token)
    assert city.told == []
    assert await standings(planned) == ["pending"] * 6
    # when it is back
    await deliver(later(hours=48), city, token, rounds=len(STEPS))
    # then nothing is missing, and nothing overtook anything
    assert (heard_of(city, NUMBER), heard_of(city, "SH-2")) == ([*STEPS], [*STEPS])


async def test_whoever_died_before_writing_it_down_tells_it_again_under_the_same_key(
    planned: Any, later: Any, pool: Any, city: City, token: Path
) -> None:
    await deliver(later(), city, token)
    first = "accepted-26030200000017"
    assert {row["status"] for row in await planned.rows() if row["notice"] == first} == {"delivered"}
    await pool.execute("update delivery set status = 'pending', address = $2 where notice = $1", first, NUMBER)

    await deliver(later(hours=1), city, token)

    assert heard_of(city, NUMBER) == ["accepted"]
    assert city.asked.count(first) == 2


async def test_what_the_city_will_never_take_is_given_up_and_stops_nothing_behind_it(
    planned: Any, later: Any, city: City, token: Path
) -> None:
    city.answers = [404, 404]

    await deliver(later(), city, token, rounds=len(STEPS))

    assert heard_of(city, NUMBER) == ["handled", "ended"]
    assert await standings(planned) == ["delivered"] * 4 + ["given_up"] * 2
    assert {row["error"] for row in await planned.rows("attempt") if row["outcome"] == "given_up"} == {"http-404"}


async def test_a_token_that_is_being_replaced_loses_nothing(planned: Any, later: Any, city: City, token: Path) -> None:
    leave(token, None)
    await deliver(later(), city, token)
    leave(token, "an-old-one")
    await deliver(later(hours=1), city, token)
    assert city.told == []

    leave(token, TOKEN)
    await deliver(later(hours=2), city, token, rounds=len(STEPS))

    assert heard_of(city, NUMBER) == [*STEPS]
    assert await standings(planned) == ["delivered"] * 6


async def test_whoever_is_sent_to_another_page_has_told_nothing(
    planned: Any, later: Any, city: City, token: Path
) -> None:
    """Such as one for logging in, which answers everybody with 200."""
    city.answers = [302, 302]
    await deliver(later(), city, token)
    assert await standings(planned) == ["pending"] * 6

    await deliver(later(hours=1), city, token, rounds=len(STEPS))

    assert heard_of(city, NUMBER) == [*STEPS]


@pytest.mark.parametrize("number", [".", ".."])
async def test_a_number_is_no_way_to_another_address(
    planner: Any, later: Any, city: City, token: Path, number: str
) -> None:
    """Whoever takes calls names the city's number."""
    await planner.plan("n-1", way=Way.CITY, address=number, audience="city", text="{}")

    await deliver(later(), city, token)

    assert (city.elsewhere, await standings(planner)) == ([], ["given_up"])
