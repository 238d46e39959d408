"""Where a citizen's matter stands, for whoever has its receipt and knows the telephone number: no login."""

from __future__ import annotations

from typing import Annotated, Final

from aiohttp import web
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from chassis.guessing import Guesses, begin_at_zero
from chassis.http import json_answer
from chassis.metrics import LOGINS
from chassis.problems import HttpProblem
from chassis.slowing import Slowing
from doors.phones import without_extension
from schemas.values import Receipt
from services.intake.edges import lookup
from services.intake.edges.answered import Standing
from services.intake.edges.taking import CONFIG, CONTEXT

_SERVICE: Final = "intake"
_OUTCOMES: Final = ("opened", "wrong", "slowed")
_LONGEST: Final = 40


class Asked(BaseModel):
    """A receipt, and the telephone number that was given with the submission, however it is written."""

    model_config = ConfigDict(extra="forbid", strict=True)

    receipt: Receipt
    phone: Annotated[str, StringConstraints(min_length=1, max_length=_LONGEST)]


TRIES: Final = web.AppKey("tries", Guesses)
begin_at_zero(_SERVICE, _OUTCOMES)


def tries() -> Guesses:
    """Slow guessing: who read a mask lacks four digits, so each receipt waits; what was guessed before still counts."""
    receipts, addresses = Slowing(free=3, longest=3600.0), Slowing(free=20, longest=900.0)
    return Guesses(_SERVICE, "phone", "记不清的，请拨打 12345 查询。", receipts, addresses, forgives=False)


async def show(request: web.Request) -> web.StreamResponse:
    """POST /v1/progress: what became of a submission, and the news of its tickets, for the citizen whose it is."""
    asked = await _read(request)
    return json_answer(await opened(request, asked.receipt, asked.phone))


async def opened(request: web.Request, receipt: str, phone: str) -> Standing:
    """Tell what became of a submission; a HttpProblem where these do not open it, or were guessed too often."""
    return (await opened_by(request, receipt, phone))[1]


async def opened_by(request: web.Request, receipt: str, phone: str) -> tuple[str, Standing]:
    """Likewise, with what is kept of the number beside it: by that it opens again."""
    tries, address = request.app[TRIES], request.remote or ""
    tries.require_patience(receipt, address)
    tries.begin(receipt, address)
    factor = request.app[CONFIG].secrets.second_factor(receipt, without_extension(phone)) or ""
    standing = await lookup.opened(request.app[CONTEXT].pool, receipt, factor)
    if standing is None:
        LOGINS.labels(_SERVICE, "wrong").inc()
        words = "回执或者电话号码不对，或者这件诉求没有留下电话。请核对回执，填写登记时所留的完整号码，或者拨打 12345。"
        raise HttpProblem(403, "wrong_factor", "phone", words)
    tries.right(receipt, address, "opened")
    return factor, standing


async def _read(request: web.Request) -> Asked:
    try:
        return Asked.model_validate_json(await request.read())
    except ValidationError as error:
        place = str(error.errors()[0]["loc"][0]) if error.errors()[0]["loc"] else None
        words = "请用 JSON 写明 receipt（回执）和 phone（登记时所留的完整电话号码，固定电话带区号）。"
        raise HttpProblem(400, "bad_login", place, words) from None
