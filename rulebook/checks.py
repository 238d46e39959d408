"""What no single file can know: that codes named in one file exist in another, and that rules agree."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from rulebook.base import Model
from rulebook.callers import check_callers
from rulebook.checked import Checked
from rulebook.codes import (
    ACTS_OF_CONTRACTORS,
    APART,
    FIND_CALLER,
    ON_NO_TICKET,
    ONLY_LOOK,
    RULE_CHANGES,
    SUBDISTRICT_OF_PLACE,
    TAKE_CALL,
    DepartmentKind,
    OwedBy,
    Start,
    Step,
    Unit,
)
from rulebook.desk import TASKS
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
from vocabulary import NOTHING, Chinese


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
                yield checked.problem(
                    file, (*path, index), code, Chinese("只出现一次的代码"), Chinese("请给它另一个代码。")
                )


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
                step = Chinese("请给其中一个另一个名称，如王芳（二）。")
                yield checked.problem(file, (*path, index, "name"), name, Chinese("只出现一次的名称"), step)
            seen.add(name)


def _catalogue(checked: Checked) -> Iterator[Problem]:
    kinds = {d.code: d.kind for d in checked.model("directory.yaml", Directory).departments}
    outside = {o.code for o in checked.model("directory.yaml", Directory).outside}
    file = "catalogue.csv"
    for index, category in enumerate(checked.model(file, Catalogue).categories):
        row: Trail = ("categories", index)
        if not category.led_by_subdistrict and kinds.get(category.lead) is not DepartmentKind.BUREAU:
            expected = Chinese("directory.yaml 里的委办局，或者 subdistrict")
            yield checked.problem(file, (*row, "lead"), category.lead, expected, _ADD_DEPARTMENT)
        for name, codes in (("supporting", category.supporting), ("consulted", category.consulted)):
            for code in _unknown(codes, {*kinds, SUBDISTRICT_OF_PLACE}):
                expected = Chinese("directory.yaml 里的单位，或者 subdistrict")
                yield checked.problem(file, (*row, name), code, expected, _ADD_DEPARTMENT)
        if category.refer is not None and category.refer not in outside:
            yield checked.problem(file, (*row, "refer"), category.refer, _OUTSIDE, _ADD_OUTSIDE)


def _stop_words(checked: Checked) -> Iterator[Problem]:
    file = "stop_words.yaml"
    categories = {c.code for c in checked.model("catalogue.csv", Catalogue).categories}
    outside = {o.code for o in checked.model("directory.yaml", Directory).outside}
    for index, group in enumerate(checked.model(file, StopWords).groups):
        row: Trail = ("groups", index)
        if group.category is not None and group.category not in categories:
            step = Chinese("请更正代码，或者去掉 category。")
            yield checked.problem(file, (*row, "category"), group.category, _CATEGORY, step)
        if group.refer is not None and group.refer not in outside:
            yield checked.problem(file, (*row, "refer"), group.refer, _OUTSIDE, _ADD_OUTSIDE)


def _proofs(checked: Checked) -> Iterator[Problem]:
    file = "automation.yaml"
    categories = {c.code for c in checked.model("catalogue.csv", Catalogue).categories}
    trust = checked.model(file, Automation).suggestion
    for index, proof in enumerate(trust.proved):
        row: Trail = ("suggestion", "proved", index)
        if proof.category not in categories:
            yield checked.problem(file, (*row, "category"), proof.category, _CATEGORY, Chinese("请更正代码。"))
        if proof.at_least < trust.floor:
            found, expected = Chinese(f"正确率至少 {proof.at_least:.3f}"), Chinese(f"不低于 floor 的 {trust.floor}")
            yield checked.problem(file, row, found, expected, Chinese("请多核对一些推荐，或者去掉这一条。"))


_CATEGORY: Final = Chinese("catalogue.csv 里的分类")
_OUTSIDE: Final = Chinese("directory.yaml 里的区外单位（outside）")
_SUBDISTRICT: Final = Chinese("directory.yaml 里的街道")
_PERSON: Final = Chinese("本文件里的人员")
_ADD_DEPARTMENT: Final = Chinese("请更正代码，或者在 directory.yaml 里补上这个单位。")
_ADD_OUTSIDE: Final = Chinese("请在 directory.yaml 里补上它。")
_CORRECT_PERSON: Final = Chinese("请更正人员代码。")
_ROLE_OF_SOMEBODY: Final = Chinese("有人担任的职责")
_OTHER_DELEGATION: Final = Chinese("请去掉这条委托，或者换一个人。")


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
            yield checked.problem(file, (*row, "subdistrict"), street.subdistrict, _SUBDISTRICT, _ADD_DEPARTMENT)
        for other in seen.setdefault(street.name, []):
            if _overlap(street, other):
                found, step = Chinese(f"又一段 {street.name}"), Chinese("请按单双号或者门牌号分段。")
                yield checked.problem(file, row, found, Chinese("每个门牌号只在一段里"), step)
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
            yield checked.problem(file, ("units", index, "areas"), code, _SUBDISTRICT, _ADD_DEPARTMENT)


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
            # Whoever is on duty is called, and called again: nobody is reminded, which the whole of the time says.
            at_once = budget.start is Start.MOMENT and limit.owner is not OwedBy.DUTY_OFFICER
            most = _rough_minutes(budget, office) - (1 if at_once else 0)
            if _rough_minutes(soon, office) > most:
                found = Chinese(f"到期前 {soon.amount} {soon.unit} 提醒")
                expected = Chinese(f"{'短于' if at_once else '不长于'}时限本身的 {budget.amount} {budget.unit}")
                step = Chinese(f"请缩短 {f'due_soon_by_tier 的 {tier}' if tier else 'due_soon'}。")
                own = tier is not None and tier in limit.due_soon_by_tier
                named = ("due_soon_by_tier", str(tier)) if own else ("due_soon",)
                yield checked.problem(file, ("clocks", index, *named), found, expected, step)
        yield from _ceiling(checked, index, limit, office)
        yield from _urgent_first(checked, index, limit, office)
    yield from _without_limit(checked, limits)
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
            found, expected = f"{top.amount} {top.unit}", Chinese(f"不短于 {tier} 的 {budget.amount} {budget.unit}")
            step = Chinese("请提高 ceiling，或者缩短时限。")
            yield checked.problem("limits.yaml", ("clocks", index, "ceiling"), found, expected, step)


def _urgent_first(checked: Checked, index: int, limit: Limit, office: Office) -> Iterator[Problem]:
    """What is urgent has no longer than the ordinary, also in office hours, when office time is short."""
    urgent, usual = limit.budget_for(Tier.URGENT), limit.budget
    if _minutes_at_work(urgent, office) > _minutes_at_work(usual, office):
        found, expected = f"{urgent.amount} {urgent.unit}", Chinese(f"不长于通常的 {usual.amount} {usual.unit}")
        step = Chinese("请缩短紧急件的时限：上班时间里，紧急件也不应更慢。")
        yield checked.problem("limits.yaml", ("clocks", index, "by_tier", "urgent"), found, expected, step)


def _minutes_at_work(budget: Budget, office: Office) -> int:
    """Minutes until a budget that begins in office hours is over; from one working day to the next lies a night."""
    return budget.amount * 24 * 60 if budget.unit is Unit.WORKING_DAYS else _rough_minutes(budget, office)


def _without_limit(checked: Checked, limits: Limits) -> Iterator[Problem]:
    """Whatever waits at the desk is counted, or there is a sentence why not; never both."""
    for task, asked in TASKS.items():
        if (asked.clock is None) == (task in limits.without_limit):
            continue
        found = limits.without_limit.get(task, Chinese("没有写"))
        expected = Chinese("没有时限的待办各写一句为什么，有时限的不写")
        step = Chinese(f"请在 without_limit 里{'补上' if asked.clock is None else '去掉'} {task}。")
        yield checked.problem("limits.yaml", ("without_limit", task.value), found, expected, step)


def _extension(checked: Checked, limits: Limits) -> Iterator[Problem]:
    for tier in Tier:
        span = limits.extension.span_for(tier)
        budgets = {limit.clock: limit.budget_for(tier).unit for limit in limits.clocks if limit.extendable}
        unlike = {
            clock: unit for clock, unit in budgets.items() if (unit in _OFFICE_TIME) != (span.unit in _OFFICE_TIME)
        }
        if unlike:
            path: Trail = ("extension", "by_tier" if tier in limits.extension.by_tier else "span")
            expected = Chinese(f"{tier} 能加到 {'、'.join(f'{c}（{u}）' for c, u in unlike.items())} 上的时间")
            step = Chinese(f"请在 extension.by_tier 里给 {tier} 写上 hours、calendar_days 或者 working_days。")
            yield checked.problem("limits.yaml", path, f"{span.amount} {span.unit}", expected, step)


def _office(checked: Checked) -> Iterator[Problem]:
    file = "office.yaml"
    office = checked.model(file, Office)
    people = {person.id for person in office.people}
    for clock, person in office.owners.items():
        if person not in people:
            yield checked.problem(file, ("owners", clock.value), person, _PERSON, _CORRECT_PERSON)
    centre = {x.clock for x in checked.model("limits.yaml", Limits).clocks if x.owner is OwedBy.OFFICE}
    for clock in sorted(centre - set(office.owners)):
        expected = Chinese("中心和大调研办的每个时限都有负责人")
        yield checked.problem(
            file, ("owners",), Chinese(f"{clock} 没有负责人"), expected, Chinese(f"请在 owners 里补上 {clock}。")
        )
    yield from _may(checked, office)
    yield from _urgent_only(checked, office)
    yield from _roles_apart(checked, office)
    yield from _delegations(checked, office)


def _delegations(checked: Checked, office: Office) -> Iterator[Problem]:
    """A role is lent by who has it to somebody else of the office who has not."""
    roles = {person.id: set(person.roles) for person in office.people}
    for index, each in enumerate(office.delegations):
        row: Trail = ("delegations", index)
        for name, code in (("of", each.of), ("to", each.to)):
            if code not in roles:
                yield checked.problem("office.yaml", (*row, name), code, _PERSON, _CORRECT_PERSON)
        if each.role not in roles.get(each.of, {each.role}):
            expected, step = Chinese(f"有 {each.role} 职责的人"), Chinese("请写有这项职责的人，或者更正职责。")
            yield checked.problem("office.yaml", (*row, "of"), each.of, expected, step)
        if each.role in roles.get(each.to, ()):
            expected, step = Chinese(f"本来没有 {each.role} 职责的人"), _OTHER_DELEGATION
            yield checked.problem("office.yaml", (*row, "to"), each.to, expected, step)


def _roles_apart(checked: Checked, office: Office) -> Iterator[Problem]:
    """Whoever only looks does nothing to a ticket, and a contractor's people never dispatch, rule, approve or close."""
    file, apart = "office.yaml", {person.id for person in office.people if not APART.isdisjoint(person.roles)}
    for index, person in enumerate(office.people):
        if person.id in apart and len(person.roles) > 1:
            expected = Chinese(f"只有 {'、'.join(sorted(APART & {*person.roles}))} 一项")
            step = Chinese(f"请去掉 {person.id} 的其他职责。")
            yield checked.problem(file, ("people", index, "roles"), "、".join(person.roles), expected, step)
    for index, each in enumerate(office.delegations):
        if each.role in APART or each.to in apart:
            row: Trail = ("delegations", index, "role" if each.role in APART else "to")
            expected = Chinese(f"{'、'.join(sorted(APART))} 以外的职责，借给没有这些职责的人")
            found = each.role if each.role in APART else each.to
            yield checked.problem(file, row, found, expected, _OTHER_DELEGATION)
    for action, allowed in office.may.items():
        never = ONLY_LOOK if action in ACTS_OF_CONTRACTORS else APART
        if wrong := "、".join(sorted(never & {*allowed})):
            step = Chinese(f"请从 {action} 里去掉 {wrong}。")
            yield checked.problem(file, ("may", action), "、".join(allowed), Chinese(f"不含 {wrong}"), step)


def _may(checked: Checked, office: Office) -> Iterator[Problem]:
    roles = {role for person in office.people for role in person.roles}
    actions = {*OFFICE_ACTIONS, *RULE_CHANGES, FIND_CALLER, TAKE_CALL} - set(Step)
    for action in sorted(actions - set(office.may)):
        yield checked.problem(
            "office.yaml",
            ("may",),
            Chinese(f"没有 {action}"),
            Chinese("每个操作由哪些职责做"),
            Chinese(f"请在 may 里补上 {action}。"),
        )
    for action, allowed in office.may.items():
        if action not in actions:
            expected = Chinese(f"{'、'.join(sorted(actions))} 之一")
            yield checked.problem("office.yaml", ("may", action), action, expected, Chinese("请更正操作。"))
        elif roles.isdisjoint(allowed):
            step = Chinese("请换一项职责，或者给本文件里的人其中一项。")
            yield checked.problem(
                "office.yaml", ("may", action), "、".join(allowed) or NOTHING, _ROLE_OF_SOMEBODY, step
            )


def _urgent_only(checked: Checked, office: Office) -> Iterator[Problem]:
    for action, roles in office.urgent_only.items():
        may = {*office.may.get(action, ())}
        if action in ON_NO_TICKET:
            expected, step = Chinese("对一件工单所做的事，才有紧急与否"), Chinese("请去掉这一行。")
            yield checked.problem("office.yaml", ("urgent_only", action), action, expected, step)
        elif wrong := "、".join(sorted({*roles} - may)):
            expected = Chinese(f"{'、'.join(sorted(may)) or NOTHING} 之一，即 may 里做 {action} 的职责")
            step = Chinese(f"请去掉 {wrong}，或者写入 may。")
            yield checked.problem("office.yaml", ("urgent_only", action), wrong, expected, step)
        elif may <= {*roles}:
            expected = Chinese("不是全部：不紧急的也要有人办")
            step = Chinese(f"请给 {action} 另加一项职责，或者去掉这一行。")
            yield checked.problem("office.yaml", ("urgent_only", action), "、".join(roles), expected, step)


def _ladder(checked: Checked) -> Iterator[Problem]:
    roles = {role for person in checked.model("office.yaml", Office).people for role in person.roles}
    for index, rung in enumerate(checked.model("ladder.yaml", Ladder).rungs):
        path: Trail = ("rungs", index, "ordered_by")
        if rung.ordered_by in APART:
            expected = Chinese("办理工单的职责")
            yield checked.problem("ladder.yaml", path, rung.ordered_by, expected, Chinese("请换一项职责。"))
        elif rung.ordered_by not in roles:
            step = Chinese("请在 office.yaml 里给人这项职责。")
            yield checked.problem("ladder.yaml", path, rung.ordered_by, _ROLE_OF_SOMEBODY, step)
