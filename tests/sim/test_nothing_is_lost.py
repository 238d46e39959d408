"""Whoever has their turn next, whatever befalls them: nothing is lost, doubled or reordered, nothing stands still."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
import yaml

from chassis import fold, outbox, precompute, state_cache, store, timers, zombies
from tests.support.sim.plan import SLOTS, Blow, Call, Fault, Plan, planned
from tests.support.sim.search import run, search, shrunk
from tests.support.sim.tables import Tables

SCHEDULES = 400
SEED_OF_NOBODY = 1_000_000
"""Another seed than those of the search."""
NOT_SIMULATED = {"dead_value", "records_to_replay", "lanes_to_replay", "unpark", "end_replay", "park"}
"""Statements that no simulated schedule comes to: what operators ask for, and records too large for one row."""


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_no_schedule_breaks_a_promise() -> None:
    """Many more: `python -m tests.support.sim --schedules 1000000`."""
    for found in search(range(SCHEDULES)):
        pytest.fail(found.story())


def test_an_unreadable_record_is_put_aside_whichever_turn_the_connection_is_lost_at() -> None:
    """A worker that lost its connection just then took that for a bug of its own, and ended."""
    calls = (Call(0, 0.3, "T0", 0, None, readable=True), Call(1, 0.4, "T1", 0, None, readable=False))
    for turn in range(60, 130, 2):
        for slot in ("door-a", "door-b"):
            verdict = run(Plan(turn, calls, (Fault(slot, turn, Blow.CUT_OFF, 0.0),)))
            assert not verdict.broken, "\n".join((*verdict.story, *verdict.broken))


@pytest.mark.parametrize("seed", [104_406, 108_146, 119_490])
def test_lanes_that_are_given_away_just_as_one_was_opened_again_are_let_go_of_between_two_steps(seed: int) -> None:
    """The worker went on working while its lanes were let go of, took that for a bug of its own, and ended."""
    verdict = run(planned(seed))
    assert not verdict.broken, "\n".join((*verdict.story, *verdict.broken))


def test_a_seed_gives_the_same_schedule_each_time() -> None:
    first, again = (run(planned(SEED_OF_NOBODY)) for _ in range(2))
    assert first == again
    assert run(planned(SEED_OF_NOBODY + 1)).story != first.story


def test_what_is_broken_is_found_made_small_and_told() -> None:
    # given a broker that breaks its own promise once, among other blows
    plan = planned(SEED_OF_NOBODY)
    forgets = Fault("life-a", 1, Blow.FORGOTTEN, 0.0)
    plan = plan._replace(faults=(forgets, *(Fault(slot, 90, Blow.CLOCK, 1.0) for slot in SLOTS)))
    # when it is run
    verdict = run(plan)
    # then that is found, and what has nothing to do with it is left out of the story
    assert verdict.broken
    found = shrunk(plan, verdict)
    assert found.plan.faults == (forgets,)
    assert len(found.plan.calls) <= 2
    assert Blow.FORGOTTEN in found.story()
    assert "BROKEN" in found.story()


def test_each_thing_that_is_assumed_of_the_real_parts_is_shown_by_a_test_of_them() -> None:
    root = Path(__file__).resolve().parents[2]
    assumed = yaml.safe_load(Path(__file__).with_name("assumed.yaml").read_text("utf-8"))
    for each in assumed:
        file, _, name = each["shown_by"].partition("::")
        tests = {node.name for node in ast.walk(ast.parse((root / file).read_text("utf-8"))) if hasattr(node, "name")}
        assert name in tests, f"{each['assumed']}: {each['shown_by']}"


@pytest.mark.parametrize(
    "module", [store, timers, state_cache, fold, precompute, outbox, zombies], ids=lambda module: module.__name__
)
def test_each_statement_of_the_lanes_is_answered_by_the_simulated_tables(module: object) -> None:
    source = Path(str(getattr(module, "__file__", ""))).read_text("utf-8")
    for function in ast.walk(ast.parse(source)):
        if isinstance(function, ast.AsyncFunctionDef) and any(map(_is_statement, ast.walk(function))):
            known = hasattr(Tables, function.name) or function.name == "_end_blockers"
            assert known != (function.name in NOT_SIMULATED), f"tests/support/sim/tables.py: {function.name}"


def _is_statement(node: ast.AST) -> bool:
    match node:
        case ast.Call(
            func=ast.Attribute(
                attr="fetch" | "fetchval" | "fetchrow" | "execute" | "executemany" | "copy_records_to_table"
            )
        ):
            return True
        case _:
            return False
