"""Words that were said in confidence are read by who may look at contacts, and by who may do what the task asks for."""

from __future__ import annotations

from pathlib import Path

import pytest

from rulebook import Policy, load_policy
from schemas.public import DeskTask
from schemas.spoken import IN_CONFIDENCE
from schemas.values import Kind, Place, Tier
from services.desk.core.rights import Reads
from tests.support.desk import MORNING


@pytest.fixture(scope="module")
def policy() -> Policy:
    return load_policy(Path("policy"))


def told(task: str, *, confidential: bool) -> DeskTask:
    return DeskTask(
        task=task,
        open=True,
        ticket="26090100000019",
        since=MORNING,
        tier=Tier.COMPLEX,
        kind=Kind.REPORT,
        text="居委会干部收钱办低保",
        place=Place(text="平凉路100弄"),
        confidential=confidential or None,
    )


@pytest.mark.parametrize(
    ("login", "task", "reads"),
    [
        ("p-xu", "dispatching", True),
        ("p-he", "review", True),
        ("p-yuan", "dispatching", False),
        ("p-yuan", "review", False),
        ("p-yuan", "survey_office", True),
        ("p-fang", "approval", True),
        ("p-gu", "adjudication", True),
        ("p-gu", "dispatching", False),
    ],
)
def test_a_page_and_a_program_are_told_no_more_than_the_duty_needs(
    policy: Policy, login: str, task: str, *, reads: bool
) -> None:
    found = Reads.of(login, policy, MORNING).shown(told(task, confidential=True))
    assert (found.text != IN_CONFIDENCE, found.place != Place(text=IN_CONFIDENCE)) == (reads, reads)
    assert (found.ticket, found.task, found.confidential) == ("26090100000019", task, True)


def test_what_was_not_said_in_confidence_is_read_by_all(policy: Policy) -> None:
    usual = told("dispatching", confidential=False)
    assert Reads.of("p-yuan", policy, MORNING).shown(usual) is usual
