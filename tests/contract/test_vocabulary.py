"""Every code that people come across has exactly one word, no word is left over, and none of them is English."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any, Final, get_args

import pytest
from pydantic import BaseModel

import vocabulary
from chassis.failures import UNPROCESSABLE
from chassis.lane import BEHIND
from chassis.unpacking import TOO_LARGE
from liuhen.desk.actions import actions_of
from liuhen.desk.options import slots_of
from rulebook import Audience, Role, load_policy
from rulebook.codes import FIND_CALLER, RULE_CHANGES, TAKE_CALL, DepartmentKind
from rulebook.deriving import Kind as Cap
from rulebook.responsibility import Rule
from rulebook.rules import Rates
from schemas import inbound, public
from schemas.dispatch import TAKEN_BACK, TaskEnd
from schemas.message import contracts
from schemas.values import Clock, DeskTaskKind, Grade, PartyKind, TicketState, Tier, shown_fields
from services.dispatch.core.episodes.clock_events import REASONS
from services.dispatch.core.table import FACTS, TABLE
from services.notify.core.notice import Way
from services.sla.core.rederive import DECIDED_LATE
from services.sla.core.state import MERGED
from services.sla.reactions.handling import EXTENSION
from services.sla.reactions.tables import NEEDS_INFO
from services.trace.core.bands import Band
from services.trace.core.holder import holder_of
from services.trace.core.rows import ClockStatus, Summary
from services.trace.edges.lookup import queues
from services.trace.edges.rates import rates_of
from tools.local.plan import load_plan

ROOT: Final = Path(__file__).resolve().parents[2]
POLICY: Final = load_policy(ROOT / "policy")
HAN: Final = re.compile("[\u4e00-\u9fff]")
WIRE_NAMES: Final = re.compile(r"JSON|UTF-8")
"""What has no Chinese name: formats that a programmer has to know under these."""
STATUSES: Final = get_args(ClockStatus)
RATES_TABLES: Final = ("contacted", "solved", "grade", "ruling")
"""What citizens answered and the centre ruled: as verdicts of a rate they go by their own words."""


def _add(table: str, where: str) -> str:
    return f"add the word to `{table}` of vocabulary/words.yaml, or take the line away that {where} no longer knows"


def _literals(model: type[Any], field: str) -> tuple[str, ...]:
    return get_args(model.model_fields[field].annotation)


def _same(table: str, codes: Iterable[str], where: str) -> None:
    assert set(vocabulary.table(table)) == {str(code) for code in codes}, _add(table, where)


# --- codes that stand in the code of services -------------------------------------------------------------------------


def test_every_step_of_a_ticket_has_a_word() -> None:
    kinds = {row.kind for row in TABLE}

    _same("step", kinds - vocabulary.ACTIONS.keys(), "the table of transitions")


def test_whatever_the_policy_says_who_may_do_has_a_word() -> None:
    _same("duty", {*RULE_CHANGES, FIND_CALLER, TAKE_CALL}, "rulebook/codes.py")


def test_whatever_departments_hear_has_a_word() -> None:
    heard = {fact.word for fact, row in FACTS.items() if row.heard_by is not None}

    assert heard <= vocabulary.HAPPENED.keys()
    _same("happened", {"overdue_withdrawn", "presumed", "released"}, "services/dispatch/core/telling/departments.py")


def test_every_task_and_queue_of_the_desk_has_a_word() -> None:
    said = (public.DeskTask.__doc__ or "").partition("what is asked: ")[2].split(".")[0]
    assert {task.strip() for task in said.split(",")} == {*DeskTaskKind}
    assert set(vocabulary.TASKS) == {*DeskTaskKind}
    assert set(queues()) <= set(vocabulary.QUEUES)
    _same("queue", {*queues()} - {*DeskTaskKind}, "services/trace/edges/lookup.py")


def test_whatever_a_ticket_can_wait_for_and_whoever_can_hold_it_has_a_word() -> None:
    found = set()
    contacts = (None, datetime(2026, 1, 5, tzinfo=UTC))
    choices = product(TicketState, (None, "housing"), ("", "unit", "reviewed"), (0, 1), contacts, ("unit-01",))
    for state, lead, stage, tasks, contacted, unit in choices:
        summary = Summary("", state=state, lead=lead, stage=stage, open_tasks=tasks, contacted_at=contacted, unit=unit)
        found.add(holder_of(summary))
    holders = {holder.partition(":")[0] for holder, _ in found if holder}

    _same("waits_for", {waits_for for _, waits_for in found if waits_for}, "services/trace/core/holder.py")
    _same("party", {*holders, *PartyKind, *Audience}, "the enums of parties")


def test_every_status_cap_and_ground_of_a_clock_has_a_word() -> None:
    own = {NEEDS_INFO, EXTENSION, MERGED, DECIDED_LATE, "undecided"}

    _same("clock_status", get_args(ClockStatus), "services/trace/core/rows.py")
    _same("cap", get_args(Cap), "rulebook/deriving.py")
    _same("ground", own | set(_written("ground", "services/sla")), "services/sla")


def test_every_role_service_and_way_has_a_word() -> None:
    _same("role", Role, "rulebook.Role")
    _same("service", load_plan().services, "deploy/services.yaml")
    _same("way", Way, "services/notify/core/notice.py")
    _same("part", _literals(public.Order, "role"), "schemas.public.Order")


def test_every_failure_of_a_delivery_has_a_word() -> None:
    sources = [path.read_text("utf-8") for path in sorted((ROOT / "services/notify/edges").glob("*.py"))]
    sources.append((ROOT / "doors/city.py").read_text("utf-8"))
    reported = (ROOT / "services/notify/core/reported.py").read_text("utf-8")
    codes = [
        *re.findall(r'(?:Failed|AwayError)\(f?"([a-z]+)', "".join(sources)),
        *re.findall(r'f"([a-z]+)-\{', reported),
    ]

    _same("error", codes, "services/notify")


def test_every_closed_choice_of_an_action_has_a_word() -> None:
    _same("method", _literals(inbound.MakeFirstContact, "method"), "schemas.inbound.MakeFirstContact")
    _same("mode", _literals(inbound.FollowUp, "mode"), "schemas.inbound.FollowUp")


def test_every_field_of_an_action_has_a_word() -> None:
    actions = {action for kind in PartyKind for action in actions_of(kind)}

    _same(
        "field",
        {".".join(slot.path) for action in actions for slot in slots_of(action)} | {"agent", "contact"},
        "an action",
    )


def test_a_refusal_names_every_field_of_an_action_in_chinese() -> None:
    ways = {way for model in contracts().values() if issubclass(model, inbound.Action) for way in _ways(model)}
    assert len(ways) > 100
    assert not [way for way in sorted(ways) if vocabulary.label(way) == way]


def _ways(model: type[BaseModel]) -> Iterator[str]:
    for name, field in shown_fields(model).items():
        yield name
        inner = (each for each in (field.annotation, *get_args(field.annotation)) if isinstance(each, type))
        for each in inner:
            if issubclass(each, BaseModel):
                yield from (f"{name}.{way}" for way in _ways(each))


def test_what_a_field_can_say_is_named_in_chinese_with_its_code() -> None:
    assert vocabulary.choices_in_words([each.value for each in Grade]).startswith("满意（satisfied）、")
    assert vocabulary.choices_in_words(["one", "another"]) == "one、another"


def test_every_parameter_of_a_door_has_a_word() -> None:
    found = set[str]()
    for file in (ROOT / "schemas" / "openapi").glob("*.json"):
        for operations in json.loads(file.read_text("utf-8"))["paths"].values():
            for operation in operations.values():
                found |= {each["name"] for each in operation.get("parameters", ()) if each["in"] in ("query", "path")}
    _same("parameter", found, "schemas/openapi")


def test_every_doubt_about_a_visit_has_a_word() -> None:
    source = ROOT / "services/intake/core/visits.py"

    _same("doubt", re.findall(r'yield "(\w+)"', source.read_text("utf-8")), "services/intake/core/visits.py")


def test_every_reason_that_a_rule_gives_has_a_word() -> None:
    derived = {*REASONS.values(), *(rule.value for rule in Rule), *TAKEN_BACK, *TaskEnd}

    _same("reason", derived | set(_written("reason", "services/dispatch")), "services/dispatch")


_SERVICES_THAT_REFUSE: Final = tuple(f"services/{name}" for name in ("dispatch", "intake", "trace", "desk"))


def test_every_refusal_has_a_word() -> None:
    _same(
        "refusal",
        {
            code
            for folder in (
                "services/dispatch",
                "services/intake",
                "services/trace",
                "services/desk",
                "doors",
                "chassis",
            )
            for code in _refused(folder)
        },
        "services/dispatch, services/intake, services/trace, services/desk, doors or chassis/http.py",
    )


def test_every_reason_for_putting_a_record_aside_has_a_word() -> None:
    made = {"Refused", "Unreadable", "DeadLetter"}
    written = (code for folder in ("chassis", "services") for code in _made(folder, made))

    _same("dead_letter", {*written, UNPROCESSABLE, BEHIND, TOO_LARGE}, "chassis/lane.py")


def test_every_end_of_a_merged_ticket_that_has_a_word_of_its_own_is_one() -> None:
    assert vocabulary.OUTCOMES.keys() <= set(_made("services/dispatch", {"Ending", "close"})), _add(
        "outcome", "dispatch"
    )


def test_every_rate_and_whatever_a_ticket_counts_as_has_a_word() -> None:
    rates = rates_of(POLICY.rates)
    answers = {code for name in RATES_TABLES for code in vocabulary.table(name)}
    verdicts = {word for rate in rates for word in (*rate.weights, *re.findall(r"'([a-z_]+)'", rate.verdict))}
    inner = {*STATUSES, "handling", "citizen", "parts_ended"} - {"paused"}
    heard = set(_written("callback_outcome", "services/trace"))

    _same("rate", {rate.name.removesuffix("_other") for rate in rates}, "services/trace/edges/rates.py")
    _same("callback", _literals(Rates, "decisive_callback"), "rulebook.rules.Rates")
    _same("axis", {rate.axis for rate in rates}, "services/trace/edges/rates.py")
    _same("band", Band, "services/trace/core/bands.py")
    _same("department_kind", DepartmentKind, "rulebook/codes.py")
    _same("verdict", (verdicts | heard) - answers - inner, "services/trace/edges/rates.py")


def test_every_template_has_a_name() -> None:
    _same("notice", (template.code for template in POLICY.templates), "policy/templates.yaml")


def _written(name: str, folder: str) -> Iterator[str]:
    """Codes that code writes out as the value of a field, an argument or a variable of this name."""
    for node in _nodes(folder):
        match node:
            case ast.keyword(arg=named, value=value) if named == name:
                yield from _codes(value)
            case ast.Assign(targets=[ast.Name(id=named)], value=value) if named == name:
                yield from _codes(value)
            case ast.Dict(keys=keys, values=values):
                for key, value in zip(keys, values, strict=True):
                    if isinstance(key, ast.Constant) and key.value == name:
                        yield from _codes(value)
            case _:
                pass


def _refused(folder: str) -> Iterator[str]:
    """Codes of refusals: before the sentence that they stand for, first in what makes a refusal, or named `code`."""
    yield from _written("code", folder)
    for node in _nodes(folder):
        match node:
            case ast.Tuple(elts=[first, second]) if _is_sentence(second):
                yield from _codes(first)
            case _:
                pass
    yield from _made(folder, {"refusal", "refuse", "Refusal", "HttpProblem"})


def _made(folder: str, names: AbstractSet[str]) -> Iterator[str]:
    """The first code that each call of these names is given."""
    for node in _nodes(folder):
        match node:
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=args) if name in names:
                yield from list(_codes(*args))[:1]
            case _:
                pass


@cache
def _nodes(folder: str) -> tuple[ast.AST, ...]:
    files = sorted((ROOT / folder).rglob("*.py"))
    return tuple(node for file in files for node in ast.walk(ast.parse(file.read_text("utf-8"))))


def _codes(*nodes: ast.expr) -> Iterator[str]:
    for node in nodes:
        match node:
            case ast.Constant(value=str(code)) if re.fullmatch(r"[a-z0-9]+([_-][a-z0-9]+)*", code):
                yield code
            case ast.IfExp(body=body, orelse=orelse):
                yield from _codes(body, orelse)
            case _:
                pass


def _is_sentence(node: ast.expr) -> bool:
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and node.func.id == "not_now"
    texts = (part.value for part in ast.walk(node) if isinstance(part, ast.Constant))
    return any(isinstance(text, str) and HAN.search(text) for text in texts)


# --- the words themselves ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", vocabulary.NAMES)
def test_words_are_chinese(name: str) -> None:
    for code, word in vocabulary.table(name).items():
        assert HAN.search(word), (name, code)
        assert not re.search("[A-Za-z]", WIRE_NAMES.sub("", word)), (name, code)


def test_a_code_without_a_word_is_an_error_that_says_what_to_add() -> None:
    with pytest.raises(vocabulary.NoWordError, match=r"words.yaml: table `state` has no word for `lost`, add a line"):
        vocabulary.table("state")["lost"]


def test_an_enumeration_and_its_table_have_the_same_codes() -> None:
    class Colour(StrEnum):
        RED = "red"

    with pytest.raises(
        vocabulary.VocabularyError, match=r"table `callback` lacks \['red'\], and has lines for \['first'"
    ):
        vocabulary.complete("callback", Colour)


@pytest.mark.parametrize(
    ("path", "said"),
    [("tier", "难易程度（tier）"), ("problems.0.place.text", "地点（problems.0.place.text）"), ("ce_time", "ce_time")],
)
def test_a_field_is_named_in_chinese_and_as_it_has_to_be_written(path: str, said: str) -> None:
    assert vocabulary.label(path) == said


def test_a_code_of_another_version_is_said_to_be_unknown() -> None:
    assert vocabulary.table("state").said("lost") == "未知（lost）"
    assert vocabulary.table("state").said("closed") == "已结案"


def test_what_cannot_be_returned_has_a_time_to_sign_for_it() -> None:
    assert set(vocabulary.table("urgent_clock")) <= set(Clock)
    assert vocabulary.clock_of(Clock.RETURN_WINDOW, Tier.URGENT) == "签收时限"
    assert vocabulary.clock_of(Clock.RETURN_WINDOW, Tier.SIMPLE) == vocabulary.CLOCKS[Clock.RETURN_WINDOW]
    assert vocabulary.clock_of(Clock.HANDLING, Tier.URGENT) == vocabulary.CLOCKS[Clock.HANDLING]
