"""Facts and codes in Chinese, for people: the words stand in words.yaml, names come from the policy."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import yaml
from jinja2 import ChainableUndefined, Environment, Template

from rulebook import GroundFor, Policy
from schemas.values import Clock

WORDS_FILE: Final = Path(__file__).with_name("words.yaml")
_SERVICES: Final = {"clocks": "时限", "notices": "通知", "tickets": "受理"}


@cache
def _file() -> Mapping[str, Mapping[str, str]]:
    words: Mapping[str, Mapping[str, str]] = yaml.safe_load(WORDS_FILE.read_text(encoding="utf-8"))
    return words


def codes(table: str) -> tuple[str, ...]:
    """List the codes that a table of words.yaml has words for."""
    return tuple(_file()[table])


class Words:
    """Says facts and codes as people say them; what has no word stays what it is."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.zone = ZoneInfo(policy.office.zone)
        self._environment = Environment(autoescape=False, undefined=ChainableUndefined)  # noqa: S701 - plain text
        tables = {name: self._filter(name) for name in _file() if name != "facts"}
        own = {
            "dept": self.department,
            "depts": lambda codes: "、".join(map(self.department, codes or ())),
            "cat": self.category,
            "clock": self.clock,
            "ground": self.ground,
            "moment": self.moment,
            "due": self.due,
            "party": self.party,
            "audience": self.party,
            "who": self.actor,
        }
        self._environment.filters.update({**tables, **own})
        self._facts: dict[str, Template] = {}

    def fact(self, type_name: str, body: Mapping[str, Any]) -> str:
        """Say a fact in one sentence; one of an unknown type by its type's name."""
        template = self._facts.get(type_name)
        if template is None:
            text = _file()["facts"].get(type_name, type_name)
            template = self._facts[type_name] = self._environment.from_string(text)
        return template.render(body)

    def of(self, table: str, code: str | None) -> str:
        """Say a code of one of the tables of words.yaml."""
        return "" if code is None else _file().get(table, {}).get(code, code)

    def names(self) -> dict[str, str]:
        """Give every code that an explanation of a due time may name its name."""
        clocks = {clock.value: self.policy.limit(clock).title for clock in Clock}
        grounds = {ground.code: ground.name for purpose in GroundFor for ground in self.policy.grounds.of(purpose)}
        return {
            **clocks,
            **grounds,
            **_file()["ledger"],
            **{person.id: person.name for person in self.policy.office.people},
        }

    def department(self, code: str | None) -> str:
        """Name a department, or an outside body."""
        if not code:
            return ""
        known = self.policy.department(code) or next((o for o in self.policy.outside if o.code == code), None)
        return known.name if known else code

    def category(self, code: str | None) -> str:
        known = self.policy.category(code) if code else None
        return known.path if known else code or ""

    def clock(self, code: str) -> str:
        return self.names().get(code, code)

    def rule(self, code: str) -> tuple[str, ...]:
        """What the policy notes on a clock, as a line of its own; () where it notes nothing."""
        note = self.policy.limit(Clock(code)).note
        return (f"规定：{note}",) if note else ()

    def ground(self, code: str | None) -> str:
        found = (self.policy.ground(purpose, code or "") for purpose in GroundFor)
        return next((ground.name for ground in found if ground), self.of("ledger", code))

    def moment(self, at: datetime | str | None) -> str:
        """Say an instant in the office's zone, to the minute."""
        if not at:
            return ""
        moment = datetime.fromisoformat(at) if isinstance(at, str) else at
        return f"{moment.astimezone(self.zone):%Y-%m-%d %H:%M}"

    def due(self, due: Mapping[str, Any] | None) -> str:
        """Say a due time; a provisional one as the span that it lies in."""
        if not due:
            return ""
        if "at" in due:
            return self.moment(due["at"])
        earliest, latest = self.moment(due["earliest"]), self.moment(due["latest"])
        return f"{earliest}（暂定）" if earliest == latest else f"{earliest}至{latest}之间（暂定）"

    def party(self, party: Mapping[str, Any] | str | None) -> str:
        """Name a party, given as in a message or as `department:housing`, `unit:unit-03`, `office:p-xu`, `centre`."""
        if not party:
            return ""
        name = party if isinstance(party, str) else ":".join(filter(None, (party["kind"], party.get("department"))))
        kind, _, code = name.partition(":")
        if kind == "department" and code:
            return self.department(code)
        if kind == "unit" and code:
            unit = self.policy.unit(code)
            return unit.name if unit else code
        person = self.policy.person(code) if code else None
        words = self.of("party", kind) if kind in _file()["party"] else self.of("audience", kind)
        return f"{words}{person.name}" if person else words

    def actor(self, actor: Mapping[str, Any] | None) -> str:
        """Name who did something: the person and their party, or the rule."""
        if not actor:
            return ""
        if actor.get("by_rule"):
            return f"系统（{self.of('rule', self.clock(actor['by_rule']))}）"
        person = actor.get("person") or {}
        return " ".join(filter(None, (self.party(actor.get("party")), person.get("name"))))

    def author(self, type_name: str, body: Mapping[str, Any]) -> str:
        """Name whoever a fact was done by."""
        if "by" in body:
            return self.actor(body["by"])
        family = type_name.split(".")[1]
        if family != "tickets":
            return f"系统（{_SERVICES.get(family, family)}）"
        # Of a refused submission the action is the kind of it, and all that was left of it.
        action = body.get("action")
        agent = body.get("agent") or (action.get("by") if isinstance(action, dict) else None) or {}
        speaker = self.party(body["party"]) if "party" in body else self.of("party", body.get("channel", "survey"))
        return " ".join(filter(None, (speaker, agent.get("name"))))

    def _filter(self, table: str) -> Any:
        return lambda code: self.of(table, code)
