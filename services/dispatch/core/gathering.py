"""Which incidents gather what still comes: of their category, at their place."""

from __future__ import annotations

from typing import NamedTuple

from schemas.text import plain
from schemas.values import CategoryCode, IncidentId, Place
from services.dispatch.core.ticket import Matter


class Gathering(NamedTuple):
    """An open incident to which matters like it belong."""

    incident: IncidentId
    category: CategoryCode
    place: Place

    def gathers(self, matter: Matter) -> bool:
        """Whether a matter is of its category, at its place."""
        return matter.category == self.category and lies_in(matter.place, self.place)


def lies_in(place: Place, wanted: Place) -> bool:
    """Whether a place is the wanted one: the same in all that this names, or said with its words."""
    named = [(wanted.compound, place.compound), (wanted.road, place.road), (wanted.number, place.number)]
    if any(one is not None for one, _ in named):
        return all(one in (None, other) for one, other in named)
    elsewhere = wanted.subdistrict not in (None, place.subdistrict)
    return not elsewhere and plain(wanted.text) in plain(place.text)
