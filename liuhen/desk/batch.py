"""One act on many tickets: the list is frozen and shown, each is done and told; it can be stopped and run again.

A ticket is acted on under the batch's name and its own: run again under the same name, nothing is done twice.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, Final, NamedTuple
from uuid import uuid4

import typer
from rich.table import Table

from liuhen.answers import print_json
from liuhen.desk import looked, words
from liuhen.desk.options import action_of
from liuhen.desk.submitting import SubmissionAnswer, Submitting
from liuhen.desk.workplace import Workplace
from schemas.inbound import Action
from schemas.values import Person, TicketState, Tier
from services.desk.for_tools import MOST_IN_VAIN, Word, apart, became, in_vain, named
from services.dispatch.for_tools import EPISODES
from services.trace.for_tools import EntryAnswer
from tools.client import desk, trace
from tools.errors import SaidClearly
from tools.terminal import Terminal, styled
from vocabulary import STATES

_console: Final = Terminal()
_stderr: Final = Terminal(stderr=True)
_SHOWN: Final = 10

_SAID: Final[Mapping[Word, tuple[str, str]]] = {
    "done": ("✔ 已办", "bold green"),
    "already": ("↺ 此前已办，或者已不在可办的状态", "dim"),
    "refused": ("✘ 未被接受", "bold red"),
    "unanswered": ("？ 没有等到答复", "bold yellow"),
    "left": ("… 未办", "dim"),
}


class Filters(NamedTuple):
    """Which tickets are meant, of those on which the act is possible at all; what is None does not matter."""

    state: str | None = None
    category: str | None = None
    place: str | None = None
    incident: str | None = None
    tickets: tuple[str, ...] = ()


class Listed(NamedTuple):
    """One ticket of the frozen list, with the version that was seen of it where it is known."""

    ticket: str
    state: str
    place: str
    gist: str
    category: str | None = None
    incident: str | None = None
    version: int | None = None
    for_eyes: bool = False
    """Urgent, or with words in it that no machine may answer: the office looks at each of these before it acts."""


class BatchResult(NamedTuple):
    """What became of one ticket of a batch."""

    ticket: str
    word: Word
    reason: str = ""


def frozen(place: Workplace, action: type[Action], filters: Filters) -> list[Listed]:
    """List the tickets, once: what comes to be later is not meant."""
    states = possible_in(words.word_of(action))
    found = _of_department(states) if place.party.department else _of_office(states)
    unknown = set(filters.tickets) - {each.ticket for each in found}
    kept, left_out = chosen(found, filters)
    if left_out:
        why = "件紧急，或者文字须由人判断，不在其列；请逐件看清再办，要一并办的以 --if-ticket 写明："
        _stderr.print(f"{len(left_out)} {why}{'、'.join(each.ticket for each in left_out)}")
    if not kept:
        raise SaidClearly("没有符合条件、现在可以一并这样办的工单。")
    if unknown:
        named = "、".join(sorted(unknown)[:_SHOWN])
        _stderr.print(f"其中 {len(unknown)} 件不在可办的状态，或者不由你单位承办：{named}")
    return kept if place.party.department else [*seen_by_the_office(kept, trace.timeline)]


def seen_by_the_office(listed: Iterable[Listed], timeline: Callable[[str], list[EntryAnswer]]) -> Iterator[Listed]:
    """The list with the version of each ticket as it stands on it: what others do from now on is noticed."""
    return (each._replace(version=looked.version_in(timeline(each.ticket))) for each in listed)


def possible_in(kind: str) -> AbstractSet[TicketState]:
    """In which states an act is possible at all."""
    return {state for episode in EPISODES for step in episode.steps if step.kind == kind for state in step.sources}


def _of_department(states: AbstractSet[TicketState]) -> list[Listed]:
    return [
        Listed(
            order.ticket,
            order.state,
            order.place.text,
            order.text,
            order.category,
            order.incident,
            order.version,
        )
        for state in sorted(states)
        for order, *_ in desk.orders(state=state)
    ]


def _of_office(states: AbstractSet[TicketState]) -> list[Listed]:
    """What waits at the desk says which texts a person has to look at."""
    spoken = {each.ticket for each in desk.tasks() if each.stop_words or each.refer}
    return [
        Listed(
            each["ticket"],
            state,
            each["place"] or "",
            each["gist"] or "",
            each["category"],
            each["incident"],
            for_eyes=each["tier"] == Tier.URGENT or each["ticket"] in spoken,
        )
        for state in sorted(states)
        for each in trace.all_tickets(state=state)["tickets"]
    ]


def is_meant(each: Listed, filters: Filters) -> bool:
    """Whether a ticket is one of those that are meant."""
    return (
        filters.state in (None, each.state)
        and filters.category in (None, each.category)
        and filters.incident in (None, each.incident)
        and (filters.place is None or filters.place in each.place)
        and (not filters.tickets or each.ticket in filters.tickets)
    )


def chosen(found: Iterable[Listed], filters: Filters) -> tuple[list[Listed], list[Listed]]:
    """Tell what is done with all others, and what somebody has to look at first, and did not name."""
    meant = sorted((each for each in found if is_meant(each, filters)), key=lambda each: each.ticket)
    return apart(meant, lambda each: each.for_eyes, lambda each: _is_named(each, filters))


def _is_named(each: Listed, filters: Filters) -> bool:
    """Whether somebody pointed at this very ticket, or at the incident whose member it is."""
    return each.ticket in filters.tickets or (each.incident is not None and each.incident == filters.incident)


def preview(action: type[Action], listed: Sequence[Listed], batch: str) -> None:
    """Show what is going to be done, before anything is."""
    title = f"{words.name_of(action)}：{len(listed)}件（批次 {batch}）"
    table = Table(title=title, title_justify="left")
    for column in ("工单", "状态", "地点", "内容"):
        table.add_column(column, overflow="fold", no_wrap=column == "工单")
    for each in listed[:_SHOWN]:
        table.add_row(each.ticket, STATES[TicketState(each.state)], each.place, each.gist[:40])
    _console.print(table)
    if listed[_SHOWN:]:
        _console.print(f"  另有 {len(listed) - _SHOWN} 件")


class How(NamedTuple):
    """How a batch is run: how long each answer is waited for, its name, when it stops, and whether anybody is asked."""

    patience: float
    batch: str | None = None
    stop_after: int = MOST_IN_VAIN
    yes: bool = False
    as_json: bool = False


class Batch:
    """One run over a frozen list."""

    def __init__(self, place: Workplace, action: type[Action], batch: str | None, *, stop_after: int) -> None:
        """`stop_after` so many refusals one after another nothing more is done."""
        self.name = batch or uuid4().hex[:8]
        self._place, self._action, self._stop_after = place, action, stop_after
        self.results: list[BatchResult] = []

    async def run(self, listed: Sequence[Listed], given: dict[str, Any], speaker: Person | None, how: How) -> None:
        """Act on each, tell each result as it comes."""
        async with Submitting.opened(self._place, how.patience) as submitting:
            for each in listed:
                said = self._said(each, given, speaker)
                answer = await submitting.submit(said, submission=named(self.name, each.ticket))
                if answer.earlier:
                    answer = await submitting.follow_earlier(said, answer)
                self.results.append(result_of(each.ticket, answer))
                vain = in_vain([each.word for each in self.results])
                if not how.as_json:
                    _tell(self.results[-1], len(self.results), len(listed))
                if vain >= self._stop_after:
                    _console.print(styled((f"连续 {vain} 件未被接受，已停下。", "bold red")))
                    return

    def _said(self, each: Listed, given: dict[str, Any], speaker: Person | None) -> Action:
        seen = {"if_seen": each.version} if "if_seen" in self._action.model_fields else {}
        return action_of(self._action, {**seen, **given, "ticket": each.ticket}, speaker, self._place)

    def left(self, listed: Iterable[Listed]) -> Iterator[BatchResult]:
        """What was not done, because somebody or the refusals stopped it."""
        done = {each.ticket for each in self.results}
        return (BatchResult(each.ticket, "left") for each in listed if each.ticket not in done)


def result_of(ticket: str, answer: SubmissionAnswer) -> BatchResult:
    """Say what became of one ticket; what was done already is told, and is no failure."""
    refusal = answer.refusal
    word = became(taken=answer.taken, refused_as=refusal.code if refusal else None)
    return BatchResult(ticket, word, refusal.reason if refusal else "；".join(answer.followed))


def _tell(result: BatchResult, number: int, of: int) -> None:
    word, style = _SAID[result.word]
    _console.print(styled(f"{number:>4}/{of}  {result.ticket}  ", (word, style), f"　{result.reason}"))


def act_on_all(
    place: Workplace,
    action: type[Action],
    filters: Filters,
    given: dict[str, Any],
    speaker: Person | None,
    how: How,
) -> None:
    """Preview, ask, act on each and tell; exit code 1 where something was refused, unanswered or left."""
    if how.as_json and not how.yes:
        raise SaidClearly("--json 不会询问，请同时用 --yes 确认。")
    listed = frozen(place, action, filters)
    run = Batch(place, action, how.batch, stop_after=how.stop_after)
    if not how.as_json:
        preview(action, listed, run.name)
    if not how.yes and not typer.confirm("照此办理？"):
        raise typer.Exit(1)
    try:
        asyncio.run(run.run(listed, given, speaker, how))
    except KeyboardInterrupt:
        _console.print(styled(("已停下。", "bold yellow")))
    results = [*run.results, *run.left(listed)]
    _sum_up(run.name, results, as_json=how.as_json)
    if any(each.word in ("refused", "unanswered", "left") for each in results):
        raise typer.Exit(1)


def _sum_up(batch: str, results: Sequence[BatchResult], *, as_json: bool) -> None:
    if as_json:
        print_json({"batch": batch, "results": [each._asdict() for each in results]})
        return
    counts = Counter(each.word for each in results)
    _console.print("　".join(f"{said} {counts[word]}" for word, (said, _) in _SAID.items() if counts[word]))
    if counts["left"] or counts["unanswered"] or counts["refused"]:
        _console.print(f"可以用同一批次再次执行，已办的不会重复：--batch {batch}")
