"""Facts and codes in Chinese, for people: words of the vocabulary, names of the policy, sentences of this service."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from jinja2 import ChainableUndefined, Environment, Template

import vocabulary
from rulebook import Policy
from rulebook.sentences import FILTERS
from schemas.files import read_yaml
from schemas.owner import Owner
from schemas.values import Clock
from services.trace.edges.rates import Rate
from worktime import Unit, amount_in_words, deadline_in_words, moment_in_words

SENTENCES: Final = Path(__file__).with_name("sentences.yaml")
_SAID_BY: Final = {"clocks": "sla", "notices": "notify"}
_SPANS: Final = (Unit.HOURS, Unit.CALENDAR_DAYS, Unit.WORKING_DAYS)


@cache
def sentences() -> Mapping[str, str]:
    """Return the sentence of each fact, by its type."""
    found: Mapping[str, str] = read_yaml(SENTENCES)
    return found


class Words:
    """Says facts and codes as people say them; a code that this version does not know is called unknown."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.zone = ZoneInfo(policy.office.zone)
        self._environment = Environment(autoescape=False, undefined=ChainableUndefined)  # noqa: S701 - plain text
        own = {
            "dept": self.department,
            "depts": lambda codes: "、".join(map(self.department, codes or ())),
            "cat": self.category,
            "ground": self.ground,
            "moment": self.moment,
            "until": self.until,
            "due": self.due,
            "span": _span,
            "party": self.party,
            "who": self.actor,
            "person": self.person,
            "error": _error,
            "referral": self.referral,
        }
        self._environment.filters.update({**{name: self._filter(name) for name in vocabulary.NAMES}, **FILTERS, **own})
        self._facts: dict[str, Template] = {}

    def fact(self, type_name: str, body: Mapping[str, Any]) -> str:
        """Say a fact in one sentence; one of an unknown type by its word alone."""
        template = self._facts.get(type_name)
        if template is None:
            text = sentences().get(type_name, "{{ word }}")
            template = self._facts[type_name] = self._environment.from_string(text)
        return template.render(body, word=vocabulary.FACTS.said(type_name))

    def of(self, table: str, code: str | None) -> str:
        """Say a code of one of the tables of the vocabulary; nothing where there is no code."""
        return vocabulary.table(table).said(code) if code else ""

    def names(self) -> dict[str, str]:
        """Give every code that an explanation of a due time may name its name."""
        grounds = {ground.code: ground.name for those in self.policy.grounds.by_act().values() for ground in those}
        people = {person.id: person.name for person in self.policy.office.people}
        return {**vocabulary.table("clock"), **grounds, **vocabulary.GROUNDS, **people, "policy": _rule("policy")}

    def rate(self, rate: Rate) -> str:
        """Name a rate; of the two callbacks the one that is not decisive is named too."""
        title = vocabulary.RATES[rate.name.removesuffix("_other")]
        return f"{title}（{vocabulary.CALLBACKS[rate.callback]}）" if rate.callback else title

    def verdict(self, rate: Rate, code: str) -> str:
        """Say what a row of a rate counts as: what somebody answered, or what else became of it."""
        answers = vocabulary.table(rate.answers) if rate.answers else vocabulary.VERDICTS
        return answers[code] if code in answers else vocabulary.VERDICTS.said(code)

    def department(self, code: str | None) -> str:
        """Name a department, or an outside body."""
        if not code:
            return ""
        known = self.policy.department(code) or next((o for o in self.policy.outside if o.code == code), None)
        return known.name if known else code

    def category(self, code: str | None) -> str:
        known = self.policy.category(code) if code else None
        return known.path if known else code or ""

    def rule(self, code: str) -> tuple[str, ...]:
        """What the policy notes on a clock, as a line of its own; () where it notes nothing."""
        note = self.policy.limit(Clock(code)).note
        return (f"规定：{note}",) if note else ()

    def ground(self, code: str | None) -> str:
        found = self.policy.grounds.named(code or "")
        return found.name if found else self.of("ground", code)

    def person(self, code: str) -> str:
        """Name a person of the office, or the rule that acted instead of one."""
        known = self.policy.person(code)
        return known.name if known else _rule(code)

    def moment(self, at: datetime | str | None) -> str:
        """Say when something happened, to the minute."""
        return moment_in_words(_read(at)) if at else ""

    def until(self, at: datetime | str | None) -> str:
        """Say when something ends, to the minute."""
        return deadline_in_words(_read(at)) if at else ""

    def referral(self, record: Mapping[str, Any]) -> str:
        """Say what is written down of a referral, as far as it is."""
        given = record.get("contact_given")
        disclosed = {True: "已告知对方联系方式", False: "未告知对方联系方式"}
        parts = (
            f"对方编号{record['reference']}" if record.get("reference") else "",
            f"{self.moment(record.get('spoken_at'))}与{record.get('spoken_to') or '对方'}通话"
            if record.get("spoken_to") or record.get("spoken_at")
            else "",
            record.get("said") or "",
            disclosed.get(given, "") if isinstance(given, bool) else "",
        )
        return "；".join(filter(None, (part.rstrip("。") for part in parts)))

    def due(self, due: Mapping[str, Any] | None) -> str:
        """Say a due time; a provisional one as the span that it lies in."""
        if not due:
            return ""
        if "at" in due:
            return self.until(due["at"])
        earliest, latest = self.until(due["earliest"]), self.until(due["latest"])
        return f"{earliest}（暂定）" if earliest == latest else f"{earliest}至{latest}之间（暂定）"

    def party(self, party: Mapping[str, Any] | str | None) -> str:
        """Name a party, given as in a message or as `department:housing`, `unit:unit-03`, `office:p-xu`, `centre`."""
        if not party:
            return ""
        owner = Owner(party) if isinstance(party, str) else Owner.of(party["kind"], party.get("department"))
        code = owner.code
        if owner.department:
            return self.department(owner.department)
        if owner.kind == "unit" and code:
            unit = self.policy.unit(code)
            return unit.name if unit else code
        person = self.policy.person(code) if code else None
        word = vocabulary.PARTIES.said(owner.kind)
        return f"{word}{person.name}" if person else word

    def actor(self, actor: Mapping[str, Any] | None) -> str:
        """Name who did something: the person and their party, or the rule."""
        if not actor:
            return ""
        if actor.get("by_rule"):
            return f"系统（{_rule(actor['by_rule'])}）"
        person, stead = actor.get("person") or {}, actor.get("acting_for")
        name = f"{person.get('name')}（代{stead['name']}）" if stead else person.get("name")
        return " ".join(filter(None, (self.party(actor.get("party")), name)))

    def author(self, type_name: str, body: Mapping[str, Any]) -> str:
        """Name whoever a fact was done by."""
        if "by" in body:
            return self.actor(body["by"])
        family = type_name.split(".")[1]
        if family != "tickets":
            return f"系统（{vocabulary.SERVICES.said(_SAID_BY.get(family, family))}）"
        # Of a refused submission the action is the kind of it, and all that was left of it.
        action = body.get("action")
        agent = body.get("agent") or (action.get("by") if isinstance(action, dict) else None) or {}
        speaker = self.party(body["party"] if "party" in body else body.get("channel", "survey"))
        return " ".join(filter(None, (speaker, agent.get("name"))))

    def _filter(self, table: str) -> Callable[[str | None], str]:
        return lambda code: self.of(table, code)


def _read(at: datetime | str) -> datetime:
    return datetime.fromisoformat(at) if isinstance(at, str) else at


def _rule(code: str) -> str:
    """Say the rule by which something was done: a clock's, or another one of the policy."""
    return "规则" if code == "policy" else vocabulary.CLOCKS.said(code)


def _span(amounts: Sequence[int | None]) -> str:
    """Say by how much something was extended, of which one unit is given: hours, calendar days or working days."""
    return "".join(amount_in_words(amount, unit) for amount, unit in zip(amounts, _SPANS, strict=True) if amount)


def _error(code: str) -> str:
    """Say why a message did not arrive, with the number that the other side gave."""
    kind, _, number = code.partition("-")
    return f"{vocabulary.ERRORS.said(kind)}{number}"
