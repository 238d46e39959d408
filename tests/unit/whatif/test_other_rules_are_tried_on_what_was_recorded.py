"""`liuhen policy try`: recorded tickets live again under other rules, and what would have changed is told."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from rulebook import load_policy
from schemas.dispatch import AlikeNoticed, Dispatched, Handled
from schemas.inbound import (
    Accept,
    AcceptIncident,
    Adjudicate,
    DismissAlike,
    MakeFirstContact,
    OpenIncident,
    ReportHandled,
    ReportIncidentHandled,
    RequestReturn,
    RuleOnReturn,
)
from schemas.message import Message
from schemas.values import Contact
from tests.support.whatif import (
    CLERK,
    INCIDENT,
    TICKET,
    by_office,
    done,
    moment,
    on_incident,
    pressed,
    recorded,
    registered,
)
from tools.whatif.compare import Pair
from tools.whatif.report import document
from tools.whatif.trial import Ruleset, try_rules
from tools.whatif.world import Input
from worktime import load_calendar

ROOT = Path(__file__).parents[3]
UNTIL = "2026-09-30 12:00"
CATEGORY = "0104-03"
OTHER_TICKET = "26090200000017"
OLDER = "26082000000013"


def rules(directory: Path) -> Ruleset:
    return Ruleset(load_policy(directory), load_calendar(directory / "calendar"))


@pytest.fixture(scope="module")
def present() -> Ruleset:
    return rules(ROOT / "policy")


@pytest.fixture
def changed(tmp_path: Path) -> Callable[[Callable[[Path], None]], Ruleset]:
    """The present rules with a change."""

    def make(change: Callable[[Path], None]) -> Ruleset:
        directory = Path(shutil.copytree(ROOT / "policy", tmp_path / "policy"))
        change(directory)
        return rules(directory)

    return make


def _with_days(days: int) -> Callable[[Path], None]:
    def change(directory: Path) -> None:
        file = directory / "limits.yaml"
        limits = yaml.safe_load(file.read_text("utf-8"))
        for clock in limits["clocks"]:
            if clock["clock"] == "handling":
                clock["budget"]["amount"] = days
                clock["by_tier"] = {"urgent": clock["by_tier"]["urgent"]}
        file.write_text(yaml.safe_dump(limits, allow_unicode=True), "utf-8")

    return change


def _with_category(**fields: str) -> Callable[[Path], None]:
    def change(directory: Path) -> None:
        file = directory / "catalogue.csv"
        with file.open(encoding="utf-8", newline="") as read:
            rows = list(csv.DictReader(read))
        for row in rows:
            if row["code"] == CATEGORY:
                row.update(fields)
        with file.open("w", encoding="utf-8", newline="") as written:
            writer = csv.DictWriter(written, rows[0])
            writer.writeheader()
            writer.writerows(rows)

    return change


def _supervised_after(unit: str, amount: int) -> Callable[[Path], None]:
    def change(directory: Path) -> None:
        file = directory / "ladder.yaml"
        ladder = yaml.safe_load(file.read_text("utf-8"))
        ladder["rungs"][1]["unanswered_for"] = {"amount": amount, "unit": unit}
        file.write_text(yaml.safe_dump(ladder, allow_unicode=True), "utf-8")

    return change


def a_life(lead: str) -> list[Input]:
    """A ticket that is handled on the second working day after its dispatch."""
    return [
        registered("2026-09-01 10:00", category=CATEGORY, tier="complex"),
        done("2026-09-01 11:00", lead, Accept),
        done("2026-09-01 14:00", lead, MakeFirstContact, reached=True),
        done("2026-09-03 10:00", lead, ReportHandled, reply="已修好"),
    ]


@pytest.fixture
def lead(present: Ruleset) -> str:
    found = present.policy.category(CATEGORY)
    assert found is not None
    return found.lead


def test_the_present_rules_reproduce_what_was_recorded(present: Ruleset, lead: str) -> None:
    recording = recorded(a_life(lead), present, UNTIL)

    found = try_rules(recording, present, present, moment(UNTIL))

    assert (found.tickets, found.reproduced, found.deviating) == (1, 1, ())
    assert not found.moved
    assert not found.shifted
    assert all(pair.present == pair.other for pair in found.breaches.values())


def test_an_incident_is_acted_on_again_and_its_members_with_it(present: Ruleset, lead: str) -> None:
    # given two tickets of one incident, whose lead took and reported them by one act each
    calls = [registered("2026-09-01 10:00", ticket, category=CATEGORY) for ticket in (TICKET, OTHER_TICKET)]
    opened = OpenIncident(by=CLERK, title="停电", lead=lead, tickets=(TICKET, OTHER_TICKET))
    acts = [
        on_incident("2026-09-01 10:30", opened),
        on_incident("2026-09-01 11:00", AcceptIncident(incident=INCIDENT, by=CLERK), lead),
        on_incident("2026-09-02 11:00", ReportIncidentHandled(incident=INCIDENT, by=CLERK, reply="已恢复。"), lead),
    ]
    recording = recorded([*calls, *acts], present, UNTIL)
    assert all(any(isinstance(each.fact, Handled) for each in life) for life in recording.history.facts.values())

    found = try_rules(recording, present, present, moment(UNTIL))

    assert (found.tickets, found.reproduced, found.deviating) == (2, 2, ())


def test_a_shorter_limit_would_have_been_missed(
    present: Ruleset, lead: str, changed: Callable[[Callable[[Path], None]], Ruleset]
) -> None:
    # given a ticket that was handled within five working days, but not within one
    recording = recorded(a_life(lead), present, UNTIL)

    found = try_rules(recording, present, changed(_with_days(1)), moment(UNTIL))

    assert found.breaches["handling"] == Pair(0, 1)
    assert found.breaches_of[f"department:{lead}"] == Pair(0, 1)
    assert [each.ticket for each in found.shifted] == [TICKET]
    assert found.shifted[0].seconds == -6 * 86_400  # Wednesday, instead of Tuesday of the next week
    assert found.moved == ()


def test_another_lead_would_have_had_the_ticket_and_done_the_same(
    present: Ruleset, lead: str, changed: Callable[[Callable[[Path], None]], Ruleset]
) -> None:
    recording = recorded(a_life(lead), present, UNTIL)

    found = try_rules(recording, present, changed(_with_category(lead="greening")), moment(UNTIL))

    assert [each[:3] for each in found.moved] == [(TICKET, lead, "greening")]
    assert (found.loads[lead], found.loads["greening"]) == (Pair(1, 0), Pair(0, 1))
    # and the acts of the former lead are those of the new one, so nothing is refused that was not before
    assert found.refused == Pair(0, 0)
    assert found.breaches.get("handling", Pair(0, 0)) == Pair(0, 0)


def test_other_supporting_departments_are_another_order(
    present: Ruleset, lead: str, changed: Callable[[Callable[[Path], None]], Ruleset]
) -> None:
    recording = recorded(a_life(lead), present, UNTIL)
    before = present.policy.category(CATEGORY)
    assert before is not None

    found = try_rules(recording, present, changed(_with_category(supporting="police")), moment(UNTIL))

    (moved,) = found.moved
    assert (moved.present, moved.other) == (lead, lead)
    assert "police" in set(moved.supporting_other) - set(moved.supporting)


def test_a_return_to_another_department_counts_as_a_redispatch_and_a_repeated_order_does_not(
    present: Ruleset, lead: str
) -> None:
    asked = done("2026-09-01 11:00", lead, RequestReturn, ground="not-our-duty", reason="非我局职责")
    moved = by_office("2026-09-01 14:00", RuleOnReturn, "p-xu", upheld=True, lead="greening", reason="归绿化")
    stays = by_office("2026-09-01 14:00", RuleOnReturn, "p-xu", upheld=False, reason="属你局")
    first = registered("2026-09-01 10:00", category=CATEGORY, tier="complex")
    for ruling, times in ((moved, 1), (stays, 0)):
        recording = recorded([first, asked, ruling], present, UNTIL)
        assert try_rules(recording, present, present, moment(UNTIL)).redispatches == Pair(times, times)


def test_the_ladder_of_the_other_rules_is_climbed(
    present: Ruleset, lead: str, changed: Callable[[Callable[[Path], None]], Ruleset]
) -> None:
    # given a ticket that was pressed for on two days, and never moved
    nudges = [
        pressed("2026-09-01 15:00"),
        pressed("2026-09-02 10:00"),
    ]
    recording = recorded([*a_life(lead)[:3], *nudges], present, "2026-09-03 10:00")

    found = try_rules(recording, present, changed(_supervised_after("office_minutes", 60)), moment("2026-09-03 10:00"))

    assert found.nudged == Pair(2, 2)
    assert found.supervised == Pair(0, 1)


def test_the_replay_begins_with_the_precedents_of_before(present: Ruleset, lead: str) -> None:
    # given a ruling on the like before the day, which binds who leads
    opened = registered("2026-08-20 10:00", OLDER, category=CATEGORY, tier="complex")
    returns = [
        done("2026-08-20 11:00", lead, RequestReturn, OLDER, ground="not-our-duty", reason="非我局职责"),
        by_office("2026-08-20 14:00", RuleOnReturn, "p-xu", OLDER, upheld=False, reason="属你局"),
        done("2026-08-20 15:00", lead, RequestReturn, OLDER, ground="not-our-duty", reason="非我局职责"),
        by_office("2026-08-20 16:00", Adjudicate, "p-gu", OLDER, lead="greening", reason="绿化归口"),
    ]
    later = registered("2026-09-02 10:00", OTHER_TICKET, category=CATEGORY)

    recording = recorded([opened, *returns, later], present, UNTIL, since=moment("2026-09-01 00:00"))
    found = try_rules(recording, present, present, moment(UNTIL))

    first = next(each.fact for each in recording.history.facts[OTHER_TICKET] if isinstance(each.fact, Dispatched))
    assert first.lead == "greening"
    assert (found.tickets, found.reproduced) == (1, 1)


def test_only_tickets_since_the_day_are_replayed(present: Ruleset, lead: str) -> None:
    inputs = [*a_life(lead), registered("2026-09-02 10:00", OTHER_TICKET, category=CATEGORY)]

    recording = recorded(inputs, present, UNTIL, since=moment("2026-09-02 00:00"))

    assert [each.message.ticket for each in recording.inputs] == [OTHER_TICKET]  # type: ignore[attr-defined]
    assert try_rules(recording, present, present, moment(UNTIL)).tickets == 1


def test_a_deviation_from_the_record_is_named(present: Ruleset, lead: str) -> None:
    # given a record in which a step is missing
    recording = recorded(a_life(lead), present, UNTIL)
    del recording.history.facts[TICKET][-1:]
    recording.history.facts[TICKET][:] = [
        each for each in recording.history.facts[TICKET] if "handled" not in each.fact.type_name
    ]

    found = try_rules(recording, present, present, moment(UNTIL))

    assert found.deviating == (TICKET,)
    assert found.reproduced == 0


def test_what_is_not_replayed_is_said_with_the_answer(present: Ruleset, lead: str) -> None:
    recording = recorded(a_life(lead), present, UNTIL)

    said = document(try_rules(recording, present, present, moment(UNTIL)), "1", "2")

    assert said["not_replayed"]
    assert said["reproduced"] == 1


def test_many_callers_about_one_thing_are_pointed_out_again_until_a_person_said_that_they_are_not_one(
    present: Ruleset,
) -> None:
    # given eight callers about one place, of whom a dispatcher says after the third that they are not about one thing
    tickets = [f"260901000000{number}" for number in (11, 22, 33, 44, 55, 66, 77, 88)]
    calls = [
        registered(f"2026-09-01 10:0{index}", ticket, category=CATEGORY, contact=Contact(phone=f"1380000000{index}"))
        for index, ticket in enumerate(tickets)
    ]

    def noticed(inputs: list[Input]) -> list[tuple[str, int]]:
        lives = try_lives(inputs, present)
        return [(each.ticket, each.callers) for facts in lives for each in facts if isinstance(each, AlikeNoticed)]

    # then they are pointed out at three and at six, and after that answer nobody is asked any more
    dismissed = by_office("2026-09-01 10:02:30", DismissAlike, "p-xu", tickets[2], reason="两处不同的灯。")
    assert noticed(calls) == [(tickets[2], 3), (tickets[2], 6)]
    assert noticed([*calls, dismissed]) == [(tickets[2], 3)]


def try_lives(inputs: list[Input], rules: Ruleset) -> list[list[Message]]:
    """What happened to each ticket under some rules."""
    facts = recorded(inputs, rules, UNTIL).history.facts
    return [[each.fact for each in facts[ticket]] for ticket in sorted(facts)]
