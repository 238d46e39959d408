"""`liuhen reorganise`: what departments that are gone still hold goes on to their successors."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.table import Table

from liuhen.answers import AsJson, print_json
from liuhen.desk.open_things import open_things
from liuhen.desk.reorganising import HeldOrder, ReorganisationPlan, against, held, outcomes, read_plan
from liuhen.desk.workplace import Workplace
from schemas.principals import OPERATORS
from schemas.public import Order, ReceiptRefused
from schemas.registry import channel_topic, department_topic
from schemas.values import Party, PartyKind
from tools.client import desk
from tools.client.asking import RefusedAtDoorError
from tools.client.kafka import listener, read
from tools.errors import SaidClearly
from tools.progress import telling
from tools.terminal import Terminal, styled
from vocabulary import PARTS, STATES, clock_of

_OFFICE: Final = Party(kind=PartyKind.OFFICE)
_console: Final = Terminal()
_TOLD_EVERY: Final = 50
_WORDS: Final = {"moved": "已移交", "refused": "未移交", "unanswered": "未等到答复"}

Outcomes = list[tuple[HeldOrder, str, str]]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(reorganise)


def reorganise(
    plan: Annotated[Path, typer.Argument(metavar="方案", help="移交方案（YAML）：day、reason、moves: [{from, to}]。")],
    *,
    apply: Annotated[bool, typer.Option("--apply", help="执行；不加时只看会移交什么。")] = False,
    patience: Annotated[float, typer.Option("--patience", min=1, help="最多等候答复多少秒。")] = 60.0,
    as_json: AsJson = False,
) -> None:
    """机构改革：已撤销单位手上的工单移交承接单位，时限接续，此前逾期的仍记在原单位名下；可以重复执行。"""
    place, wanted = Workplace.of(_OFFICE), read_plan(plan)
    if not apply:
        wrong = against(wanted, place.policy, place.policy.day(place.now()))
        _preview(place, asyncio.run(_frozen(place, wanted)), wrong, as_json=as_json)
        return
    with telling(Terminal(stderr=True)) as tell:
        found = carry_out(place, wanted, patience, tell)
    _report(place, found, as_json=as_json)
    if any(outcome != "moved" for _, outcome, _ in found):
        raise typer.Exit(1)


def carry_out(place: Workplace, plan: ReorganisationPlan, patience: float, tell: Callable[[str], None]) -> Outcomes:
    """Move what the departments of a plan hold, under the login; SaidClearly where the rulebook forbids it."""
    wrong = against(plan, place.policy, place.policy.day(place.now()))
    if wrong:
        raise SaidClearly("\n".join(("规则与方案不符，没有执行：", *wrong)))
    by = place.speaker(None)

    async def found() -> Outcomes:
        acts = [(each, each.action(plan, by)) for each in await _frozen(place, plan)]
        return await _carried_out(place, acts, patience, tell)

    return asyncio.run(found())


async def _frozen(place: Workplace, plan: ReorganisationPlan) -> list[HeldOrder]:
    """The list that is worked on: what each department holds at this moment."""
    found: list[HeldOrder] = []
    watching = place.addresses.broker(OPERATORS)
    for move in plan.moves:
        if place.policy.department(move.before) is not None:
            found += held(move, await open_things(watching, department_topic(move.before)))
    return found


async def _carried_out(
    place: Workplace, acts: Sequence[tuple[HeldOrder, Any]], patience: float, tell: Callable[[str], None]
) -> Outcomes:
    """Say every act, then hear until each order has left its department or was refused."""
    if not acts:
        return outcomes((), {}, {})
    frozen = [each for each, _ in acts]
    topics = [channel_topic(PartyKind.OFFICE.value), *{department_topic(each.move.before) for each in frozen}]
    left: dict[tuple[str, str], str] = {}
    time = asyncio.get_running_loop().time
    watching = place.addresses.broker(OPERATORS)
    async with listener(watching, topics) as ears:
        taken, refused = await _said(acts, tell)
        until = time() + patience
        while len(left) + len(refused) < len(frozen) and time() < until:
            for partition, records in (await ears.getmany(timeout_ms=300)).items():
                code = partition.topic.removeprefix("liuhen.public.dispatch.").removesuffix(".v1")
                for record in records:
                    news = read(record.topic, record.headers, record.value)
                    match news.message if news else None:
                        case Order(role="none") as order:
                            left[code, order.ticket] = order.happened
                        case Order() as order:
                            left.pop((code, order.ticket), None)
                        case ReceiptRefused(submission=act) as answer if act in taken:
                            refused[taken[act]] = answer.reason
                        case _:
                            pass
    return outcomes(frozen, left, refused)


async def _said(
    acts: Sequence[tuple[HeldOrder, Any]], tell: Callable[[str], None]
) -> tuple[dict[str, str], dict[str, str]]:
    """Say every act at the door: the submissions that it took, by act, and why it refused the others."""
    taken: dict[str, str] = {}
    refused: dict[str, str] = {}
    for number, (each, action) in enumerate(acts, 1):
        try:
            act = await asyncio.to_thread(desk.act, action, each.submission)
        except RefusedAtDoorError as refusal:
            refused[each.submission] = str(refusal)
        else:
            taken[act] = each.submission
        if number % _TOLD_EVERY == 0:
            tell(f"已提交 {number}/{len(acts)}")
    return taken, refused


def _document(each: HeldOrder) -> dict[str, Any]:
    order, move = each.order, each.move
    clocks = [due.clock.value for due in order.due]
    return {
        "ticket": order.ticket,
        "from": move.before,
        "to": move.after,
        "role": order.role,
        "state": order.state.value,
        "clocks": clocks,
    }


def _preview(place: Workplace, frozen: Sequence[HeldOrder], wrong: Sequence[str], *, as_json: bool) -> None:
    if as_json:
        print_json({"moves": [_document(each) for each in frozen], "against": list(wrong)})
        return
    table = Table(title=f"将移交{len(frozen)}件；加 --apply 执行")
    for column in ("工单", "原单位", "承接单位", "身份", "状态", "接续的时限"):
        table.add_column(column, overflow="fold")
    for each in frozen:
        order, said = each.order, place.words
        table.add_row(
            order.ticket,
            said.department(each.move.before),
            said.department(each.move.after),
            PARTS[order.role],
            STATES[order.state],
            "、".join(clock_of(due.clock, order.tier) for due in order.due),
        )
    _console.print(table)
    for line in wrong:
        _console.print(styled(("✘ ", "bold red"), line))


def _report(place: Workplace, found: Outcomes, *, as_json: bool) -> None:
    if as_json:
        print_json([{**_document(each), "outcome": outcome, "reason": reason} for each, outcome, reason in found])
        return
    table = Table(title=f"移交{sum(outcome == 'moved' for _, outcome, _ in found)}件，共{len(found)}件")
    for column in ("工单", "原单位", "承接单位", "结果", "说明"):
        table.add_column(column, overflow="fold")
    for each, outcome, reason in found:
        names = place.words.department(each.move.before), place.words.department(each.move.after)
        table.add_row(each.order.ticket, *names, _WORDS[outcome], reason)
    _console.print(table)
