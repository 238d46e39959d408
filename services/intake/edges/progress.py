"""Where a citizen's matter stands, for whoever has its receipt and knows the end of the telephone number: no login."""

from __future__ import annotations

from typing import Annotated, Final

from aiohttp import web
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from chassis.guessing import Guesses, begin_at_zero
from chassis.http import json_answer
from chassis.metrics import LOGINS
from chassis.problems import HttpProblem
from chassis.slowing import Slowing
from schemas.values import Receipt
from services.intake.core.phones import LAST
from services.intake.edges import lookup
from services.intake.edges.taking import CONFIG, CONTEXT

_SERVICE: Final = "intake"
_OUTCOMES: Final = ("opened", "wrong", "slowed")


class Asked(BaseModel):
    """A receipt, and the last four digits of the telephone number that was given with the submission."""

    model_config = ConfigDict(extra="forbid", strict=True)

    receipt: Receipt
    phone_ends: Annotated[str, StringConstraints(pattern=rf"^[0-9]{{{LAST}}}$")]


TRIES: Final = web.AppKey("tries", Guesses)
begin_at_zero(_SERVICE, _OUTCOMES)


def tries() -> Guesses:
    """Slow guessing: four digits are few, so each receipt waits; what was guessed at it before still counts."""
    receipts, addresses = Slowing(free=3, longest=3600.0), Slowing(free=20, longest=900.0)
    return Guesses(_SERVICE, "phone_ends", "记不清的，请拨打 12345 查询。", receipts, addresses, forgives=False)


async def show(request: web.Request) -> web.StreamResponse:
    """POST /v1/progress: what became of a submission, and the news of its tickets, for the citizen whose it is."""
    asked, tries, address = await _read(request), request.app[TRIES], request.remote or ""
    tries.require_patience(asked.receipt, address)
    tries.begin(asked.receipt, address)
    factor = request.app[CONFIG].secrets.second_factor(asked.receipt, asked.phone_ends)
    standing = await lookup.opened(request.app[CONTEXT].pool, asked.receipt, factor or "")
    if standing is None:
        LOGINS.labels(_SERVICE, "wrong").inc()
        words = "回执或者电话尾号不对，或者这件诉求没有留下电话。请核对回执和登记时所留电话的后四位，或者拨打 12345。"
        raise HttpProblem(403, "wrong_factor", "phone_ends", words)
    tries.right(asked.receipt, address, "opened")
    return json_answer(standing)


async def _read(request: web.Request) -> Asked:
    try:
        return Asked.model_validate_json(await request.read())
    except ValidationError as error:
        place = str(error.errors()[0]["loc"][0]) if error.errors()[0]["loc"] else None
        words = f"请用 JSON 写明 receipt（回执）和 phone_ends（登记时所留电话的后 {LAST} 位数字）。"
        raise HttpProblem(400, "bad_login", place, words) from None
