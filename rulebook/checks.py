"""What no single file can know: that codes named in one file exist in another, and that rules agree."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from rulebook.base import Model
from rulebook.callers import check_callers
from rulebook.checked import Checked
from rulebook.codes import (
    ACTS_OF_CONTRACTORS,
    APART,
    ONLY_LOOK,
    RULE_CHANGES,
    SUBDISTRICT_OF_PLACE,
    DepartmentKind,
    OwedBy,
    Step,
    Unit,
)
from rulebook.directory import Directory, Office, Street
from rulebook.duty import check_duty
from rulebook.limits import Budget, Limit, Limits, Span
from rulebook.policy import Catalogue, Streets, Units
from rulebook.problems import Problem
from rulebook.rules import Automation, Grounds, Ladder
from rulebook.source import Trail
from rulebook.stop_words import StopWords
from rulebook.successions import check_successions
from schemas.inbound import OFFICE_ACTIONS
from schemas.values import Tier


def cross_check(checked: Checked) -> Iterator[Problem]:
    """Tell every disagreement between the files of a policy."""
    yield from _codes_stand_once(checked)
    yield from _names_stand_once(checked)
    yield from _catalogue(checked)
    yield from _stop_words(checked)
    yield from _proofs(checked)
    yield from _streets(checked)
    yield from _units(checked)
    yield from _limits(checked)
    yield from _office(checked)
    yield from _ladder(checked)
    yield from check_duty(checked)
    yield from check_callers(checked)
    yield from check_successions(checked)


def _codes_stand_once(checked: Checked) -> Iterator[Problem]:
    directory = checked.model("directory.yaml", Directory)
    lists: list[tuple[str, Trail, list[str]]] = [
        ("catalogue.csv", ("categories",), [c.code for c in checked.model("catalogue.csv", Catalogue).categories]),
        ("directory.yaml", ("departments",), [d.code for d in directory.departments]),
        ("directory.yaml", ("outside",), [o.code for o in directory.outside]),
        ("units.csv", ("units",), [u.code for u in checked.model("units.csv", Units).units]),
        ("office.yaml", ("people",), [p.id for p in checked.model("office.yaml", Office).people]),
        ("templates.yaml", ("templates",), [t.code for t in checked.templates]),
        ("stop_words.yaml", ("groups",), [g.code for g in checked.model("stop_words.yaml", StopWords).groups]),
    ]
    grounds = checked.model("grounds.yaml", Grounds)
    lists += [("grounds.yaml", (act,), [each.code for each in those]) for act, those in grounds.by_act().items()]
    for file, path, codes in lists:
        counts = Counter(codes)
        for index, code in enumerate(codes):
            if counts[code] > 1 and code in codes[:index]:
                yield checked.problem(file, (*path, index), code, "a code that stands once", "Give it another code.")


def _names_stand_once(checked: Checked) -> Iterator[Problem]:
    """People say names, not codes; only what is there for some time may hand its name on."""
    directory, office = checked.model("directory.yaml", Directory), checked.model("office.yaml", Office)
    named: list[tuple[str, Trail, Sequence[Model], str]] = [
        ("catalogue.csv", ("categories",), checked.model("catalogue.csv", Catalogue).categories, "path"),
        ("directory.yaml", ("departments",), directory.departments, "name"),
        ("directory.yaml", ("outside",), directory.outside, "name"),
        ("units.csv", ("units",), checked.model("units.csv", Units).units, "name"),
        ("office.yaml", ("people",), office.people, "name"),
    ]
    grounds = checked.model("grounds.yaml", Grounds).by_act()
    named += [("grounds.yaml", (act,), those, "name") for act, those in grounds.items()]
    for file, path, those, field in named:
        seen: set[str] = set()
        for index, each in enumerate(those):
            name = str(getattr(each, field))
            if name in seen and not {"valid_from", "valid_to"} & each.model_fields_set:
                step = "Give one of them another name, such as 王芳（二）."
                yield checked.problem(file, (*path, index, "name"), name, "a name that stands once", step)
            seen.add(name)


def _catalogue(checked: Checked) -> Iterator[Problem]:
    kinds = {d.code: d.kind for d in checked.model("directory.yaml", Directory).departments}
    outside = {o.code for o in checked.model("directory.yaml", Directory).outside}
    file = "catalogue.csv"
    for index, category in enumerate(checked.model(file, Catalogue).categories):
        row: Trail = ("categories", index)
        if not category.led_by_subdistrict and kinds.get(category.lead) is not DepartmentKind.BUREAU:
            expected = "a bureau of directory.yaml, or the word subdistrict"
            yield checked.problem(file, (*row, "lead"), category.lead, expected, _ADD_DEPARTMENT)
        for name, codes in (("supporting", category.supporting), ("consulted", category.consulted)):
            for code in _unknown(codes, {*kinds, SUBDISTRICT_OF_PLACE}):
                expected = "a department of directory.yaml, or the word subdistrict"
                yield checked.problem(file, (*row, name), code, expected, _ADD_DEPARTMENT)
        if category.refer is not None and category.refer not in outside:
            yield checked.problem(file, (*row, "refer"), category.refer, "an outside body", "Add it to directory.yaml.")


def _stop_words(checked: Checked) -> Iterator[Problem]:
    file = "stop_words.yaml"
    categories = {c.code for c in checked.model("catalogue.csv", Catalogue).categories}
    outside = {o.code for o in checked.model("directory.yaml", Directory).outside}
    for index, group in enumerate(checked.model(file, StopWords).groups):
        row: Trail = ("groups", index)
        if group.category is not None and group.category not in categories:
            step = "Correct the code or take category out."
            yield checked.problem(file, (*row, "category"), group.category, "a category of catalogue.csv", step)
        if group.refer is not None and group.refer not in outside:
            yield checked.problem(file, (*row, "refer"), group.refer, "an outside body", "Add it to directory.yaml.")


def _proofs(checked: Checked) -> Iterator[Problem]:
    file = "automation.yaml"
    categories = {c.code for c in checked.model("catalogue.csv", Catalogue).categories}
    trust = checked.model(file, Automation).suggestion
    for index, proof in enumerate(trust.proved):
        row: Trail = ("suggestion", "proved", index)
        if proof.category not in categories:
            yield checked.problem(
                file, (*row, "category"), proof.category, "a category of catalogue.csv", "Correct it."
            )
        if proof.at_least < trust.floor:
            found, expected = f"surely right in {proof.at_least:.3f}", f"at least {trust.floor}, the floor"
            yield checked.problem(file, row, found, expected, "Have more suggestions checked, or take the proof out.")


_ADD_DEPARTMENT = "Correct the code or add the department to directory.yaml."


def _unknown(codes: Iterable[str], known: Iterable[str]) -> list[str]:
    allowed = set(known)
    return [code for code in codes if code not in allowed]


def _subdistricts(checked: Checked) -> set[str]:
    departments = checked.model("directory.yaml", Directory).departments
    return {d.code for d in departments if d.kind is DepartmentKind.SUBDISTRICT}


def _streets(checked: Checked) -> Iterator[Problem]:
    file, known = "streets.csv", _subdistricts(checked)
    seen: dict[str, list[Street]] = {}
    for index, street in enumerate(checked.model(file, Streets).streets):
        row: Trail = ("streets", index)
        if street.subdistrict not in known:
            expected = "a sub-district of directory.yaml"
            yield checked.problem(file, (*row, "subdistrict"), street.subdistrict, expected, _ADD_DEPARTMENT)
        for other in seen.setdefault(street.name, []):
            if _overlap(street, other):
                found = f"{street.name} again"
                yield checked.problem(
                    file, row, found, "each house number once", "Part the stretches by side or number."
                )
        seen[street.name].append(street)


def _overlap(one: Street, two: Street) -> bool:
    if _apart(one, two) or _apart(two, one):
        return False
    if {one.side, two.side} == {"odd", "even"}:
        return False
    if one.first is None or one.last is None or two.first is None or two.last is None:
        return True
    return one.first <= two.last and two.first <= one.last


def _apart(one: Street, two: Street) -> bool:
    """Whether one stretch is gone before the other one comes."""
    return one.valid_to is not None and two.valid_from is not None and one.valid_to < two.valid_from


def _units(checked: Checked) -> Iterator[Problem]:
    file, areas = "units.csv", _subdistricts(checked)
    for index, unit in enumerate(checked.model(file, Units).units):
        for code in _unknown(unit.areas, areas):
            yield checked.problem(file, ("units", index, "areas"), code, "a sub-district", _ADD_DEPARTMENT)


def _rough_minutes(span: Span, office: Office) -> int:
    """Minutes of a span, by which it can be told whether one can fit into another."""
    day = office.minutes_of_a_day
    units = {
        Unit.MINUTES: 1,
        Unit.HOURS: 60,
        Unit.OFFICE_MINUTES: 1,
        Unit.HALF_WORKING_DAYS: day // 2,
        Unit.WORKING_DAYS: day,
        Unit.CALENDAR_DAYS: 24 * 60,
    }
    return span.amount * units[span.unit]


def _limits(checked: Checked) -> Iterator[Problem]:
    file = "limits.yaml"
    limits, office = checked.model(file, Limits), checked.model("office.yaml", Office)
    for index, limit in enumerate(limits.clocks):
        budgets: list[tuple[Tier | None, Budget]] = [(None, limit.budget), *limit.by_tier.items()]
        for tier, budget in budgets:
            soon = limit.due_soon if tier is None else limit.due_soon_for(tier)
            if _rough_minutes(soon, office) > _rough_minutes(budget, office):
                found = f"due soon {soon.amount} {soon.unit} before the end"
                expected = f"not more than the budget of {budget.amount} {budget.unit}"
                step = f"Shorten due_soon, or due_soon_by_tier for {tier or 'the default'}."
                yield checked.problem(file, ("clocks", index, "due_soon"), found, expected, step)
        yield from _ceiling(checked, index, limit, office)
    yield from _extension(checked, limits)


_OFFICE_TIME = {Unit.OFFICE_MINUTES, Unit.HALF_WORKING_DAYS, Unit.WORKING_DAYS}


def _ceiling(checked: Checked, index: int, limit: Limit, office: Office) -> Iterator[Problem]:
    top = limit.ceiling
    if top is None:
        return
    for tier in Tier:
        budget = limit.budget_for(tier)
        alike = (budget.unit in _OFFICE_TIME) == (top.unit in _OFFICE_TIME)
        if alike and _rough_minutes(budget, office) > _rough_minutes(top, office):
            found, expected = f"{top.amount} {top.unit}", f"at least the {budget.amount} {budget.unit} of {tier}"
            yield checked.problem(
                "limits.yaml", ("clocks", index, "ceiling"), found, expected, "Raise the ceiling or shorten the limit."
            )


def _extension(checked: Checked, limits: Limits) -> Iterator[Problem]:
    for tier in Tier:
        span = limits.extension.span_for(tier)
        budgets = {limit.clock: limit.budget_for(tier).unit for limit in limits.clocks if limit.extendable}
        unlike = {
            clock: unit for clock, unit in budgets.items() if (unit in _OFFICE_TIME) != (span.unit in _OFFICE_TIME)
        }
        if unlike:
            path: Trail = ("extension", "by_tier" if tier in limits.extension.by_tier else "span")
            expected = f"for {tier} time that can be added to {', '.join(f'{c} ({u})' for c, u in unlike.items())}"
            step = f"Give extension.by_tier a span for {tier}: hours or calendar_days, or working_days."
            yield checked.problem("limits.yaml", path, f"{span.amount} {span.unit}", expected, step)


def _office(checked: Checked) -> Iterator[Problem]:
    file = "office.yaml"
    office = checked.model(file, Office)
    people = {person.id for person in office.people}
    for clock, person in office.owners.items():
        if person not in people:
            yield checked.problem(file, ("owners", clock.value), person, "a person of this file", "Correct the id.")
    centre = {x.clock for x in checked.model("limits.yaml", Limits).clocks if x.owner is OwedBy.OFFICE}
    for clock in sorted(centre - set(office.owners)):
        expected = "a named owner of each clock of the centre and the survey office"
        yield checked.problem(file, ("owners",), f"none for {clock}", expected, f"Add {clock} to owners.")
    yield from _may(checked, office)
    yield from _roles_apart(checked, office)
    yield from _delegations(checked, office)


def _delegations(checked: Checked, office: Office) -> Iterator[Problem]:
    """A role is lent by who has it to somebody else of the office who has not."""
    roles = {person.id: set(person.roles) for person in office.people}
    for index, each in enumerate(office.delegations):
        row: Trail = ("delegations", index)
        for name, code in (("of", each.of), ("to", each.to)):
            if code not in roles:
                yield checked.problem("office.yaml", (*row, name), code, "a person of this file", "Correct the id.")
        if each.role not in roles.get(each.of, {each.role}):
            expected, step = f"somebody who is {each.role}", "Name whose role it is, or correct the role."
            yield checked.problem("office.yaml", (*row, "of"), each.of, expected, step)
        if each.role in roles.get(each.to, ()):
            expected, step = f"somebody who is not {each.role} anyway", "Take the delegation out, or name another one."
            yield checked.problem("office.yaml", (*row, "to"), each.to, expected, step)


def _roles_apart(checked: Checked, office: Office) -> Iterator[Problem]:
    """Whoever only looks does nothing to a ticket, and a contractor's people never dispatch, rule, approve or close."""
    file, apart = "office.yaml", {person.id for person in office.people if not APART.isdisjoint(person.roles)}
    for index, person in enumerate(office.people):
        if person.id in apart and len(person.roles) > 1:
            expected = f"{', '.join(sorted(APART & {*person.roles}))} alone"
            step = f"Take the other roles from {person.id}."
            yield checked.problem(file, ("people", index, "roles"), ", ".join(person.roles), expected, step)
    for index, each in enumerate(office.delegations):
        if each.role in APART or each.to in apart:
            row: Trail = ("delegations", index, "role" if each.role in APART else "to")
            expected = f"a role besides {', '.join(sorted(APART))}, lent to somebody who has none of these"
            step = "Take the delegation out, or name another one."
            yield checked.problem(file, row, each.role if each.role in APART else each.to, expected, step)
    for action, allowed in office.may.items():
        never = ONLY_LOOK if action in ACTS_OF_CONTRACTORS else APART
        if wrong := ", ".join(sorted(never & {*allowed})):
            step = f"Take {wrong} out of {action}."
            yield checked.problem(file, ("may", action), ", ".join(allowed), f"no {wrong}", step)


def _may(checked: Checked, office: Office) -> Iterator[Problem]:
    roles = {role for person in office.people for role in person.roles}
    actions = {*OFFICE_ACTIONS, *RULE_CHANGES} - set(Step)
    for action in sorted(actions - set(office.may)):
        yield checked.problem(
            "office.yaml", ("may",), f"none for {action}", "the roles for each action", f"Add {action} to may."
        )
    for action, allowed in office.may.items():
        if action not in actions:
            expected = f"one of {', '.join(sorted(actions))}"
            yield checked.problem("office.yaml", ("may", action), action, expected, "Correct the action.")
        elif roles.isdisjoint(allowed):
            step = "Name another role, or give somebody of this file one of these."
            yield checked.problem("office.yaml", ("may", action), ", ".join(allowed), "a role that somebody has", step)


def _ladder(checked: Checked) -> Iterator[Problem]:
    roles = {role for person in checked.model("office.yaml", Office).people for role in person.roles}
    for index, rung in enumerate(checked.model("ladder.yaml", Ladder).rungs):
        path: Trail = ("rungs", index, "ordered_by")
        if rung.ordered_by in APART:
            expected = "a role that acts on tickets"
            yield checked.problem("ladder.yaml", path, rung.ordered_by, expected, "Name another role.")
        elif rung.ordered_by not in roles:
            step = "Give somebody in office.yaml this role."
            yield checked.problem("ladder.yaml", path, rung.ordered_by, "a role that somebody has", step)
