"""What the requester may know of a step of the ticket, in the words of news.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from string import Formatter
from typing import Any, Final

from pydantic import BaseModel, ConfigDict

from rulebook import Policy
from schemas.discreet import discreet
from schemas.dispatch import Dated
from schemas.message import MODELS, Message
from schemas.referral import Referral
from schemas.text import harmless
from schemas.values import Due, OfficialDue, ProvisionalDue, TicketState, breach_by, remind_by
from worktime import last_minute

_DEPARTMENTS: Final = frozenset({"lead", "department", "to"})
_KEPT: Final = "kept"
_WAS: Final = "was"
_STOPS: Final = "。！？!?."


class NewsLine(BaseModel):
    """What one fact does to the ticket, and says to the requester; without a text nothing.

    `dated` follows where the fact names a date, and `moved` instead of it where another one had been promised.
    It stands in `state` from then on, and with `keeps` goes back from there by a line with `back`; else it stays.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    state: TicketState | None = None
    keeps: bool = False
    back: bool = False
    text: str = ""
    dated: str = ""
    moved: str = ""
    ends: bool = False
    resumes: bool = False


def promised_by(message: Message) -> str | None:
    """Say the date that a fact names to the requester; None where it names none."""
    return _said(message.deadline) if isinstance(message, Dated) and message.deadline is not None else None


def _said(due: Due) -> str:
    """The date in words; one that rests on no published calendar with the latest that it can be."""
    if isinstance(due, ProvisionalDue):
        return f"{_moment(remind_by(due))}（暂定，以公布的放假安排为准，最迟{_moment(breach_by(due))}）"
    return _moment(breach_by(due))


def _number_of(record: Referral) -> str:
    return f"（对方编号{record.number}）" if record.number else ""


def _moment(at: datetime) -> str:
    day, hour = last_minute(at)
    return f"{day:%Y年%m月%d日} {hour.replace('24:00', '24时')}"


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
            whole = read.text + read.dated + read.moved
            names = {name for _, name, _, _ in Formatter().parse(whole) if name}
            unknown = names - {*model.model_fields, _KEPT, _WAS}
            if unknown:
                raise NewsError(f"{key}: no field {', '.join(sorted(unknown))}")
            if outcome and "outcome" not in model.model_fields:
                raise NewsError(f"{key}: this fact has no outcome")
            self._lines[model, outcome] = (happened, read)
            self._names[read] = sorted(names - {_KEPT, _WAS})

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

    def text(self, line: NewsLine, message: Message, kept: str | None, was: str | None = None) -> str:
        """Fill a line with what the fact says, harmless, numbers of persons hidden.

        `kept` is the reply that was reported, `was` the date that was promised before.
        """
        values = {name: self._word(name, getattr(message, name)) for name in self._names[line]}
        said = {**values, _KEPT: kept or "", _WAS: was or ""}
        text, date = line.text.format(**said), self._date(line, message, was).format(**said)
        stop = "。" if text and date and date[0] != "（" and text[-1] not in _STOPS else ""
        return harmless(discreet(text + stop + date, self._policy.office_numbers))

    @staticmethod
    def _date(line: NewsLine, message: Message, was: str | None) -> str:
        """What the line says of a date: nothing where there is none, or where it was told."""
        date = promised_by(message)
        if date is None or date == was:
            return ""
        return line.dated if was is None or not line.moved else line.moved

    def _word(self, name: str, value: object) -> str:
        match value:
            case None:
                return ""
            case datetime():
                # Whatever moment the requester is told of is one at which something ends.
                return _moment(value)
            case OfficialDue() | ProvisionalDue():
                return _said(value)
            case tuple():
                return "、".join(map(str, value))
            case str() if name in _DEPARTMENTS:
                return self._policy.name_for_callers(value)
            case _:
                return _number_of(value) if isinstance(value, Referral) else str(value)
