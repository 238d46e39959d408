"""Changing the rules that running clocks follow: a year's calendar published, clocks ordered to be derived again."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError

from doors.people import Known
from doors.permitted import not_permitted
from doors.refusals import Refusal, of_validation, refusal
from rulebook import Policy
from rulebook.codes import PUBLISH_CALENDAR, REDERIVE_CLOCKS
from schemas.envelope import Envelope, derived_id
from schemas.rules import CalendarPublished, NamedDay, RederivationOrdered, RulesFact
from schemas.values import Clock, Code, PartyKind, Person, Text
from vocabulary import FACTS
from worktime import NoticeError, parse_notice

_WRITER: Final = "rules"


class RulesChange(NamedTuple):
    """A change of the rules as it is published, and the version that stands in every event that follows from it."""

    fact: RulesFact
    version: str


class _Order(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=False)

    reason: Text
    code: Code = "policy"
    clocks: tuple[Clock, ...] = ()


def calendar(policy: Policy, who: Known, data: bytes, at: datetime) -> RulesChange | Refusal:
    """Publish a year's calendar in the holiday-cn JSON format, also a corrected one, as who is logged in."""
    by = _allowed(policy, PUBLISH_CALENDAR, CalendarPublished, who, at)
    if isinstance(by, Refusal):
        return by
    try:
        notice = parse_notice(data, "日历")
    except NoticeError as error:
        return refusal("malformed", error.field or None, f"不是一年的日历（holiday-cn 的 JSON）：{error}。")
    days = tuple(NamedDay(name=day.name, date=day.date, off=day.is_off_day) for day in notice.days)
    version = _version(str(notice.year), at, notice.model_dump_json())
    fact = CalendarPublished(by=by, year=notice.year, papers=notice.papers, days=days, version=version)
    return RulesChange(fact, version)


def rederivation(policy: Policy, who: Known, data: bytes, at: datetime) -> RulesChange | Refusal:
    """Order open clocks (all where none is named) to be derived again under the policy that now stands."""
    by = _allowed(policy, REDERIVE_CLOCKS, RederivationOrdered, who, at)
    if isinstance(by, Refusal):
        return by
    try:
        order = _Order.model_validate_json(data)
    except ValidationError as error:
        return of_validation(error)
    named = [clock.value for clock in order.clocks]
    version = _version("policy", at, f"{policy.version} {named or None} {order.code} {order.reason}")
    fact = RederivationOrdered(by=by, clocks=order.clocks, policy=policy.version, code=order.code, reason=order.reason)
    return RulesChange(fact, version)


def copies(change: RulesChange, at: datetime, policy: Policy, lanes: int) -> Sequence[Envelope]:
    """Make the envelope of each lane's copy, in their order: each the first and only one of its source."""
    fact, version = change
    source = f"liuhen/{_WRITER}/{version}"
    return [
        Envelope(
            id=derived_id(source, partition),
            source=source,
            type=fact.type_name,
            time=at,
            subject=kind_of(fact),
            sequence=1,
            correlation=version,
            causation=version,
            policy=policy.version,
        )
        for partition in range(lanes)
    ]


def kind_of(fact: RulesFact) -> str:
    """Name the kind of a change, by which it is keyed."""
    return fact.type_name.split(".")[2]


def _allowed(policy: Policy, act: str, fact: type[RulesFact], who: Known, at: datetime) -> Person | Refusal:
    person = Person(id=who.login, name=who.name)
    if who.party.kind is not PartyKind.OFFICE:
        return refusal("not_permitted", "by", "全区的日历和时限由中心的人公布。", "需要的，请与中心联系。")
    return not_permitted(policy, act, FACTS[fact.type_name], person, at) or person


def _version(name: str, now: datetime, content: str) -> str:
    # The moment makes each publication a source of its own: the same calendar can be published again after another one.
    return f"{name}-{now:%Y%m%d%H%M%S}-{hashlib.sha256(content.encode()).hexdigest()[:8]}"
