"""The page of facts says what the tables and the functions of the services do with each fact."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final, Literal

import pytest
from pydantic import BaseModel

from rulebook import load_policy
from schemas import dispatch as d
from schemas.clocks import ClockFact
from schemas.message import contracts
from schemas.notices import NoticeFact
from schemas.rules import RulesFact
from schemas.tickets import TicketFact
from schemas.values import DeskTaskKind as Task
from schemas.values import Ruling
from schemas.values import TicketState as S
from tools import layout
from tools.pages import heeded, pages
from tools.pages.asked import asked
from tools.pages.effects import effects_of
from tools.pages.shapes import shapes

POLICY: Final = load_policy(layout.POLICY)
WITH_LEAD: Final = frozenset({S.DISPATCHED, S.IN_PROGRESS})


@dataclass(frozen=True)
class Asked:
    at: Literal["asked"] = "asked"
    urgent: bool = False


@dataclass(frozen=True)
class Never:
    at: Literal["never"] = "never"


class Given(BaseModel):
    region: Annotated[Asked | Never, "told apart by `at`"]
    ruling: Ruling
    note: str | None


def test_a_value_has_every_variant_flag_and_word_one_at_a_time() -> None:
    assert shapes(Asked | Never) == (Asked(), Asked(urgent=True), Never())
    assert len(shapes(Given)) == 1 + 2 + (len(Ruling) - 1) + 1
    assert shapes(dict[str, Never]) == ({}, {"x": Never()})
    assert shapes(tuple[int, ...]) == ((), (1,))


@pytest.mark.parametrize(
    ("kind", "opens", "closes"),
    [
        (d.ReturnRequested, {Task.RETURN_RULING}, set()),
        (d.ExtensionRequested, {Task.EXTENSION}, set()),
        (d.ExtensionGranted, set(), {Task.EXTENSION}),
        (d.Handled, {Task.REVIEW}, {Task.EXTENSION, Task.SUSPENSION, Task.TASK_REVIEW}),
        (d.RequestLapsed, set(), {Task.EXTENSION, Task.SUSPENSION}),
        (d.Adjudicated, set(), set()),
    ],
)
def test_desk_tasks_that_a_fact_opens_and_closes(
    kind: type[d.DispatchFact], opens: set[Task], closes: set[Task]
) -> None:
    found = effects_of(kind, WITH_LEAD, POLICY)

    assert (found.opens, found.closes) == (opens, closes)


def test_a_task_of_a_state_is_closed_by_a_fact_that_is_said_in_that_state() -> None:
    assert effects_of(d.ReturnUpheld, {S.RETURN_REQUESTED}, POLICY).closes >= {Task.RETURN_RULING}
    assert effects_of(d.HandledAccepted, {S.HANDLED}, POLICY).closes == {Task.REVIEW, Task.REDISPATCH}


def test_where_a_fact_moves_a_ticket_and_what_it_changes() -> None:
    found = effects_of(d.InfoProvided, {S.NEEDS_INFO}, POLICY)

    assert found.to == {S.SURVEY_REVIEW, S.PENDING_DISPATCH, S.IN_PROGRESS, S.REWORK}
    assert found.changes == {"notes", "standing"}


def test_what_the_callback_agency_hears() -> None:
    assert effects_of(d.CallbackAwaited, {S.HANDLED}, POLICY).callbacks == {"requested"}
    assert effects_of(d.CallbackAppointed, {S.CALLBACK_PENDING}, POLICY).callbacks == {"appointed"}
    assert effects_of(d.Withdrawn, {S.CALLBACK_PENDING}, POLICY).callbacks == {"cancelled"}
    assert effects_of(d.Withdrawn, {S.IN_PROGRESS}, POLICY).callbacks == set()


def test_what_is_asked_of_clocks_in_every_branch() -> None:
    said = asked(d.PassedOn, POLICY)

    assert said == "`Meet` 调研主体流转时限 · `Meet` 大调研办流转时限"
    assert "but 回访复核时限、承诺" in asked(d.Closed, POLICY)


def test_every_fact_stands_on_the_page_once_and_every_link_of_the_page_leads_somewhere() -> None:
    page = next(text for path, text in pages().items() if path.name == "facts.md")

    said = (d.DispatchFact, d.IncidentFact, TicketFact, ClockFact, NoticeFact, RulesFact)
    for kind in (model for model in contracts().values() if issubclass(model, said)):
        assert page.count(f"### `{kind.__name__}` ") == 1
    headings = {line.lstrip("# ") for line in page.splitlines() if line.startswith("#")}
    anchors = {heeded.anchor(heading) for heading in headings}
    targets = {part.partition(")")[0] for part in page.split("](#")[1:]}
    assert targets <= anchors


def test_what_a_fact_of_an_incident_changes_and_whom_it_reaches_stands_on_the_page() -> None:
    page = next(text for path, text in pages().items() if path.name == "facts.md")
    section = page.partition("### `IncidentActed` ")[2].partition("\n### ")[0]

    assert "- **Incident** `accepted`, `at`, `errands`" in section
    assert "`ActAsMember`" in section
    assert "`InviteMember`" in section
