"""Who goes on from a release with its topics and its tables comes to what it knew then."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import JsonValue

from schemas.releases import RELEASED
from tools.verify import recordings
from tools.verify.folds import FOLDS
from tools.verify.recordings import RECORDINGS, Recording, missing, read, written

VERSIONS = sorted(path.stem for path in RECORDINGS.glob("*.jsonl"))


@pytest.fixture(params=VERSIONS)
def its(request: pytest.FixtureRequest) -> list[Recording]:
    """All recordings of a release."""
    return read(RECORDINGS / f"{request.param}.jsonl")


def differences(its: list[Recording]) -> Iterator[str]:
    for each in its:
        for found in missing(each.state, written(each.service, each.folded())):
            yield f"{each.service} {each.life} {each.key}{found}"


def test_each_release_is_recorded() -> None:
    assert sorted(path.name for path in RELEASED.iterdir()) == VERSIONS


def test_what_a_release_said_is_folded_to_what_it_knew(its: list[Recording]) -> None:
    assert {each.service for each in its} == FOLDS.keys()
    assert list(differences(its)) == []


def test_a_state_that_a_release_kept_is_read_and_says_what_it_said(its: list[Recording]) -> None:
    lost = [found for each in its for found in missing(each.state, written(each.service, each.kept()))]
    assert lost == []


def test_a_state_that_a_release_kept_wants_the_timer_that_its_facts_want(its: list[Recording]) -> None:
    for each in its:
        wanted = FOLDS[each.service].timer
        assert wanted(each.kept()) == wanted(each.folded()), each.key


def test_what_a_state_says_no_more_is_found() -> None:
    order: JsonValue = {"lead": "housing", "number": 1}
    then: JsonValue = {"order": order, "urgent": True}
    assert list(missing(then, {"order": order, "urgent": True, "since": "today"})) == []
    assert list(missing(then, {"order": {"lead": "housing"}, "urgent": True})) == [".order.number: 1 became None"]
    assert list(missing(then, {"order": order})) == [".urgent: True became None"]


def test_a_release_is_recorded_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recordings, "RECORDINGS", tmp_path)
    path = recordings.keep("9.9")
    assert list(differences(read(path))) == []
    with pytest.raises(FileExistsError):
        recordings.keep("9.9")
