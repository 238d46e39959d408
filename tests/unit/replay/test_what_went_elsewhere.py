"""What a file says is a duplicate, or was transferred, becomes just that: merged, not accepted, or transferred."""

from __future__ import annotations

import csv
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, cast

import pytest

from rulebook import Policy, load_policy
from schemas.inbound import Action, Assign, Merge, OfficeAction, RefuseTicket, TransferOut
from schemas.public import DeskTask
from schemas.values import DeskTaskKind, Kind, Party, Tier
from tests.support import receipts
from tools.replay.casebook import Casebook
from tools.replay.mapping import load_mapping
from tools.replay.policies import assemble
from tools.replay.records import CaseRecord, read_rows, records
from tools.replay.sorting import Sorting
from tools.replay.speaking import Speaker

NOW: Final = datetime(2026, 11, 2, 9, tzinfo=UTC)
COLUMNS: Final = (
    "SRRecordID",
    "ServiceRequestNum",
    "SRType",
    "Address",
    "CreatedDate",
    "SRStatus",
    "Agency",
    "CloseDate",
)
ROWS: Final = (
    ("first", "first", "Alley", "1 A ST", "2014-01-01T08:00:00", "Closed", "Solid Waste", "2014-01-09T08:00:00"),
    ("again", "again", "Alley", "1 A ST", "2014-01-02T08:00:00", "Closed (Duplicate)", "Solid Waste", ""),
    ("alone", "alone", "Alley", "2 B ST", "2014-01-02T09:00:00", "Closed (Duplicate)", "Solid Waste", ""),
    ("gone", "gone", "Light", "3 C ST", "2014-01-02T10:00:00", "Closed (Transferred)", "Solid Waste", ""),
    ("nowhere", "nowhere", "Alley", "", "2014-01-03T10:00:00", "Closed", "Solid Waste", ""),
    ("no-place", "no-place", "Alley", "", "2014-01-04T10:00:00", "Open (Duplicate)", "Solid Waste", ""),
)
TICKETS: Final = {row[0]: f"2609140300{number:04d}" for number, row in enumerate(ROWS)}


class SaidSpeaker:
    """Says nothing to anybody and keeps what it was asked to say."""

    def __init__(self) -> None:
        self.said: list[OfficeAction] = []
        self.clock = self

    def now(self) -> datetime:
        return NOW

    def later(self, _moment: datetime, deed: Callable[[], Awaitable[None]]) -> None:
        with pytest.raises(StopIteration):
            deed().__await__().send(None)

    async def say(self, _party: Party, action: Action) -> None:
        self.said.append(cast("OfficeAction", action))


class Office:
    """A dispatcher with the rows of a file, before any of them became a ticket."""

    def __init__(self, cases: list[CaseRecord], policy: Policy) -> None:
        self.book = Casebook(cases)
        self._speaker = SaidSpeaker()
        self._sorting = Sorting(self.book, cast("Speaker", self._speaker), policy)

    @property
    def said(self) -> list[OfficeAction]:
        return self._speaker.said

    def became(self, *names: str) -> None:
        for name in names:
            given = receipts.given(submission=name, tickets=(TICKETS[name],))
            self.book.note(given)

    def hears(self, name: str, *, waits: bool = True) -> None:
        task = DeskTask(
            ticket=TICKETS[name],
            task=DeskTaskKind.DISPATCHING,
            open=waits,
            since=NOW,
            text="Alley",
            category="9201-01",
            tier=Tier.COMPLEX,
            kind=Kind.COMPLAIN,
        )
        self._sorting.hear(task)


@pytest.fixture
def cases(tmp_path: Path) -> list[CaseRecord]:
    file, mapping = tmp_path / "requests.csv", load_mapping("baltimore")
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows((COLUMNS, *ROWS))
    return records(read_rows(file, mapping), mapping)


@pytest.fixture
def office(cases: list[CaseRecord], tmp_path: Path) -> Office:
    return Office(cases, load_policy(assemble(load_mapping("baltimore").policy, tmp_path / "policy")))


def body(case: CaseRecord) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(case.body)
    return found


def test_a_duplicate_has_the_earlier_row_of_the_same_kind_and_place_as_its_original(cases: list[CaseRecord]) -> None:
    found = {case.id: (case.is_duplicate, case.original) for case in cases}

    assert found == {
        "first": (False, None),
        "again": (True, "first"),
        "alone": (True, None),
        "gone": (False, None),
        "nowhere": (False, None),
        "no-place": (True, None),
    }


def test_only_a_duplicate_and_its_original_are_said_to_be_one_persons(cases: list[CaseRecord]) -> None:
    contacts = {case.id: (body(case)["requester_kind"], body(case).get("contact")) for case in cases}

    assert contacts["first"] == contacts["again"] == ("resident", {"wechat": "replay-first"})
    assert contacts["alone"] == contacts["gone"] == ("anonymous", None)


def test_a_duplicate_is_merged_into_its_original_before_that_goes_out(office: Office) -> None:
    office.became("first")
    office.hears("first")
    assert office.said == []

    office.became("again")
    office.hears("again")
    (merge,) = office.said
    assert isinstance(merge, Merge)
    assert (merge.ticket, merge.into) == (TICKETS["again"], TICKETS["first"])

    office.hears("again", waits=False)
    *_, assign = office.said
    assert isinstance(assign, Assign)
    assert (assign.ticket, assign.lead) == (TICKETS["first"], "waste")


def test_a_duplicate_that_comes_first_waits_for_its_original(office: Office) -> None:
    office.became("again")
    office.hears("again")
    assert office.said == []

    office.became("first")
    office.hears("first")

    assert [type(act) for act in office.said] == [Merge]


def test_a_duplicate_without_its_original_is_not_accepted(office: Office) -> None:
    office.became("alone")
    office.hears("alone")

    (refused,) = office.said
    assert isinstance(refused, RefuseTicket)
    assert refused.ground == "duplicate"


def test_a_duplicate_whose_original_the_door_refused_is_not_accepted(office: Office) -> None:
    office.book.note(receipts.refused(submission="first"))
    office.became("again")
    office.hears("again")

    assert [type(act) for act in office.said] == [RefuseTicket]


def test_an_original_does_not_wait_for_a_duplicate_that_became_no_ticket(office: Office) -> None:
    office.book.note(receipts.refused(submission="again"))
    office.became("first")
    office.hears("first")

    assert [type(act) for act in office.said] == [Assign]


def test_what_was_transferred_is_transferred(office: Office) -> None:
    office.became("gone")
    office.hears("gone")

    (sent,) = office.said
    assert isinstance(sent, TransferOut)
    assert sent.to == "elsewhere"
