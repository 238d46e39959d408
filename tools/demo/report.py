"""What the demo tells at its end, in tables and bars, from what trace answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from rich.console import Group, RenderableType
from rich.table import Table

from schemas import dispatch as d
from schemas.public import Order
from schemas.values import Tier
from services.trace.for_tools import EntryAnswer, StandingAnswer
from tools.client import render, trace
from tools.terminal import Terminal, framed, styled
from vocabulary import TIERS, word

_BAR: Final = 40
_FOR_ALL: Final = frozenset(fact.type_name for fact in (d.IncidentOpened, d.IncidentActed, d.IncidentClosed))
_CALLED: Final = frozenset(fact.type_name for fact in (d.UrgentCalled, d.UrgentAcknowledged))
_CORRECTED: Final = frozenset(fact.type_name for fact in (d.Dispatched, d.Handled, d.Corrected))
_REFERRED: Final = frozenset(fact.type_name for fact in (d.DispatchAwaited, d.Transferred, d.ReferralRecorded))
_DAY: Final = range(7, 22)
"""The hours that are no night."""

_ON_THE_WAY: Final = frozenset(
    fact.type_name
    for fact in (
        d.Dispatched,
        d.Accepted,
        d.DepartmentReplaced,
        d.Handled,
        d.HandledAccepted,
        d.CallbackRecorded,
        d.Closed,
    )
)


def came_in() -> RenderableType:
    """How many came in by which channel, and where they stand."""
    summary = trace.summary()
    return Group(
        _bars("来件渠道", _named(summary["by_channel"], summary["words"]["by_channel"])),
        _bars("工单状态", _named(summary["by_state"], summary["words"]["by_state"])),
    )


def _named(counts: Mapping[str, int], words: Mapping[str, str]) -> dict[str, int]:
    return {words.get(code, code): count for code, count in counts.items()}


def turns() -> RenderableType:
    """What else happened on the way: to how many tickets."""
    tickets = _all()
    happened: Mapping[str, Callable[[StandingAnswer], object]] = {
        "退单": lambda ticket: ticket["returns"],
        "延期": lambda ticket: ticket["extensions"],
        "重办": lambda ticket: ticket["reworks"],
        "催办补充": lambda ticket: ticket["follow_ups"],
        word(d.Reopened): lambda ticket: ticket["reopenings"],
        "多人同诉": lambda ticket: ticket["incident"],
        "督办中": lambda ticket: ticket["supervision"],
        "逾期未结": lambda ticket: ticket["overdue"],
    }
    counts = {name: sum(bool(of(ticket)) for ticket in tickets) for name, of in happened.items()}
    return _bars("三周里的曲折（件）", counts)


def departments() -> RenderableType:
    """Where tickets went, how many are closed, and how many are overdue."""
    tickets = _all()
    table = Table(title="承办单位", title_justify="left")
    for column, justify in (
        ("单位", "left"),
        ("承办", "right"),
        ("已结", "right"),
        ("逾期未结", "right"),
        ("", "left"),
    ):
        table.add_column(column, justify=justify)  # type: ignore[arg-type]
    led: dict[str, list[StandingAnswer]] = {}
    for ticket in tickets:
        if ticket["lead"]:
            led.setdefault(ticket["words"]["lead"], []).append(ticket)
    most = max(map(len, led.values()), default=1)
    for name, own in sorted(led.items(), key=lambda each: -len(each[1])):
        closed = sum(ticket["closed_at"] is not None for ticket in own)
        overdue = sum(bool(ticket["overdue"]) and ticket["closed_at"] is None for ticket in own)
        bar = styled(("█" * closed_cells(len(own), most), "blue"))
        table.add_row(name, str(len(own)), str(closed), str(overdue) if overdue else "", bar)
    return table


def closed_cells(count: int, most: int) -> int:
    """How long a bar of `count` is where the longest is `most`."""
    return max(1, round(count / most * _BAR)) if count else 0


def one_ticket(console: Terminal) -> None:
    """One ticket's whole trace, and why it is due when it is: one to which much happened."""
    ticket = max(_all(), key=_eventful, default=None)
    if ticket is None:
        return
    number = ticket["ticket"]
    standing = trace.standing(number)
    clocks = trace.clocks(number)["clocks"]
    console.rule(f"一张工单的全部留痕  liuhen ticket show {number}", align="left")
    console.print(render.header(standing))
    console.print(render.timeline(trace.timeline(number)))
    console.print(render.ball(standing))
    console.rule(f"为什么是这个期限  liuhen ticket why-due {number} --clock handling", align="left")
    for clock in clocks:
        if clock["clock"] == "handling":
            console.print(render.explanation(clock))


def the_night(console: Terminal) -> None:
    """The emergency by night of which most were told before somebody knew: who they were, and who said so."""
    nights: list[tuple[str, Sequence[EntryAnswer]]] = []
    for ticket in _all():
        if ticket["words"].get("tier") == TIERS[Tier.URGENT]:
            called = [entry for entry in trace.timeline(ticket["ticket"]) if entry["type"] in _CALLED]
            if called and _is_by_night(called[0]):
                nights.append((ticket["ticket"], called))
    if nights:
        number, calls = max(nights, key=lambda each: len(each[1]))
        console.rule(f"夜里的紧急件：值班长何时知悉  {number}", align="left")
        console.print(render.timeline([{**entry, "caused_by": None} for entry in calls]))


def _is_by_night(entry: EntryAnswer) -> bool:
    hour = int(render.moment(entry["at"])[-len("02:10") :][:2])
    return hour < _DAY.start or hour >= _DAY.stop


def the_correction(console: Terminal) -> None:
    """What was written down wrongly and put right by a person of the centre."""
    _first(console, "更正：话务记录有误，回拨核实", d.Corrected, _CORRECTED)


def the_referral(console: Terminal) -> None:
    """What was for others, to whom it went, and what was said to them."""
    _first(console, "转介：交给谁、怎么说的", d.Transferred, _REFERRED)


def _first(console: Terminal, title: str, fact: type[d.DispatchFact], shown: frozenset[str]) -> None:
    for ticket in _all():
        entries = [entry for entry in trace.timeline(ticket["ticket"]) if entry["type"] in shown]
        if any(entry["type"] == fact.type_name for entry in entries):
            console.rule(f"{title}  liuhen ticket show {ticket['ticket']}", align="left")
            console.print(render.timeline([{**entry, "caused_by": None} for entry in entries]))
            return


def the_outage(console: Terminal) -> None:
    """The incident with the most members: what was done for all of them, by how many acts."""
    members = Counter(ticket["incident"] for ticket in _all() if ticket["incident"])
    if not members:
        return
    (incident, count), *_ = members.most_common(1)
    entries = [entry for entry in trace.of_incident(incident)["timeline"] if entry["type"] in _FOR_ALL]
    console.rule(f"一处停电，{count}人来电：统一办理  liuhen ticket show {incident}", align="left")
    console.print(render.timeline([{**entry, "caused_by": None} for entry in entries]))


def the_reorganisation(console: Terminal, moved: Sequence[Order]) -> None:
    """One ticket whose lead was replaced: what was done before, and what after it."""
    led = [order.ticket for order in moved if order.role == "lead"]
    for number in sorted(led, key=_steps_after_it, reverse=True)[:1]:
        entries = [entry for entry in trace.timeline(number) if entry["type"] in _ON_THE_WAY]
        console.rule(f"机构改革：移交的{len(moved)}件之一  liuhen ticket show {number}", align="left")
        console.print(render.timeline([{**entry, "caused_by": None} for entry in entries]))


def _steps_after_it(number: str) -> int:
    types = [entry["type"] for entry in trace.timeline(number) if entry["type"] in _ON_THE_WAY]
    return len(types) - types.index(d.DepartmentReplaced.type_name) if d.DepartmentReplaced.type_name in types else 0


def rates() -> RenderableType:
    """The rates, each with numerator and denominator."""
    (table,) = render.rates([render.RatesOfMonth("", trace.rates()["rates"])], split=False)
    return table


def _all() -> list[StandingAnswer]:
    return trace.all_tickets()["tickets"]


def _eventful(ticket: StandingAnswer) -> tuple[int, int, int]:
    counts = (ticket["returns"], ticket["extensions"], ticket["reworks"], ticket["follow_ups"])
    return (sum(map(bool, counts)), ticket["closed_at"] is not None, sum(counts))


def _bars(title: str, counts: Mapping[str, int]) -> RenderableType:
    table = Table.grid(padding=(0, 2))
    most = max(counts.values(), default=1)
    for name, count in sorted(counts.items(), key=lambda each: -each[1]):
        table.add_row(name, str(count), styled(("█" * closed_cells(count, most), "cyan")))
    return framed(table, title, expand=False)
