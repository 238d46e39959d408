"""A reorganisation: which departments go and who follows them, what moves, and what became of each ticket."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Final, NamedTuple

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from liuhen.desk.queue import AT_WORK, ELSEWHERE, PublishedMessage, newest
from rulebook import Policy
from schemas.inbound import ReplaceDepartment
from schemas.public import Order
from schemas.values import DepartmentCode, Person, Text, TicketId
from tools.errors import SaidClearly

_OPEN: Final = AT_WORK | ELSEWHERE


class Move(BaseModel):
    """What one department held goes on to another one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    before: DepartmentCode = Field(alias="from")
    after: DepartmentCode = Field(alias="to")


class ReorganisationPlan(BaseModel):
    """A plan of reorganisation: from which day on, why, and who follows whom."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    day: date
    reason: Text
    moves: Annotated[tuple[Move, ...], Field(min_length=1)]


class HeldOrder(NamedTuple):
    """An open order of a department that goes, as the newest message on its topic says."""

    move: Move
    order: Order

    @property
    def submission(self) -> str:
        """The same for the same order as it stands: said twice, it is one act."""
        said = f"{self.move.before} {self.move.after} {self.order.ticket} {self.order.version}"
        return f"reorganise-{hashlib.sha256(said.encode()).hexdigest()[:24]}"

    def action(self, plan: ReorganisationPlan, by: Person) -> ReplaceDepartment:
        """The act that moves it."""
        return ReplaceDepartment(
            ticket=self.order.ticket,
            by=by,
            department=self.move.before,
            successor=self.move.after,
            reason=f"{plan.reason}，{plan.day}起",
        )


def read_plan(file: Path) -> ReorganisationPlan:
    """Read a plan; SaidClearly names what is wrong with it."""
    try:
        return ReorganisationPlan.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
    except OSError as error:
        raise SaidClearly(f"{file} 读不出来：{error.strerror}。") from None
    except yaml.YAMLError as error:
        raise SaidClearly(f"{file} 不是合法的 YAML：{error}") from None
    except ValidationError as error:
        wrong = "；".join(f"{'.'.join(map(str, each['loc']))}：{each['msg']}" for each in error.errors())
        raise SaidClearly(f"{file} 不是一份移交方案：{wrong}。要有 day、reason、moves（每项 from、to）。") from None


def against(plan: ReorganisationPlan, policy: Policy, today: date) -> list[str]:
    """Say what of the rulebook speaks against a plan, and what to write there."""
    wrong: list[str] = []
    if plan.day > today:
        wrong.append(f"方案自 {plan.day} 起，今天是 {today}：到那天再执行。")
    for move in plan.moves:
        found = policy.department(move.before)
        if found is None:
            wrong.append(f"名录中没有 {move.before}：请补回，写明 valid_to 和 successor: {move.after}。")
        elif found.valid_to is None or found.valid_to >= plan.day or found.successor != move.after:
            said = f"valid_to 在 {plan.day} 之前、successor: {move.after}"
            wrong.append(f"名录里的{found.name}（{move.before}）要写明{said}。")
        if policy.department(move.after) is None:
            wrong.append(f"名录中没有 {move.after}，请先添加。")
    return wrong


def held(move: Move, messages: Iterable[PublishedMessage]) -> list[HeldOrder]:
    """List the open orders of a department that goes, in the order of their numbers."""
    orders = newest(messages, Order, lambda order: order.ticket)
    kept = [order for order in orders if order.role != "none" and order.state in _OPEN]
    return [HeldOrder(move, order) for order in sorted(kept, key=lambda order: order.ticket)]


def outcomes(
    frozen: Iterable[HeldOrder], left: Mapping[tuple[DepartmentCode, TicketId], str], refused: Mapping[str, str]
) -> list[tuple[HeldOrder, str, str]]:
    """Say of each order what became of it: moved, refused and why, or no answer yet."""
    found: list[tuple[HeldOrder, str, str]] = []
    for each in frozen:
        if (each.move.before, each.order.ticket) in left:
            found.append((each, "moved", ""))
        elif each.submission in refused:
            found.append((each, "refused", refused[each.submission]))
        else:
            found.append((each, "unanswered", "再执行一次即可，不会重复移交。"))
    return found
