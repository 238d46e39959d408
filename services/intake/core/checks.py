"""What the policy and the calendar say about an action that the schema let through."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from doors.phones import international
from doors.refusals import Refusal, refusal
from rulebook import Policy
from rulebook.codes import DepartmentKind, Role
from rulebook.rules import Ground, Grounds
from schemas import inbound
from schemas.inbound import Action
from schemas.nearest import Coded, nearest
from schemas.referral import Referral
from schemas.values import Contact, Person, Place, Upstream
from services.intake.core.numbers import is_number
from vocabulary import label
from worktime.festivals import LAST_YEAR

_EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
_LATEST: Final = datetime(LAST_YEAR, 1, 1, tzinfo=UTC)
"""What begins before this year still ends on a day of which the working-day calendar can say something."""


class Against(NamedTuple):
    """What values are checked against; beyond `latest` a moment that must have been is in the future."""

    policy: Policy
    latest: datetime


Check = Callable[[Against, str, Any], Refusal | None]


def _none(there_is_no: str, code: str, choices: Iterable[Coded]) -> str:
    return f"{there_is_no} {code}。{nearest(code, choices)}"


def check(action: Action, claimed_at: datetime | None, against: Against) -> Refusal | None:
    """Find the first value that names nothing known, or a moment that cannot be; None when there is none."""
    if claimed_at is not None and (found := _past(against, "ce_time", claimed_at)):
        return found
    for field, test in _TESTS.get(type(action), ()):
        value = getattr(action, field)
        if value is not None and (found := test(against, field, value)):
            return found
    return None


def _past(against: Against, field: str, moment: datetime) -> Refusal | None:
    if moment > against.latest:
        return refusal("future_time", field, f"{label(field)} 在将来，请核对时钟。")
    return _any_time(against, field, moment)


def _any_time(_against: Against, field: str, moment: datetime) -> Refusal | None:
    if _EARLIEST <= moment < _LATEST:
        return None
    return refusal("impossible_time", field, f"{label(field)} 不在 {_EARLIEST.year} 年至 {_LATEST.year - 1} 年之间。")


def _ticket(_against: Against, field: str, ticket: str) -> Refusal | None:
    if is_number(ticket):
        return None
    return refusal("unknown_ticket", field, f"工单编号 {ticket} 的校验位不符，可能抄写有误。")


def _category(against: Against, field: str, code: str) -> Refusal | None:
    if against.policy.category(code) is not None:
        return None
    reason = _none("目录中没有分类", code, against.policy.categories)
    return refusal("unknown_category", field, f"{reason}不清楚时可以不填，由中心判定。")


def _department(against: Against, field: str, code: str) -> Refusal | None:
    if against.policy.department(code) is not None:
        return None
    return refusal("unknown_department", field, _none("名录中没有承办单位", code, against.policy.departments))


def _departments(against: Against, field: str, codes: tuple[str, ...]) -> Refusal | None:
    return next((found for code in codes if (found := _department(against, field, code))), None)


def _outside(against: Against, field: str, code: str) -> Refusal | None:
    if against.policy.is_outside(code):
        return None
    return refusal("unknown_body", field, _none("名录中没有区外单位", code, against.policy.outside))


def _unit(against: Against, field: str, code: str) -> Refusal | None:
    if against.policy.unit(code) is not None:
        return None
    return refusal("unknown_unit", field, _none("名录中没有调研主体", code, against.policy.units))


def _place(against: Against, field: str, place: Place) -> Refusal | None:
    if place.subdistrict is None:
        return None
    listed = [each for each in against.policy.departments if each.kind is DepartmentKind.SUBDISTRICT]
    if any(each.code == place.subdistrict for each in listed):
        return None
    reason = _none("名录中没有街道", place.subdistrict, listed)
    return refusal("unknown_subdistrict", f"{field}.subdistrict", reason)


def _contact(_against: Against, field: str, contact: Contact) -> Refusal | None:
    if contact.sealed is not None or contact.hashes is not None:
        return refusal("malformed", field, "联系方式请按原样填写，不能写成封存的形式。")
    if not contact.phone or international(contact.phone) is not None:
        return None
    return refusal("bad_phone", f"{field}.phone", "电话号码不是有效的手机或固定电话号码（固定电话请带区号）。")


def _upstream(against: Against, field: str, upstream: Upstream) -> Refusal | None:
    return _any_time(against, f"{field}.due", upstream.due) if upstream.due is not None else None


def _ground(grounds: Callable[[Grounds], Sequence[Ground]]) -> Check:
    def known(against: Against, field: str, code: str) -> Refusal | None:
        possible = grounds(against.policy.grounds)
        if any(code == ground.code for ground in possible):
            return None
        legal = "、".join(f"{ground.name}（{ground.code}）" for ground in possible)
        return refusal("unknown_ground", field, f"{_none('没有依据', code, possible)}全部依据：{legal}。")

    return known


def _each(tests: dict[str, Check]) -> Check:
    def each(against: Against, field: str, parts: tuple[Any, ...]) -> Refusal | None:
        for place, part in enumerate(parts):
            for name, test in tests.items():
                value = getattr(part, name)
                if value is not None and (found := test(against, f"{field}.{place}.{name}", value)):
                    return found
        return None

    return each


def _referral(against: Against, field: str, record: Referral) -> Refusal | None:
    return None if record.spoken_at is None else _any_time(against, f"{field}.spoken_at", record.spoken_at)


def _own_person(against: Against, field: str, person: Person) -> Refusal | None:
    """Who acts for others is one of theirs: the ids of the office's people are known by their logins."""
    theirs = against.policy.person(person.id)
    if theirs is None:
        return None
    reason = f"{label(field)} 的编号 {person.id} 是中心{theirs.name}的，只能由本人登录后操作。"
    return refusal(
        "not_permitted", f"{field}.id", reason, "请写本单位经办人自己的编号和姓名，换一个新的提交编号重新提交。"
    )


def _agent(against: Against, field: str, person: Person) -> Refusal | None:
    """Likewise of the callback agency, of whose people the policy knows those that work at the desk."""
    theirs = against.policy.person(person.id)
    if theirs is not None and theirs.name == person.name and Role.CALLBACK_AGENT in theirs.roles:
        return None
    return _own_person(against, field, person)


def _position(against: Against, field: str, position: Any) -> Refusal | None:
    return _past(against, f"{field}.at", position.at)


_BY_NAME: Final[dict[str, Check]] = {
    "ticket": _ticket,
    "about": _ticket,
    "into": _ticket,
    "category": _category,
    "suggested_department": _department,
    "suggested": _department,
    "department": _department,
    "successor": _department,
    "lead": _department,
    "supporting": _departments,
    "accused": _departments,
    "to": _outside,
    "unit": _unit,
    "place": _place,
    "address": _place,
    "contact": _contact,
    "upstream": _upstream,
    "occurred_at": _past,
    "visited_at": _past,
    "position": _position,
    "record": _referral,
    "until": _any_time,
    "promised": _any_time,
    "held_at": _any_time,
    "at": _any_time,
    "problems": _each(
        {
            "category": _category,
            "suggested_department": _department,
            "place": _place,
            "accused": _departments,
            "upstream": _upstream,
        }
    ),
    "parts": _each({"category": _category}),
}
_PEOPLE: Final = frozenset({"by", "handler"})
_GROUNDS: Final[dict[type[Action], Callable[[Grounds], Sequence[Ground]]]] = {
    inbound.RequestReturn: lambda grounds: grounds.return_,
    inbound.RequestExtension: lambda grounds: grounds.extension,
    inbound.RequestSuspension: lambda grounds: grounds.suspension,
    inbound.RefuseTicket: lambda grounds: grounds.not_accepted,
    inbound.Review: lambda grounds: grounds.sent_back,
    inbound.ReviewIncident: lambda grounds: grounds.sent_back,
    inbound.GiveFinalAnswer: lambda grounds: grounds.final_answer,
    inbound.LookAtContact: lambda grounds: grounds.looking,
    inbound.AskForContact: lambda grounds: grounds.looking,
}


def _tests(model: type[Action]) -> Iterator[tuple[str, Check]]:
    for field in model.model_fields:
        if field in _PEOPLE and issubclass(model, inbound.DepartmentAction):
            yield field, _own_person
        elif field in _PEOPLE and issubclass(model, inbound.CallbackAction):
            yield field, _agent
        elif field == "ground":
            yield field, _ground(_GROUNDS[model])
        elif field in _BY_NAME:
            yield field, _BY_NAME[field]


def _actions(model: type[Action]) -> Iterator[type[Action]]:
    for below in model.__subclasses__():
        yield from _actions(below)
        if below.type_name:
            yield below


_TESTS: Final = {model: tuple(_tests(model)) for model in _actions(Action)}
"""Every field of every action that names something: found by its name, so that a new action is checked at once."""
