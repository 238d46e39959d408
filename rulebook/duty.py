"""The duty roster: who is told of what is urgent, from when until when, and in which order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import pairwise
from typing import Annotated, Final, NamedTuple, Self

from pydantic import Field, NaiveDatetime, WithJsonSchema, model_validator

from rulebook.base import Code, Model
from rulebook.checked import Checked
from rulebook.directory import Office, Person
from rulebook.problems import Problem
from rulebook.source import Trail

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
            raise ValueError("from must be before until")
        return self


class Duty(Model):
    """The roster; `default` are told at every moment that no shift covers."""

    default: Order
    shifts: tuple[Shift, ...] = ()

    def at(self, moment: datetime) -> Shift | None:
        """Return the shift of a moment of the office's zone."""
        return next((shift for shift in self.shifts if shift.begins <= moment < shift.ends), None)


class OnDuty(NamedTuple):
    """Who is told at a moment, in order; `by_default` where no shift covers it."""

    people: tuple[Person, ...]
    by_default: bool


def on_duty(duty: Duty, moment: datetime, people: Mapping[str, Person]) -> OnDuty:
    """Tell who is on duty at a moment of the office's zone."""
    shift = duty.at(moment)
    order = duty.default if shift is None else shift.people
    return OnDuty(tuple(people[code] for code in order), shift is None)


def check_duty(checked: Checked) -> Iterator[Problem]:
    """Tell whom the roster names and cannot call, and when it says two things at once."""
    file = "duty.yaml"
    duty, office = checked.model(file, Duty), checked.model("office.yaml", Office)
    yield from _people(checked, office, ("default",), duty.default)
    for index, shift in enumerate(duty.shifts):
        yield from _people(checked, office, ("shifts", index, "people"), shift.people)
    for (one, before), (index, shift) in pairwise(sorted(enumerate(duty.shifts), key=lambda each: each[1].begins)):
        if shift.begins < before.ends:
            found = f"{shift.begins:%Y-%m-%d %H:%M}, when shift {one + 1} goes on until {before.ends:%Y-%m-%d %H:%M}"
            step = "Let one shift begin when the other ends, or name all people in one."
            yield checked.problem(file, ("shifts", index, "from"), found, "one shift at a time", step)


def _people(checked: Checked, office: Office, path: Trail, order: tuple[str, ...]) -> Iterator[Problem]:
    roles = {person.id: set(person.roles) for person in office.people}
    may = set(office.may.get(ACKNOWLEDGES, ()))
    for index, code in enumerate(order):
        place: Trail = (*path, index)
        if code not in roles:
            yield checked.problem("duty.yaml", place, code, "a person of office.yaml", "Correct the id.")
        elif roles[code].isdisjoint(may):
            step = f"Name somebody else, give {code} such a role in office.yaml, or add one to may."
            expected = f"somebody who may {ACKNOWLEDGES}: {', '.join(sorted(may))}"
            yield checked.problem("duty.yaml", place, code, expected, step)
        if code in order[:index]:
            yield checked.problem("duty.yaml", place, f"{code} again", "each person once", f"Take {code} out.")
