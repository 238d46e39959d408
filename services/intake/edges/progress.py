"""Where a citizen's matter stands, for whoever has its receipt and knows the end of the telephone number: no login."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Annotated, Final

from aiohttp import web
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from chassis.clock import stopwatch
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


@dataclass(slots=True)
class Tries:
    """What slows guessing: four digits are few, so each receipt waits; an address may stand for many citizens."""

    receipts: Slowing = field(default_factory=lambda: Slowing(free=3, longest=3600.0))
    addresses: Slowing = field(default_factory=lambda: Slowing(free=20, longest=900.0))

    def wait(self, receipt: str, address: str) -> float:
        """Tell how long this address has to wait with this receipt."""
        now = stopwatch()
        return max(self.receipts.wait(receipt, now), self.addresses.wait(address, now))

    def begin(self, receipt: str, address: str) -> None:
        """Count a try as wrong until it is right: whoever tries many at once has as many against them."""
        self.receipts.wrong(receipt, stopwatch())
        self.addresses.wrong(address, stopwatch())

    def right(self, receipt: str, address: str) -> None:
        """Take a try back that was right; what was guessed at this receipt before still counts."""
        self.receipts.undo(receipt, stopwatch())
        self.addresses.undo(address, stopwatch())


TRIES: Final = web.AppKey("tries", Tries)
for _outcome in _OUTCOMES:
    LOGINS.labels(_SERVICE, _outcome)  # an alert cannot see the first step of a counter that comes out of nothing


async def show(request: web.Request) -> web.StreamResponse:
    """POST /v1/progress: what became of a submission, and the news of its tickets, for the citizen whose it is."""
    asked, tries, address = await _read(request), request.app[TRIES], request.remote or ""
    if (wait := tries.wait(asked.receipt, address)) > 0:
        LOGINS.labels(_SERVICE, "slowed").inc()
        seconds = math.ceil(wait)
        words = f"连续输错，请等 {seconds} 秒后再试。记不清的，请拨打 12345 查询。"
        raise HttpProblem(429, "too_many_attempts", "phone_ends", words, retry_after=seconds)
    tries.begin(asked.receipt, address)
    factor = request.app[CONFIG].secrets.second_factor(asked.receipt, asked.phone_ends)
    standing = await lookup.opened(request.app[CONTEXT].pool, asked.receipt, factor or "")
    if standing is None:
        LOGINS.labels(_SERVICE, "wrong").inc()
        words = "回执或者电话尾号不对，或者这件诉求没有留下电话。请核对回执和登记时所留电话的后四位，或者拨打 12345。"
        raise HttpProblem(403, "wrong_factor", "phone_ends", words)
    tries.right(asked.receipt, address)
    LOGINS.labels(_SERVICE, "opened").inc()
    return json_answer(standing)


async def _read(request: web.Request) -> Asked:
    try:
        return Asked.model_validate_json(await request.read())
    except ValidationError as error:
        place = str(error.errors()[0]["loc"][0]) if error.errors()[0]["loc"] else None
        words = f"请用 JSON 写明 receipt（回执）和 phone_ends（登记时所留电话的后 {LAST} 位数字）。"
        raise HttpProblem(400, "bad_login", place, words) from None
