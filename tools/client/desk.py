"""Acting at the door of persons, under the login of who types, and asking there what waits and what became of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final, NamedTuple
from uuid import uuid4

import aiohttp
from pydantic import TypeAdapter

from schemas.inbound import Action, OfficeAction
from schemas.public import DeskTask, Order, ShownContact
from schemas.rules import CalendarPublished, RederivationOrdered
from services.desk.for_tools import SOURCE, ActAnswer, CallerAnswer, OneOrderAnswer, OrderAnswer, act_of
from tools.client.addresses import load_addresses
from tools.client.asking import RefusedAtDoorError
from tools.client.asking import ask as ask_door
from tools.errors import SaidClearly
from tools.prepare.logins import trial_token

__all__ = ["SOURCE", "ActAnswer", "CallerAnswer", "act_of"]

_CALLER: Final = TypeAdapter(CallerAnswer)
_PAGE: Final = 1_000
_AGAIN: Final = 0.5
"""Seconds after which somebody who plays a person asks again a door that was away, or that said: not so fast."""
_BUSY: Final = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})


class KnownOrder(NamedTuple):
    """An order as its department knows it; `steps` are versions and what happened then, newest first."""

    order: Order
    steps: tuple[tuple[int, str], ...]
    shown: ShownContact | None


def act(action: Action, key: str) -> str:
    """Say an action under a key of one's own, and return the act's id; RefusedAtDoorError where it cannot be taken."""
    answer = _ask("acts", body=action.to_json(), headers={"Idempotency-Key": key})
    return str(answer["act"])


def standing(name: str) -> ActAnswer:
    """Ask what became of an act."""
    answer: ActAnswer = _ask("acts", name)
    return answer


def tasks(task: str | None = None) -> list[DeskTask]:
    """Ask for everything that waits for the office, or everything of one kind, what waits longest first."""
    return [DeskTask.model_validate_json(json.dumps(each)) for each in _pages("tasks", task=task)]


def orders(state: str | None = None, incident: str | None = None) -> list[KnownOrder]:
    """Ask for the orders of the department that is logged in, due first: what is open, or all in one state."""
    return [_known(each) for each in _pages("orders", state=state, incident=incident)]


def order(ticket: str) -> KnownOrder | None:
    """Ask for one order of the department that is logged in; None where it never had it."""
    try:
        return _known(_ask("orders", ticket))
    except RefusedAtDoorError as refused:
        if refused.status == HTTPStatus.NOT_FOUND:
            return None
        raise


def caller(phone: str) -> CallerAnswer:
    """Ask for the newest tickets of a telephone number."""
    return _CALLER.validate_python(_ask("callers", body=json.dumps({"phone": phone}).encode()))


def _known(answered: OrderAnswer | OneOrderAnswer) -> KnownOrder:
    shown = answered.get("shown")
    return KnownOrder(
        Order.model_validate_json(json.dumps(answered["order"])),
        tuple((step["version"], step["happened"]) for step in answered["steps"]),
        ShownContact.model_validate_json(json.dumps(shown)) if shown is not None else None,
    )


def _pages(what: str, **asked: str | None) -> Iterator[Any]:
    place: str | None = None
    while True:
        page = _ask(what, query={**asked, "limit": _PAGE, "after": place})
        yield from page[what]
        place = page["next"]
        if place is None:
            return


def calendars() -> list[CalendarPublished]:
    """Ask for the working days that were published to the running system, in their order."""
    names = CalendarPublished.model_fields
    answered = ({name: each[name] for name in names if name in each} for each in _ask("calendars")["calendars"])
    return [CalendarPublished.model_validate_json(json.dumps(each)) for each in answered]


def publish_calendar(notice: str) -> CalendarPublished:
    """Publish a year's calendar, a text of holiday-cn JSON, under one's login."""
    answer = _ask("rules", "calendar", body=notice.encode())
    return CalendarPublished.model_validate_json(json.dumps(answer["fact"]))


def order_rederivation(reason: str, code: str, clocks: list[str]) -> tuple[RederivationOrdered, str]:
    """Order open clocks (all where none is named) to be derived again; returns the order and its version."""
    body = json.dumps({"reason": reason, "code": code, "clocks": clocks}).encode()
    answer = _ask("rules", "rederivation", body=body)
    return RederivationOrdered.model_validate_json(json.dumps(answer["fact"])), answer["version"]


def _ask(*path: str, **said: Any) -> Any:
    addresses = load_addresses()
    if not addresses.desk_url:
        raise SaidClearly("不知道工作台的地址。请设置 LIUHEN_DESK_URL，如 http://127.0.0.1:18082。")
    return ask_door(addresses.desk_url, path, addresses.logged_in(), **said)


class PlayedOffice:
    """Acts as whichever person of the office an action names, by the token that a trial made them."""

    def __init__(self, web: aiohttp.ClientSession, token_of: Callable[[str], str]) -> None:
        """`web` asks the desk's door; `token_of` tells a person's token."""
        self._web = web
        self._token_of = token_of

    @classmethod
    @asynccontextmanager
    async def opened(cls, url: str, secrets: Path) -> AsyncIterator[PlayedOffice]:
        """Open connections to the door at this address; the folder of secrets has the tokens."""
        async with aiohttp.ClientSession(url) as web:
            yield cls(web, cache(lambda person: _token(secrets, person)))

    @classmethod
    @asynccontextmanager
    async def here(cls) -> AsyncIterator[PlayedOffice]:
        """Open connections to the door of the system that this environment or this clone knows."""
        addresses = load_addresses()
        async with cls.opened(addresses.desk_url, addresses.folder_of_secrets()) as office:
            yield office

    async def say(self, action: OfficeAction, *, submission: str | None = None) -> None:
        """Say an action until the door takes or refuses it, as anybody would; `act_of` tells what receipts call it."""
        shown = {"Authorization": f"Bearer {self._token_of(action.by.id)}", "Content-Type": "application/json"}
        headers = {**shown, "Idempotency-Key": submission or str(uuid4())}
        while True:
            try:
                async with self._web.post("/v1/acts", data=action.to_json(), headers=headers) as answer:
                    if answer.status == HTTPStatus.UNAUTHORIZED:
                        raise SaidClearly(f"{action.by.id} 的试用令牌不能登录：不是这个系统的。")
                    if answer.status not in _BUSY:
                        return
            except aiohttp.ClientConnectionError:
                pass
            await asyncio.sleep(_AGAIN)


def _token(secrets: Path, person: str) -> str:
    try:
        return trial_token(secrets, person)
    except FileNotFoundError:
        raise SaidClearly(f"{person} 没有试用令牌，不能代为演示：试用系统才有。") from None
