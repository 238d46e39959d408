"""The duty roster: who is told of what is urgent, from when until when, and in which order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from itertools import pairwise
from typing import Annotated, Final, NamedTuple, Self

from pydantic import Field, NaiveDatetime, WithJsonSchema, model_validator

from rulebook.base import Code, Model
from rulebook.checked import Checked
from rulebook.directory import Office, Person, in_force
from rulebook.problems import Problem
from rulebook.source import Trail
from vocabulary import ACTIONS, Chinese

ACKNOWLEDGES: Final = "acknowledge_urgent"
"""What whoever stands on the roster has to be able to do."""

_MOMENT: Final = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2} \d{2}:\d{2}$"}
LocalMoment = Annotated[NaiveDatetime, WithJsonSchema(_MOMENT)]
"""A moment of the office's zone, such as 2026-11-28 17:30."""

Order = Annotated[tuple[Code, ...], Field(min_length=1)]
"""People in the order in which they are told, and so on round."""


class Shift(Model):
    """Who is on duty from one moment until another, which does not belong to it."""

    begins: LocalMoment = Field(alias="from")
    ends: LocalMoment = Field(alias="until")
    people: Order

    @model_validator(mode="after")
    def _begins_first(self) -> Self:
        if self.begins >= self.ends:
            raise ValueError(Chinese("早于 until 的 from"))
        return self


class Duty(Model):
    """The roster; `default` are told at every moment that no shift covers.

    Where nobody answers in so many `rounds`, those `above` are told, each once; then the alarm stands.
    """

    default: Order
    rounds: Annotated[int, Field(ge=1, le=20)] = 2
    above: tuple[Code, ...] = ()
    shifts: tuple[Shift, ...] = ()

    def at(self, moment: datetime) -> Shift | None:
        """Return the shift of a moment of the office's zone."""
        return next((shift for shift in self.shifts if shift.begins <= moment < shift.ends), None)


class OnDuty(NamedTuple):
    """Who is told at a moment, in order; `by_default` where no shift covers it."""

    people: tuple[Person, ...]
    by_default: bool


def on_duty(duty: Duty, moment: datetime, people: Mapping[str, Person]) -> OnDuty:
    """Tell who is on duty at a moment of the office's zone.

    Whoever is not there that day is followed by their successor, or passed over; where nobody of a shift is there, the
    default is told.
    """
    shift = duty.at(moment)
    there = () if shift is None else _there(shift.people, people, moment)
    if there:
        return OnDuty(there, by_default=False)
    usual = _there(duty.default, people, moment) or tuple(people[code] for code in duty.default)
    return OnDuty(usual, by_default=True)


def above_duty(duty: Duty, moment: datetime, people: Mapping[str, Person]) -> tuple[Person, ...]:
    """Tell who is told, in order, once nobody on duty answered in any round."""
    return _there(duty.above, people, moment)


def _there(order: tuple[Code, ...], people: Mapping[str, Person], moment: datetime) -> tuple[Person, ...]:
    found = (in_force(people, code, moment.date()) for code in order)
    return tuple(dict.fromkeys(person for person in found if person is not None))


class Gap(NamedTuple):
    """A time that no shift covers, in the office's zone; without an end where no shift comes any more."""

    begins: datetime
    ends: datetime | None


def gaps(duty: Duty, since: datetime) -> tuple[Gap, ...]:
    """Find the times from a moment of the office's zone on in which the default is told."""
    found: list[Gap] = []
    covered = since
    for shift in sorted(duty.shifts, key=lambda each: each.begins):
        if shift.begins > covered:
            found.append(Gap(covered, shift.begins))
        covered = max(covered, shift.ends)
    return (*found, Gap(covered, None))


def check_duty(checked: Checked) -> Iterator[Problem]:
    """Tell whom the roster names and cannot call, and when it says two things at once."""
    file = "duty.yaml"
    duty, office = checked.model(file, Duty), checked.model("office.yaml", Office)
    yield from _people(checked, office, ("default",), duty.default)
    yield from _gone(checked, office, ("default",), duty.default)
    yield from _people(checked, office, ("above",), duty.above)
    yield from _gone(checked, office, ("above",), duty.above)
    for index, shift in enumerate(duty.shifts):
        yield from _people(checked, office, ("shifts", index, "people"), shift.people)
        yield from _gone(checked, office, ("shifts", index, "people"), shift.people, shift)
    for (one, before), (index, shift) in pairwise(sorted(enumerate(duty.shifts), key=lambda each: each[1].begins)):
        if shift.begins < before.ends:
            found = Chinese(f"{shift.begins:%Y-%m-%d %H:%M}，第 {one + 1} 班到 {before.ends:%Y-%m-%d %H:%M} 才结束")
            step = Chinese("请让后一班从前一班结束时开始，或者把人都写在一班里。")
            yield checked.problem(file, ("shifts", index, "from"), found, Chinese("同一时刻只有一班"), step)


def _people(checked: Checked, office: Office, path: Trail, order: tuple[str, ...]) -> Iterator[Problem]:
    roles = {person.id: set(person.roles) for person in office.people}
    may = set(office.may.get(ACKNOWLEDGES, ()))
    for index, code in enumerate(order):
        place: Trail = (*path, index)
        if code not in roles:
            yield checked.problem(
                "duty.yaml", place, code, Chinese("office.yaml 里的人员"), Chinese("请更正人员代码。")
            )
        elif roles[code].isdisjoint(may):
            step = Chinese(f"请换人，或者在 office.yaml 里给 {code} 这样的职责，或者在 may 里加上一项职责。")
            expected = Chinese(
                f"可以{ACTIONS.said(ACKNOWLEDGES)}（{ACKNOWLEDGES}）的人，职责为 {'、'.join(sorted(may))}"
            )
            yield checked.problem("duty.yaml", place, code, expected, step)
        if code in order[:index]:
            yield checked.problem(
                "duty.yaml", place, Chinese(f"第二个 {code}"), Chinese("每人只写一次"), Chinese(f"请去掉一个 {code}。")
            )


def _gone(
    checked: Checked, office: Office, path: Trail, order: tuple[str, ...], shift: Shift | None = None
) -> Iterator[Problem]:
    """Who is not there for the whole of a shift cannot be called; of the default, who has a last day."""
    people = {person.id: person for person in office.people}
    for index, code in enumerate(order):
        if code not in people:
            continue
        days = (shift.begins.date(), shift.ends.date()) if shift is not None else (date.max,)
        if not all(in_force(people, code, day) for day in days):
            expected = Chinese("整班都在岗的人") if shift is not None else Chinese("没有离任日期的人")
            yield checked.problem(
                "duty.yaml", (*path, index), Chinese(f"要离任的 {code}"), expected, Chinese("请换人。")
            )
