"""What stands as said at the door of persons was said there, by somebody of the party that it stands for."""

from __future__ import annotations

from typing import Final

import pytest

from schemas.values import Party, PartyKind
from services.desk.for_tools import SOURCE
from tools.verify.submissions import said_at_the_door

OFFICE: Final = str(Party(kind=PartyKind.OFFICE))
HOUSING: Final = str(Party(kind=PartyKind.DEPARTMENT, department="housing"))
CALLBACK: Final = str(Party(kind=PartyKind.CALLBACK))
HOTLINE: Final = str(Party(kind=PartyKind.HOTLINE))
ACTS: Final = {
    "a-1": ("p-xu", OFFICE),
    "a-2": ("department.housing", HOUSING),
    "a-3": ("department.greening", HOUSING),
    "a-4": ("p-shao", CALLBACK),
    "a-5": ("p-xu", CALLBACK),
    "a-6": ("p-xu", HOTLINE),
    "a-7": ("p-lu", HOTLINE),
}


def found(*said: tuple[str, str, str]) -> list[str]:
    return [finding.text for finding in said_at_the_door(said, ACTS, {"p-shao"}, {"p-xu"}).findings]


def test_whoever_is_logged_in_acts_for_their_own_party() -> None:
    assert (
        found(
            (OFFICE, SOURCE, "a-1"),
            (HOUSING, SOURCE, "a-2"),
            (HOUSING, "housing/oa", "a-9"),
            (CALLBACK, SOURCE, "a-4"),
            (HOTLINE, SOURCE, "a-6"),
        )
        == []
    )


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ((HOUSING, SOURCE, "a-9"), "门上却没有"),
        ((OFFICE, SOURCE, "a-2"), "却是 department.housing"),
        ((HOUSING, SOURCE, "a-1"), "却是 p-xu"),
        ((CALLBACK, SOURCE, "a-5"), "却是 p-xu"),
        ((OFFICE, SOURCE, "a-4"), "却是 p-shao"),
        ((HOTLINE, SOURCE, "a-7"), "却是 p-lu"),
        ((HOTLINE, SOURCE, "a-1"), "却是 p-xu"),
        ((HOUSING, SOURCE, "a-3"), "却是 department.greening"),
    ],
)
def test_who_speaks_as_the_door_or_for_another_party_is_found(said: tuple[str, str, str], why: str) -> None:
    (text,) = found(said)
    assert why in text
