"""The answers that trace gives, as JSON: codes for programs, words for people."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from rulebook.rules import wilson
from schemas.acts import STAFF
from schemas.clocks import ClockRederived
from schemas.message import Message
from schemas.notices import NoticeRequested
from schemas.recognised import masked
from schemas.registry import model_of
from schemas.sealed import Seal
from schemas.spoken import reworded, withheld
from services.trace.core.ball import BallSpan, LifeStep, ball_in_court
from services.trace.core.figures import Counted, Figures, figures
from services.trace.core.holder import CENTRE
from services.trace.core.lateness import is_late
from services.trace.core.rows import ClockRow
from services.trace.edges.banded import UNBANDED, banded
from services.trace.edges.calendars import Calendars
from services.trace.edges.lookup import TicketStanding
from services.trace.edges.rates import AUTOMATIC, By, Rate, rates_of
from services.trace.edges.reasons import Derived
from services.trace.edges.words import Words
from services.trace.reactions import steps_of
from worktime import Calendar, Explanation, OfficeHours, explain_lines

_SAID: Mapping[str, str] = {
    "state": "state",
    "waits_for": "waits_for",
    "channel": "channel",
    "kind": "kind",
    "requester_kind": "requester_kind",
    "tier": "tier",
    "ruling": "ruling",
}


_HIDE = Seal(every_phone=True, introductions=True)
"""What takes out of a text by whom it was said, where nobody reads that but by an act."""


class Answers:
    """Turns rows into JSON under one policy."""

    def __init__(self, words: Words, calendars: Calendars, hours: OfficeHours) -> None:
        self.words = words
        self.calendars = calendars
        self.hours = hours

    def standing(self, standing: TicketStanding, *, looks: bool) -> dict[str, Any]:
        """Say where a ticket stands: the row, and under `words` its codes as people say them.

        What was said in confidence is for those alone who may look (`looks`): nobody can find each name in a text. So
        is the receipt, by which its requester opens the matter.
        """
        change = _shown(confidential=standing.summary.confidential, looks=looks)
        summary = reworded(asdict(standing.summary), change) | {"wish": standing.summary.wish}
        summary |= {} if looks else {"receipt": None}
        words = {name: self.words.of(table, summary[name]) for name, table in _SAID.items() if summary[name]}
        words["holder"] = self.words.party(summary["holder"])
        if summary["wish"]:
            words["wish"] = self.words.of("task", summary["wish"])
            words["holder"] = words["holder"] or self.words.party(CENTRE)
        words["lead"] = self.words.department(summary["lead"])
        words["supporting"] = "、".join(map(self.words.department, summary["supporting"]))
        words["category"] = self.words.category(summary["category"])
        words["subdistrict"] = self.words.department(summary["subdistrict"])
        rest = {"due": standing.due, "citizen_due": standing.citizen_due, "overdue": standing.overdue}
        return {**summary, **rest, "words": words}

    def _entry(self, row: Mapping[str, Any], asked: Mapping[str, Any], body: Mapping[str, Any]) -> dict[str, Any]:
        return {
            **{name: row[name] for name in ("at", "recorded", "type", "id", "cause", "correlation", "policy")},
            **{name: row[name] for name in ("topic", "partition", "offset", "source", "sequence")},
            "who": self.words.author(row["type"], body),
            "words": self.words.fact(row["type"], {**asked, **body}),
            "body": body,
        }

    def timeline(
        self,
        rows: Sequence[Mapping[str, Any]],
        behind: Sequence[Mapping[str, Any]] = (),
        *,
        confidential: bool = False,
        looks: bool = False,
    ) -> list[dict[str, Any]]:
        """Say a stretch of a timeline; `caused_by` is the place of the entry that caused one, in the whole of it.

        `behind` are earlier entries that some of these rest on.

        What became of a notice was caused by its request. What people said in confidence is for those who may look,
        and so are receipts, but for those of acts of staff, which open nothing.
        """
        everything = [*behind, *rows]
        places = {row["id"]: row["place"] for row in everything}
        asked: dict[str, tuple[int, Mapping[str, Any]]] = {}
        found = []
        change = _shown(confidential=confidential, looks=looks)
        bodies = [reworded(json.loads(row["body"]), change) for row in everything]
        if not looks:
            bodies = [*_without_receipts(bodies)]
        for row, written in zip(everything, bodies, strict=True):
            request, body = asked.get(_notice(row), (None, {}))
            entry = {
                **self._entry(row, body, written),
                "caused_by": places.get(row["cause"], request),
            }
            if row["type"] == NoticeRequested.type_name:
                asked[entry["body"]["notice"]] = (row["place"], entry["body"])
            found.append(entry)
        return found[len(behind) :]

    def ball(self, rows: Iterable[Mapping[str, Any]], calendar: Calendar, until: datetime) -> list[dict[str, Any]]:
        """Say whose every working minute was."""
        return [self._span(span) for span in ball_in_court(_steps(rows), calendar, self.hours, until)]

    def _span(self, span: BallSpan) -> dict[str, Any]:
        waits_for = self.words.of("waits_for", span.waits_for)
        return {**asdict(span), "words": self.words.party(span.party), "waits_for_words": waits_for}

    def counted(self, counts: Mapping[str, Any]) -> dict[str, Any]:
        """Say counts, and under `words` the codes that they are counted by as people say them."""
        words = {
            "by_state": {code: self.words.of("state", code) for code in counts["by_state"]},
            "by_channel": {code: self.words.of("channel", code) for code in counts["by_channel"]},
            "by_holder": {code: self.words.party(code) for code in counts["by_holder"]},
        }
        return {**counts, "words": words}

    def rates(self) -> tuple[Rate, ...]:
        """Define the rates under the policy."""
        return rates_of(self.words.policy.rates)

    def rate(self, rate: Rate, by: By | None, counts: Iterable[Counted]) -> dict[str, Any]:
        """Say a rate: for each part numerator, denominator, and what counted or was left out how often."""
        counts = [*counts]
        found = figures(rate.weights, counts) or {None: Figures()}
        classed = banded(rate, counts, self.words) if by is By.DEPARTMENT else {}
        rows = [
            {
                "part": part,
                "words": self._part(by, part),
                **_counts(rate, its),
                **classed.get(part, UNBANDED),
                "interval": wilson(round(its.numerator), its.denominator) if rate.name == AUTOMATIC else None,
                "left_out": {self.words.verdict(rate, verdict): rows for verdict, rows in its.excluded.items()},
            }
            for part, its in found.items()
        ]
        return {
            "name": rate.name,
            "title": self.words.rate(rate),
            "axis": self.words.of("axis", rate.axis),
            "weights": rate.weights,
            "verdicts": {
                verdict: self.words.verdict(rate, verdict)
                for its in found.values()
                for verdict in (*its.counted, *its.excluded)
            },
            "rows": rows,
        }

    def _part(self, by: By | None, part: str | None) -> str:
        if by in (By.DEPARTMENT, By.SUBDISTRICT):
            return self.words.department(part)
        return self.words.category(part) if by is By.CATEGORY else self.words.of(by.value if by else "", part)

    def waiting(self, row: Mapping[str, Any], *, looks: bool) -> dict[str, Any]:
        """Say one item of a queue: what it is about, since and until when, and what was asked.

        As everywhere, what was said in confidence is for those alone who may look (`looks`).
        """
        change = _shown(confidential=row["confidential"], looks=looks)
        item: dict[str, Any] = reworded(dict(row), change)
        body = reworded(json.loads(item["body"]), change) if item["body"] else {}
        body = body if looks or "receipt" not in body else {**body, "receipt": None}
        words = {name: self.words.of(name, item[name]) for name in ("kind", "tier", "state")}
        words["category"] = self.words.category(item["category"])
        words["suggestion"] = self.words.category(item["suggestion"])
        words["holder"] = self.words.party(item["holder"])
        words["lead"] = self.words.department(item["lead"])
        words["asked"] = self.words.fact(item["type"], body) if body else ""
        return {**item, "body": body, "words": words}

    def clock(self, row: ClockRow, now: datetime, calendar: Calendar, derived: Derived) -> dict[str, Any]:
        """Say a clock and why it is due when it is, line by line; `calendar` is the one in force now.

        Of what moved it is said when, why, and by whose order.
        """
        explanation, moves = derived.explanation, derived.moves
        words = {
            "clock": self.words.of("clock", row.clock),
            "owner": self.words.party(row.owner),
            "status": self.words.of("clock_status", row.status),
        }
        moved = [f"{self.words.moment(each['at'])} {self._moved(each)}" for each in moves]
        lines = [*self.words.rule(row.clock), *self.lines(explanation), *moved, *_in_force(row, explanation, calendar)]
        said = {"explanation": explanation, "overdue": is_late(row, now), "words": words, "lines": lines}
        return {**asdict(row), **said, "moves": [_move(each) for each in moves]}

    def _moved(self, move: Mapping[str, Any]) -> str:
        return self.words.fact(ClockRederived.type_name, move)

    def lines(self, explanation: Mapping[str, Any]) -> list[str]:
        """Say why a due time is what it is: the budget day by day, then what could bind earlier, and what did."""
        found = self._explained(explanation.get("budget"))
        for cap in explanation.get("caps", ()):
            decided = "，以此为准" if cap["kind"] == explanation.get("binding") else ""
            number = f" {cap['number']}" if "number" in cap else ""
            found.append(f"{self.words.of('cap', cap['kind'])}{number}：{self.words.due(cap['due'])}{decided}")
            found += [f"  {line}" for line in self._explained(cap.get("explanation"))]
        return found

    def _explained(self, part: Mapping[str, Any] | None) -> list[str]:
        return explain_lines(Explanation.model_validate(part), self.words.names()) if part else []


def _in_force(row: ClockRow, explanation: Mapping[str, Any], calendar: Calendar) -> Iterator[str]:
    """A calendar that was published since moves only what is due otherwise by it: of the rest nothing else is said."""
    budget = explanation.get("budget") or {}
    counted = "days" in budget and budget["days"] and row.status in ("running", "paused")
    if counted and budget["calendar_version"] != calendar.version:
        changed = "恢复时按此重新计算" if row.status == "paused" else "按此计算，期限不变"
        yield f"现行日历：{calendar.version}，官方公布至 {calendar.official_until}；{changed}"


def _move(fact: Mapping[str, Any]) -> dict[str, Any]:
    return {name: fact.get(name) for name in ("at", "was", "due", "because", "ordered_by")}


def _counts(rate: Rate, its: Figures) -> dict[str, Any]:
    return {
        "numerator": round(its.numerator, 6),
        "denominator": its.denominator,
        "value": None if rate.counts_only else its.value,
        "counted": its.counted,
        "excluded": its.excluded,
    }


def _read_in_confidence(text: str) -> str:
    """The text for whoever may look at contacts: to look is an act, which leaves a trace, and this is none."""
    return masked(_HIDE(text))


def _without_receipts(bodies: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Facts without the receipts by which requesters open their matter."""
    acts = {body.get("receipt") for body in bodies if (body.get("party") or {}).get("kind") in STAFF}
    for body in bodies:
        yield {**body, "receipt": None} if body.get("receipt") not in (None, *acts) else body


def _shown(*, confidential: bool, looks: bool) -> Callable[[str], str]:
    """What becomes of a text that somebody reads here."""
    if not confidential:
        return masked
    return _read_in_confidence if looks else withheld


def _notice(row: Mapping[str, Any]) -> str:
    return str(json.loads(row["body"])["notice"]) if row["type"].startswith("liuhen.notices.") else ""


def _steps(rows: Iterable[Mapping[str, Any]]) -> list[LifeStep]:
    facts = ((row["at"], _fact(row)) for row in rows)
    return steps_of((at, fact) for at, fact in facts if fact is not None)


def _fact(row: Mapping[str, Any]) -> Message | None:
    """Read an entry back; what was left out of it stays empty."""
    model = model_of(row["type"])
    if model is None or model.family != "dispatch":
        return None
    body = json.loads(row["body"])
    return model.model_validate({"contact": {}, **body} if "contact" in model.model_fields else body)
