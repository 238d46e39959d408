"""What a citizen does on their page goes to their own topic, once, as far as the ticket allows; nobody else does it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any, Final

import aiohttp
import pytest

from schemas.dispatch import ActionRefused
from schemas.inbound import AnswerCallback, FollowUp, ProvideInfo, Register, Withdraw
from schemas.tickets import ActionReceived
from schemas.values import Actor, Party, PartyKind, TicketState
from services.intake.core.offers import Offer
from services.intake.edges.pages.meanings import MEANINGS
from services.intake.edges.sessions import COOKIE
from tests.support.intake import Dispatch

HOTLINE: Final = Party(kind=PartyKind.HOTLINE)
FOUR: Final = {"contacted": "yes", "solved": "solved", "attitude": "satisfied", "result": "fairly"}
KINDS: Final = {
    Offer.ANSWER: (TicketState.CALLBACK_PENDING, AnswerCallback),
    Offer.INFORM: (TicketState.NEEDS_INFO, ProvideInfo),
    Offer.ADD: (TicketState.IN_PROGRESS, FollowUp),
    Offer.REOPEN: (TicketState.CLOSED, FollowUp),
    Offer.WITHDRAW: (TicketState.DISPATCHED, Withdraw),
}
MARKUP: Final = "<script>alert(1)</script> 三楼也漏"


class Citizen:
    """Somebody who entered with their receipt and number."""

    def __init__(self, web: aiohttp.ClientSession, receipt: str, ticket: str) -> None:
        self.web, self.receipt, self.ticket = web, receipt, ticket

    async def sees(self, path: str = "/progress/matter") -> str:
        async with self.web.get(path) as answer:
            assert answer.status == 200
            return str(await answer.text())

    async def token(self) -> str:
        return str(re.findall(r'name="token" value="([0-9a-f]+)"', await self.sees())[0])

    async def does(self, offer: str, **values: str) -> tuple[int, str]:
        """Send a form as the page has it, with what is changed of it."""
        form = {"token": await self.token(), "ticket": self.ticket, "key": "k1", "said": MARKUP, **FOUR, **values}
        async with self.web.post(f"/progress/matter/{offer}", data=form, allow_redirects=False) as answer:
            return answer.status, await answer.text()


@pytest.fixture
async def enter(outside: Any) -> AsyncIterator[Any]:
    """Let somebody report something and enter."""
    webs = []

    async def entered(report: Register) -> Citizen:
        given = await outside.given(await outside.say(HOTLINE, report))
        jar = aiohttp.CookieJar(unsafe=True)
        web = aiohttp.ClientSession(outside.system.url("intake_http"), cookie_jar=jar)
        webs.append(web)
        async with web.post("/progress", data={"receipt": given.receipt, "phone": str(report.contact.phone)}) as answer:
            assert answer.status == 200
        return Citizen(web, given.receipt, given.tickets[0])

    yield entered
    for each in webs:
        await each.close()


async def stands(outside: Any, citizen: Citizen, state: TicketState) -> None:
    ended = "now()" if Offer.REOPEN in MEANINGS[state]["offers"] else "null"
    update = f"update ticket set stands = $2, ended = {ended} where id = $1"  # noqa: S608 - one of two words
    await outside.pool.execute(update, citizen.ticket, state.value)


async def received(outside: Any, ticket: str) -> ActionReceived:
    """Wait until an act of a citizen on a ticket is passed on."""

    def is_it(message: Any) -> bool:
        found = isinstance(message, ActionReceived) and message.party.kind is PartyKind.CITIZEN
        return found and message.ticket == ticket

    _, message = await outside.hear(is_it)
    assert isinstance(message, ActionReceived)
    return message


@pytest.mark.parametrize("offer", Offer)
async def test_what_is_offered_is_passed_on_once_and_stands_on_the_page(
    outside: Any, enter: Any, report: Register, offer: Offer
) -> None:
    # given a citizen whose ticket is where that can be done
    citizen = await enter(report)
    state, kind = KINDS[offer]
    await stands(outside, citizen, state)
    assert f'action="/progress/matter/{offer}"' in await citizen.sees()
    # when they send the form, twice, as whoever presses a button twice
    assert (await citizen.does(offer))[0] == 303
    assert (await citizen.does(offer))[0] == 303
    # then it is passed on once, as their own word, and no number came along
    message = await received(outside, citizen.ticket)
    said: Any = message.action
    assert (type(said), message.matched, said.contact) == (kind, True, None)
    assert await outside.pool.fetchval("select count(*) from citizen_act where ticket = $1", citizen.ticket) == 1
    # and what they wrote stands on the page, and is no markup
    text = await citizen.sees()
    assert text.count("… 正在处理") == 1
    assert "&lt;script&gt;" in text
    assert "<script" not in text


@pytest.mark.parametrize("state", TicketState)
async def test_what_the_state_does_not_allow_is_neither_offered_nor_taken(
    outside: Any, enter: Any, report: Register, state: TicketState
) -> None:
    citizen = await enter(report)
    await stands(outside, citizen, state)
    text = await citizen.sees()
    for offer in Offer:
        is_offered = offer in MEANINGS[state]["offers"]
        assert (f'action="/progress/matter/{offer}"' in text) is is_offered
        if not is_offered:
            status, answer = await citizen.does(offer)
            assert status == 409, offer
            assert "三楼也漏" in answer
    assert await outside.pool.fetchval("select count(*) from citizen_act where ticket = $1", citizen.ticket) == 0


@pytest.mark.parametrize("offer", Offer)
async def test_nobody_acts_on_anothers_ticket_or_for_another(
    outside: Any, enter: Any, report: Register, offer: Offer
) -> None:
    # given two citizens, whose tickets could both be acted on
    one = await enter(report)
    contact = report.contact.model_copy(update={"phone": f"137{int(str(report.contact.phone)[3:]):08}"})
    other = await enter(report.model_copy(update={"contact": contact}))
    for each in (one, other):
        await stands(outside, each, KINDS[offer][0])
    # when one names the other's ticket, or sends a token of theirs, or another site sends the form, nothing is done
    assert (await one.does(offer, ticket=other.ticket))[0] == 409
    assert (await one.does(offer, token=await other.token()))[0] == 403
    assert (await one.does(offer, token=""))[0] == 403
    form = {"token": await one.token(), "ticket": one.ticket, "said": MARKUP, **FOUR}
    foreign = {"Sec-Fetch-Site": "cross-site"}
    async with one.web.post(f"/progress/matter/{offer}", data=form, headers=foreign) as answer:
        assert answer.status == 403
    # nor without a session; but what was written is there again after entering
    home, place = outside.system.url("intake_http"), f"/progress/matter/{offer}"
    async with aiohttp.ClientSession(home, cookies={COOKIE: "x"}) as nobody, nobody.post(place, data=form) as answer:
        assert answer.status == 401
        text = await answer.text()
    assert 'name="kept.said"' in text
    assert form["token"] not in text
    count = "select count(*) from citizen_act where ticket = any($1::text[])"
    assert await outside.pool.fetchval(count, [one.ticket, other.ticket]) == 0
    kept = {f"kept.{name}": value for name, value in form.items()} | {"kept.offer": str(offer)}
    typed = {"receipt": one.receipt, "phone": str(report.contact.phone), **kept}
    async with one.web.post("/progress", data=typed) as answer:
        text = await answer.text()
    assert "三楼也漏" in text
    assert "<script" not in text


async def test_what_is_wrong_is_said_beside_the_field_and_keeps_the_rest(
    outside: Any, enter: Any, report: Register
) -> None:
    citizen = await enter(report)
    await stands(outside, citizen, TicketState.CALLBACK_PENDING)
    status, text = await citizen.does("answer", solved="", result="<b>")
    assert status == 422
    assert text.count("请选一个答案") == 2
    assert re.search(r'name="contacted" value="yes" required checked', text)
    assert "三楼也漏" in text
    await stands(outside, citizen, TicketState.IN_PROGRESS)
    assert (await citizen.does("add", said=" \n"))[0] == 422
    status, text = await citizen.does("add", said="字" * 2_001)
    assert status == 422
    assert "最多 2000 个" in text


async def test_what_the_ticket_refuses_stands_there_with_the_reason_and_can_be_said_again(
    outside: Any, enter: Any, report: Register
) -> None:
    citizen = await enter(report)
    await stands(outside, citizen, TicketState.IN_PROGRESS)
    await citizen.does("withdraw")
    message = await received(outside, citizen.ticket)
    # when dispatch refuses it
    reason = "该工单的撤诉正在等候热线中心确认。"
    refused = ActionRefused(
        ticket=citizen.ticket,
        by=Actor(by_rule="policy"),
        receipt=message.receipt,
        party=message.party,
        action="withdraw",
        code="already_asked",
        reason=reason,
    )
    await Dispatch(outside).say(citizen.ticket, refused)
    async with asyncio.timeout(20):
        while reason not in (text := await citizen.sees()):  # noqa: ASYNC110 - a page, which is loaded again
            await asyncio.sleep(0.1)
    # then its form opens again with what was written
    again = await citizen.sees(re.findall(r'href="(/progress/matter\?again=[^"]+)"', text)[0])
    assert re.search(r"<textarea[^>]*name=\"said\"[^>]*>\n&lt;script&gt;", again)


async def test_so_many_acts_a_day_are_a_persons(outside: Any, enter: Any, report: Register) -> None:
    citizen = await enter(report)
    await stands(outside, citizen, TicketState.IN_PROGRESS)
    await outside.pool.execute(
        "insert into citizen_act (receipt, opened_by, factor, ticket, offer, said)"
        " select 'X' || n, $1, 'f', $2, 'add', 'x' from generate_series(1, 30) n",
        *(citizen.receipt, citizen.ticket),
    )
    status, text = await citizen.does("add")
    assert status == 429
    assert "三楼也漏" in text
    # and of what was done under another number nothing is shown
    assert "您在这里办过的" not in await citizen.sees()
