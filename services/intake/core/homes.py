"""Where a household's problem is, said so that nobody is found at home who must not be known."""

from __future__ import annotations

import re
from typing import Final

from rulebook import Policy, locate
from schemas.inbound import Problem, RecordVisit
from schemas.sealed import completed
from schemas.spelling import spelt
from schemas.values import Contact, Place, RequesterKind
from services.intake.core.repeats import comparable

_LANE: Final = re.compile(r"^.*?[0-9十百千]+\s*弄")
_DIGITS: Final = re.compile(r"\d+(?![\d\s]*(?:弄|村|路|街|坊|期))")
_HOUSE: Final = re.compile(r"[0-9十百]+\s*(?:号|室|幢|栋|座|单元|楼|层|户)")
_BETWEEN: Final = " \t\u3000-,，、/()（）"
_AT_HOME: Final = "住户家中"


def where_it_is(policy: Policy, visit: RecordVisit, problem: Problem) -> tuple[Place, Contact]:
    """The place of a problem and the contact of its household, as they are registered.

    What has no place of its own is where the household lives. Of one that spoke in confidence that is no more than the
    lane or the road, and the sub-district; the whole address is sealed in the contact. Of an anonymous one, whom nobody
    can ask, the door left out the flat already, and the house stays: whoever looks for the matter has to find it.
    """
    anonymous = visit.requester_kind is RequesterKind.ANONYMOUS
    at_home = problem.place is None or comparable(problem.place.text) == comparable(visit.address.text)
    if not at_home or anonymous or not problem.confidential:
        return problem.place or visit.address, visit.contact
    home = visit.address
    subdistrict = home.subdistrict or locate(policy, home.text, visit.visited_at)
    place = Place(text=coarse(home.text), road=home.road, compound=home.compound, subdistrict=subdistrict)
    if visit.contact.address is not None:
        return place, visit.contact
    return place, completed(visit.contact, Contact(address=home.text))


def coarse(address: str) -> str:
    """An address without the number of the house: its lane, compound or road."""
    written = spelt(address)
    lane, house = _LANE.search(written), (_DIGITS.search(address), _HOUSE.search(written))
    end = lane.end() if lane else min((each.start() for each in house if each), default=len(address))
    return address[:end].strip(_BETWEEN) or _AT_HOME
