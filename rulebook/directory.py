"""Who there is: departments, outside bodies, streets, visiting units and the people of the office."""

from collections.abc import Mapping
from datetime import date, time
from itertools import pairwise
from typing import Annotated, Final, Literal, Self, TypeVar

from pydantic import Field, model_validator

from rulebook.base import CategoryCode, Code, Model, Phone, Text
from rulebook.codes import SUBDISTRICT_OF_PLACE, ContactAccess, DepartmentKind, Role
from schemas.values import Clock, Tier
from vocabulary import Chinese


class Dated(Model):
    """What comes and goes: it counts from a day to a day, both included."""

    valid_from: date | None = None
    valid_to: date | None = None

    @model_validator(mode="after")
    def _comes_before_it_goes(self) -> Self:
        if self.valid_from is not None and self.valid_to is not None and self.valid_from > self.valid_to:
            raise ValueError(Chinese("不晚于 valid_to 的 valid_from"))
        return self

    def valid_on(self, day: date) -> bool:
        """Tell whether it counts on a day."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


class Succeeded(Dated):
    """What comes and goes, and what stands in its place once it is gone."""

    successor: str | None = None


S = TypeVar("S", bound=Succeeded)


def in_force(known: Mapping[str, S], code: str, day: date) -> S | None:
    """Return what a code stands for on a day: itself, or what follows it by then; None where nothing does."""
    passed: set[str] = set()
    following: str | None = code
    while following is not None and following in known and following not in passed:
        found = known[following]
        if found.valid_on(day):
            return found
        passed.add(following)
        following = found.successor
    return None


class Post(Model):
    """A desk that can be told something: where it is reached."""

    phone: Phone
    mail: Text


class Department(Succeeded):
    """One department that tickets are dispatched to, while it is there; afterwards its successor gets them.

    One that lists its `sections` passes orders on inside to those alone. One whose `contact` is on request reads a mask
    in its orders, and asks for the contact of each ticket.
    """

    code: Code
    name: Text
    also: tuple[Text, ...] = ()
    sections: tuple[Text, ...] = ()
    kind: DepartmentKind
    contact: ContactAccess = ContactAccess.IN_ORDERS
    desk: Post
    duty: Post


class Outside(Model):
    """A body outside the district that a ticket can be transferred to."""

    code: Code
    name: Text
    takes: Text


MOST_DEPARTMENTS: Final = 500


class Directory(Model):
    """All departments and the outside bodies; each department has topics and a user of its own on the broker."""

    departments: Annotated[tuple[Department, ...], Field(max_length=MOST_DEPARTMENTS)]
    outside: tuple[Outside, ...]


class Category(Succeeded):
    """One leaf of the catalogue: who leads, who supports, how urgent it is by default, and what it sounds like.

    `proof` says what has to be attached to whatever is reported handled.
    """

    code: CategoryCode
    level1: Text
    level2: Text
    name: Text
    lead: Code
    supporting: tuple[Code, ...] = ()
    consulted: tuple[Code, ...] = ()
    tier: Tier
    keywords: tuple[str, ...]
    refer: Code | None = None
    proof: Text | None = None

    @property
    def path(self) -> str:
        """The three levels in one line."""
        return f"{self.level1}/{self.level2}/{self.name}"

    @property
    def led_by_subdistrict(self) -> bool:
        """Whether the sub-district of the place leads, whichever that is."""
        return self.lead == SUBDISTRICT_OF_PLACE


HouseNumber = Annotated[int, Field(ge=1, le=9999)]


class Street(Succeeded):
    """A road, a stretch of a road or a compound, and the sub-district that it lies in; a new name follows it."""

    name: Text
    kind: Literal["road", "compound"]
    side: Literal["all", "odd", "even"] = "all"
    first: HouseNumber | None = None
    last: HouseNumber | None = None
    subdistrict: Code

    @model_validator(mode="after")
    def _range_is_one(self) -> Self:
        if (self.first is None) != (self.last is None):
            raise ValueError(Chinese("首尾门牌号都写，或者都不写"))
        if self.first is not None and self.last is not None and self.first > self.last:
            raise ValueError(Chinese("不大于 last 的 first"))
        return self

    def holds(self, number: int) -> bool:
        """Tell whether a house number lies on this stretch."""
        if self.first is not None and self.last is not None and not self.first <= number <= self.last:
            return False
        return self.side == "all" or (number % 2 == 1) == (self.side == "odd")


class VisitingUnit(Model):
    """One of the units whose people visit households (调研主体)."""

    code: Code
    name: Text
    areas: tuple[Code, ...]


class Hours(Model):
    """One stretch of office hours within a day."""

    opens: time
    closes: time

    @model_validator(mode="after")
    def _opens_first(self) -> Self:
        if self.opens >= self.closes:
            raise ValueError(Chinese("早于 closes 的 opens"))
        return self


class Person(Succeeded):
    """A named person of the centre or the survey office, who holds roles on the days on which they are there."""

    id: Code
    name: Text
    roles: tuple[Role, ...]
    phone: Phone
    mail: Text
    digest: bool = False


class Delegation(Model):
    """A role that `to` holds in the stead of `of`, from a day until a day, both included: leave, illness, a vacancy."""

    role: Role
    of: Code
    to: Code
    begins: date = Field(alias="from")
    ends: date = Field(alias="until")

    @model_validator(mode="after")
    def _begins_first(self) -> Self:
        if self.begins > self.ends:
            raise ValueError(Chinese("不晚于 until 的 from"))
        return self

    def on(self, day: date) -> bool:
        """Tell whether it holds on a day."""
        return self.begins <= day <= self.ends


ActionName = Annotated[str, Field(pattern=r"^[a-z]+(_[a-z]+)*$")]


class Office(Model):
    """The hotline centre and the survey office: zone, hours, people, what they may do, who answers for which clock."""

    zone: Literal["Asia/Shanghai"]
    hours: tuple[Hours, ...]
    people: tuple[Person, ...]
    delegations: tuple[Delegation, ...] = ()
    may: Mapping[ActionName, tuple[Role, ...]]
    urgent_only: Mapping[ActionName, tuple[Role, ...]] = Field(default_factory=dict)
    owners: Mapping[Clock, Code]
    quiet_from: time
    quiet_until: time

    @model_validator(mode="after")
    def _hours_in_order(self) -> Self:
        if not self.hours:
            raise ValueError(Chinese("至少一段办公时间"))
        if any(a.closes > b.opens for a, b in pairwise(self.hours)):
            raise ValueError(Chinese("先后有序、互不重叠的办公时间"))
        return self

    @property
    def minutes_of_a_day(self) -> int:
        """Office minutes of one working day."""
        return sum(_minute(each.closes) - _minute(each.opens) for each in self.hours)


def _minute(of: time) -> int:
    return of.hour * 60 + of.minute
