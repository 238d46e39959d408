"""What the requester may know of a step of the ticket, in the words of news.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from string import Formatter
from typing import Any, Final, NamedTuple

from pydantic import BaseModel, ConfigDict

from rulebook import Policy
from schemas.discreet import discreet
from schemas.dispatch import Dated
from schemas.message import MODELS, Message
from schemas.referral import Referral
from schemas.text import harmless
from schemas.values import OfficialDue, ProvisionalDue, TicketState
from services.intake.core.promises import moment, said

_DEPARTMENTS: Final = frozenset({"lead", "department", "to"})
_KEPT: Final = "kept"
_WAS: Final = "was"
_DEADLINE: Final = "deadline"
_DONE: Final = "done"
_OWN: Final = frozenset({_KEPT, _WAS, _DEADLINE, _DONE})
"""What a line can name beside the fields of its fact."""
_STOPS: Final = "。！？!?."


class NewsLine(BaseModel):
    """What one fact does to the ticket, and says to the requester; without a text nothing.

    `dated` follows where there is a date to tell, `moved` instead of it where another one had been promised, and
    `undated` where one was promised that holds no more, and nobody can say another.
    It stands in `state` from then on, and with `keeps` goes back from there by a line with `back`; else it stays.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    state: TicketState | None = None
    keeps: bool = False
    back: bool = False
    text: str = ""
    dated: str = ""
    moved: str = ""
    undated: str = ""
    ends: bool = False
    resumes: bool = False


class Dates(NamedTuple):
    """The date that there is to tell, in words, the one that was promised before, and what is `done` by it."""

    now: str | None = None
    was: str | None = None
    done: str = ""

    @property
    def moved(self) -> bool:
        """Whether another date holds than was promised, or it is not settled any more."""
        if self.now is None or self.was is None:
            return False
        (now, *tentative), (was, *unsettled) = self.now.split("（"), self.was.split("（")
        return now != was or (bool(tentative) and not unsettled)


NO_DATES: Final = Dates()


def own_date(message: Message) -> Dates:
    """The date that a fact names by itself."""
    return Dates(said(message.deadline)) if isinstance(message, Dated) and message.deadline is not None else NO_DATES


def _number_of(record: Referral) -> str:
    return f"（对方编号{record.number}）" if record.number else ""


class NewsError(ValueError):
    """A line that speaks of a fact, or of a field of one, that does not exist."""


class Newsroom:
    """The lines by type of fact, with the names that a policy gives."""

    def __init__(self, lines: Mapping[str, Any], policy: Policy) -> None:
        """NewsError names the line that fits no fact."""
        self._policy = policy
        self._lines: dict[tuple[type[Message], str], tuple[str, NewsLine]] = {}
        self._names: dict[NewsLine, list[str]] = {}
        for key, line in lines.items():
            happened, _, outcome = key.partition(".")
            model = MODELS.get(f"liuhen.dispatch.{happened}.v1")
            if model is None:
                raise NewsError(f"{key}: dispatch says no such fact")
            read = NewsLine.model_validate(line)
            whole = read.text + read.dated + read.moved + read.undated
            names = {name for _, name, _, _ in Formatter().parse(whole) if name}
            unknown = names - {*model.model_fields, *_OWN}
            if unknown:
                raise NewsError(f"{key}: no field {', '.join(sorted(unknown))}")
            if outcome and "outcome" not in model.model_fields:
                raise NewsError(f"{key}: this fact has no outcome")
            self._lines[model, outcome] = (happened, read)
            self._names[read] = sorted(names - _OWN)

    @property
    def facts(self) -> frozenset[type[Message]]:
        """The facts that have a line."""
        return frozenset(model for model, _ in self._lines)

    def line_of(self, message: Message) -> tuple[str, NewsLine] | None:
        """Find what a fact is called and says; None for what the requester need not know."""
        model, outcome = type(message), getattr(message, "outcome", "")
        return self._lines.get((model, outcome)) or self._lines.get((model, ""))

    @staticmethod
    def stands(line: NewsLine, before: str) -> str:
        """Where a ticket stands after a line that stood there before: its state behind those that it goes back to."""
        if line.back:
            return before.rpartition("/")[0] or before
        if line.state is None:
            return before
        return f"{before}/{line.state}" if line.keeps else line.state

    def text(self, line: NewsLine, message: Message, kept: str | None, dates: Dates = NO_DATES) -> str:
        """Fill a line with what the fact says, harmless, numbers of persons hidden; '' where it says nothing.

        `kept` is the reply that was reported.
        """
        values = {name: self._word(name, getattr(message, name)) for name in self._names[line]}
        own = {_KEPT: kept or "", _WAS: dates.was or "", _DEADLINE: dates.now or "", _DONE: dates.done}
        words = {**values, **own}
        text, date = line.text.format(**words), self._date(line, dates).format(**words)
        stop = "。" if text and date and date[0] != "（" and text[-1] not in _STOPS else ""
        return harmless(discreet(text + stop + date, self._policy.office_numbers))

    @staticmethod
    def _date(line: NewsLine, dates: Dates) -> str:
        """What the line says of a date: nothing where there is none, or where it was told."""
        if dates.now is None:
            return line.undated if dates.was else ""
        if dates.was is None:
            return line.dated
        return (line.moved or line.dated) if dates.moved else ""

    def _word(self, name: str, value: object) -> str:
        match value:
            case None:
                return ""
            case datetime():
                # Whatever moment the requester is told of is one at which something ends.
                return moment(value)
            case OfficialDue() | ProvisionalDue():
                return said(value)
            case tuple():
                return "、".join(map(str, value))
            case str() if name in _DEPARTMENTS:
                return self._policy.name_for_callers(value)
            case _:
                return _number_of(value) if isinstance(value, Referral) else str(value)
