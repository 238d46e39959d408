"""The policy as one frozen value, looked up by code."""

from collections.abc import Set as AbstractSet
from datetime import date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from rulebook.base import Model, Text
from rulebook.codes import Role, Step
from rulebook.directory import (
    Category,
    Department,
    Directory,
    Office,
    Outside,
    Person,
    Street,
    VisitingUnit,
    in_force,
)
from rulebook.duty import Duty, OnDuty, above_duty, on_duty
from rulebook.limits import Limit, Limits
from rulebook.places import PlaceIndex
from rulebook.rules import Automation, Callers, Delivery, Digest, Grounds, Ladder, Rates, Template, Templates
from rulebook.stop_words import Listener, StopGroup, StopWords
from rulebook.uttered import uttered
from schemas.values import Clock, Utterance


class Manifest(Model):
    """The name and the version of a policy, as policy.yaml states them."""

    name: Text
    version: Text
    area: Text
    progress_page: Text


class Policy(Model):
    """Everything that is decided by data; `version` is the stated version and a hash of all files."""

    name: str
    version: str
    area: str
    progress_page: str
    categories: tuple[Category, ...]
    directory: Directory
    streets: tuple[Street, ...]
    units: tuple[VisitingUnit, ...]
    limits: Limits
    office: Office
    duty: Duty
    automation: Automation
    stop_words: StopWords
    grounds: Grounds
    ladder: Ladder
    rates: Rates
    templates: tuple[Template, ...]
    delivery: Delivery
    digest: Digest
    callers: Callers

    def category(self, code: str) -> Category | None:
        return self._category_by_code.get(code)

    @property
    def departments(self) -> tuple[Department, ...]:
        return self.directory.departments

    def department(self, code: str) -> Department | None:
        return self._department_by_code.get(code)

    def body_name(self, code: str) -> str:
        """Name a department or an outside body; the code itself where it is neither."""
        found = self.department(code) or next((body for body in self.outside if body.code == code), None)
        return found.name if found else code

    def uttered(self, said: Utterance, at: str = "") -> str:
        """Say who said what made a matter urgent, in which act, and the words."""
        return uttered(said, self.body_name, at)

    def name_for_callers(self, code: str) -> str:
        """Name a department or an outside body as those who called are told of it."""
        return self.callers.departments.get(code) or self.body_name(code)

    def matter_for_callers(self, category: str) -> str | None:
        """Name what a category is about as those who called are told of it; None for no such category."""
        found = self.category(category)
        return self.callers.categories.get(category, found.name) if found else None

    def current(self, code: str, at: datetime) -> Department | None:
        """Return the department that a code stands for that day: itself, or whoever follows it."""
        return in_force(self._department_by_code, code, self.day(at))

    def current_category(self, code: str, at: datetime) -> Category | None:
        """Return the category that a code stands for that day: itself, or what follows it."""
        return in_force(self._category_by_code, code, self.day(at))

    @property
    def outside(self) -> tuple[Outside, ...]:
        return self.directory.outside

    def is_outside(self, code: str) -> bool:
        return any(body.code == code for body in self.outside)

    def unit(self, code: str) -> VisitingUnit | None:
        return self._unit_by_code.get(code)

    def limit(self, clock: Clock) -> Limit:
        """Return the limit of a clock; every clock has one."""
        return self._limit_by_clock[clock]

    def person(self, code: str) -> Person | None:
        return self._person_by_id.get(code)

    def day(self, at: datetime) -> date:
        """Tell which day it is at the office."""
        return self._here(at).date()

    def with_role(self, role: Role, at: datetime) -> tuple[Person, ...]:
        """Return whoever is there and holds a role that day: first in their own right, then in another's stead."""
        return self._holding({role}, self.day(at))

    def who_may(self, action: str, at: datetime) -> tuple[Person, ...]:
        """Return whoever may do this that day; for a step of the ladder whom it, or a harder one, names."""
        return self._holding(self.roles_for(action), self.day(at))

    def roles_of(self, person: str, at: datetime) -> frozenset[Role]:
        """Return the roles that somebody holds that day, in their own right or in another's stead; none once gone."""
        found, day = self.person(person), self.day(at)
        if found is None or not found.valid_on(day):
            return frozenset()
        stead = (each.role for each in self.office.delegations if each.to == person and each.on(day))
        return frozenset((*found.roles, *stead))

    def who_may_always(self, action: str, at: datetime) -> tuple[Person, ...]:
        """Return whoever may do this that day whether or not the matter is urgent."""
        return self._holding(self.roles_for(action) - {*self.office.urgent_only.get(action, ())}, self.day(at))

    def acts_for(self, person: str, action: str, at: datetime) -> Person | None:
        """Return in whose stead somebody does this that day; None for whoever may in their own right."""
        roles, day = self.roles_for(action), self.day(at)
        found = self.person(person)
        if found is None or not roles.isdisjoint(found.roles):
            return None
        stead = (
            each.of for each in self.office.delegations if each.to == person and each.role in roles and each.on(day)
        )
        return next((self.person(of) for of in stead), None)

    def roles_for(self, action: str) -> AbstractSet[Role]:
        """Return the roles that may do this; for a step of the ladder those of harder ones too."""
        steps = [step.value for step in Step]
        rungs = self.ladder.rungs[steps.index(action) :] if action in steps else ()
        return {rung.ordered_by for rung in rungs} or set(self.office.may.get(action, ()))

    def _holding(self, roles: AbstractSet[Role], day: date) -> tuple[Person, ...]:
        there = [person for person in self.office.people if person.valid_on(day)]
        own = [person for person in there if not roles.isdisjoint(person.roles)]
        stead = {each.to for each in self.office.delegations if each.role in roles and each.on(day)}
        return (*own, *(person for person in there if person.id in stead and person not in own))

    def _here(self, at: datetime) -> datetime:
        return at.astimezone(ZoneInfo(self.office.zone))

    def on_duty(self, at: datetime) -> OnDuty:
        """Tell who is told of something urgent at an instant, in order; there is always somebody."""
        return on_duty(self.duty, self._here(at).replace(tzinfo=None), self._person_by_id)

    def above_duty(self, at: datetime) -> tuple[Person, ...]:
        """Tell who is told of something urgent at an instant, in order, once nobody on duty has answered."""
        return above_duty(self.duty, self._here(at).replace(tzinfo=None), self._person_by_id)

    def owner_of(self, clock: Clock, at: datetime) -> Person | None:
        """Return the named person who answers that day for a clock of the centre or the survey office."""
        code = self.office.owners.get(clock)
        return None if code is None else in_force(self._person_by_id, code, self.day(at))

    def stop_groups(self, codes: AbstractSet[str]) -> tuple[StopGroup, ...]:
        """Find groups of the words that stop the machine, the most pressing first."""
        return tuple(group for group in self.stop_words.groups if group.code in codes)

    def template(self, code: str) -> Template | None:
        return self._template_by_code.get(code)

    def is_quiet(self, moment: time) -> bool:
        """Tell whether citizens are left in peace at this local time of day."""
        start, end = self.office.quiet_from, self.office.quiet_until
        return start <= moment < end if start <= end else moment >= start or moment < end

    def peace_until(self, at: datetime) -> datetime:
        """Tell when citizens may be told something: at once, or at the end of the quiet hours that `at` lies in."""
        here = at.astimezone(ZoneInfo(self.office.zone))
        if not self.is_quiet(here.time()):
            return at
        until = self.office.quiet_until
        morning = here.replace(hour=until.hour, minute=until.minute, second=0, microsecond=0)
        return morning if morning > here else morning + timedelta(days=1)

    def next_half_day(self, at: datetime) -> datetime:
        """Tell when the office next opens in the morning or after noon, on any day; what is gathered goes out then."""
        here = at.astimezone(ZoneInfo(self.office.zone))
        days = (here, here + timedelta(days=1))
        opens = (
            day.replace(hour=each.opens.hour, minute=each.opens.minute, second=0, microsecond=0)
            for day in days
            for each in self.office.hours
        )
        return next(moment for moment in opens if moment > here)

    @cached_property
    def places(self) -> PlaceIndex:
        """The index of all places, built once."""
        return PlaceIndex.of(self.streets, self.departments)

    @cached_property
    def office_numbers(self) -> frozenset[str]:
        """The telephone numbers of desks and of those on duty there, as digits alone: an office may give them out."""
        posts = (post for each in self.departments for post in (each.desk, each.duty))
        return frozenset("".join(filter(str.isdecimal, post.phone)) for post in posts)

    @cached_property
    def listener(self) -> Listener:
        """What listens for the words that stop the machine, prepared once."""
        return Listener.of(self.stop_words, self.places, self.departments, self.area)

    @cached_property
    def _category_by_code(self) -> dict[str, Category]:
        return {category.code: category for category in self.categories}

    @cached_property
    def _department_by_code(self) -> dict[str, Department]:
        return {department.code: department for department in self.departments}

    @cached_property
    def _unit_by_code(self) -> dict[str, VisitingUnit]:
        return {unit.code: unit for unit in self.units}

    @cached_property
    def _limit_by_clock(self) -> dict[Clock, Limit]:
        return {limit.clock: limit for limit in self.limits.clocks}

    @cached_property
    def _person_by_id(self) -> dict[str, Person]:
        return {person.id: person for person in self.office.people}

    @cached_property
    def _template_by_code(self) -> dict[str, Template]:
        return {template.code: template for template in self.templates}


class Streets(Model):
    """All stretches of road and all compounds."""

    streets: tuple[Street, ...]


class Catalogue(Model):
    """All leaves of the catalogue."""

    categories: tuple[Category, ...]


class Units(Model):
    """All visiting units."""

    units: tuple[VisitingUnit, ...]


FILES: dict[str, type[Model]] = {
    "policy.yaml": Manifest,
    "catalogue.csv": Catalogue,
    "directory.yaml": Directory,
    "streets.csv": Streets,
    "units.csv": Units,
    "limits.yaml": Limits,
    "office.yaml": Office,
    "duty.yaml": Duty,
    "automation.yaml": Automation,
    "stop_words.yaml": StopWords,
    "grounds.yaml": Grounds,
    "ladder.yaml": Ladder,
    "rates.yaml": Rates,
    "templates.yaml": Templates,
    "callers.yaml": Callers,
}
"""Which model each file of a policy directory has to fit."""
