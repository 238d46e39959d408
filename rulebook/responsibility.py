"""Where a place lies, and who leads and who supports, as the catalogue says."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from rulebook.codes import SUBDISTRICT_OF_PLACE
from rulebook.directory import Category
from rulebook.policy import Policy


class Rule(StrEnum):
    """By which rule a department came to lead, or none did."""

    CATALOGUE_BUREAU = "catalogue_bureau"
    CATALOGUE_SUBDISTRICT = "catalogue_subdistrict"
    LAST_RESORT = "last_resort"
    NO_CATEGORY_NO_PLACE = "no_category_no_place"
    UNKNOWN_CATEGORY = "unknown_category"
    NO_PLACE = "no_place"
    ACCUSED = "accused"


@dataclass(frozen=True)
class Supporting:
    """A supporting department; a blocking one has to finish before the lead can report handled."""

    department: str
    blocking: bool


@dataclass(frozen=True)
class Assignment:
    """The lead, the supporting departments, and by which rule."""

    lead: str
    supporting: tuple[Supporting, ...]
    rule: Rule


@dataclass(frozen=True)
class Undetermined:
    """Policy names no lead, so a person has to; `rule` says why."""

    rule: Rule


def locate(policy: Policy, place_text: str, at: datetime) -> str | None:
    """Return the code of the sub-district that a place lies in at a moment.

    A compound or a road with its number decides; a road that crosses sub-districts says nothing without a number.
    Returns None where the text names no known place, or places in more than one sub-district.
    """
    found = policy.places.subdistrict(place_text, policy.day(at))
    current = policy.current(found, at) if found is not None else None
    return found if current is None else current.code


def responsible(
    policy: Policy, category: str | None, subdistrict: str | None, excluded: frozenset[str] = frozenset()
) -> Assignment | Undetermined:
    """Tell who is responsible for a category at a place; departments in `excluded` (the accused) never are."""
    if category is None:
        return _last_resort(subdistrict, excluded)
    found = policy.category(category)
    if found is None:
        return Undetermined(Rule.UNKNOWN_CATEGORY)
    if not found.led_by_subdistrict:
        return _assigned(found, found.lead, Rule.CATALOGUE_BUREAU, subdistrict, excluded)
    if subdistrict is None:
        return Undetermined(Rule.NO_PLACE)
    return _assigned(found, subdistrict, Rule.CATALOGUE_SUBDISTRICT, subdistrict, excluded)


def _last_resort(subdistrict: str | None, excluded: frozenset[str]) -> Assignment | Undetermined:
    if subdistrict is None:
        return Undetermined(Rule.NO_CATEGORY_NO_PLACE)
    if subdistrict in excluded:
        return Undetermined(Rule.ACCUSED)
    return Assignment(subdistrict, (), Rule.LAST_RESORT)


def _assigned(
    category: Category, lead: str, rule: Rule, subdistrict: str | None, excluded: frozenset[str]
) -> Assignment | Undetermined:
    if lead in excluded:
        return Undetermined(Rule.ACCUSED)
    return Assignment(lead, _supporting(category, lead, subdistrict, excluded), rule)


def _supporting(
    category: Category, lead: str, subdistrict: str | None, excluded: frozenset[str]
) -> tuple[Supporting, ...]:
    found: dict[str, bool] = {}
    for codes, blocking in ((category.supporting, True), (category.consulted, False)):
        for code in codes:
            department = subdistrict if code == SUBDISTRICT_OF_PLACE else code
            if department is not None and department != lead and department not in excluded:
                found.setdefault(department, blocking)
    return tuple(Supporting(department, blocking) for department, blocking in found.items())
