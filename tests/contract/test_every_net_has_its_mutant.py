"""Each net that keeps records from being lost, doubled or reordered is switched off somewhere, and a test goes red."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final

import pytest

from bench.mutants import Net, nets
from chassis.lane import Alarm
from tools.layout import ROOT

WHOLE: Final = ("lane", "load", "watchdog", "zombies")
"""Modules of the chassis in which every condition keeps something from happening."""
FUNCTIONS: Final = (
    ("transaction", "lock"),
    ("transaction", "_event"),
    ("transaction", "count_failures"),
    ("fold", "_fire"),
)
_BARS: Final = 5
"""So many stand in a row of the page's table of nets."""
NO_NETS: Final = {
    "record.topic in foreign": "whose record it is",
    "refusal is not None": "a refusal is put aside, by either branch",
    "verdict is not None": "hands on what `listen` decided",
    "hears is not None and envelope.type not in hears and (model_of(envelope.type) is not None)": "saves time",
    "model is None": "tells a clear reason; without it the next line fails",
    "tp in logs.ends": "an input that is not assigned has no end",
    "state.alarm is not None and state.paused is not None": "writes down what `_check` found",
    "not self._over.wait(_LOOK_EVERY_SECONDS)": "until it is told to stop",
    "(verdict := self.verdict(stopwatch())) is not None": "ends the process by what `verdict` says",
    "not (await asyncio.wait({task}, timeout=seconds))[0]": "the patience before zombies are looked for",
    "ended": "says so in the log",
    "not transient(error)": "a bug is no failure that passes",
    "cell.fired != wanted": "saves a decision: a timer that left its state as it was would be told the same again",
    "fire is not None and waiting and (waiting[0].due <= until)": "whether anything is due",
}
"""Conditions there that are no nets, and why."""


def conditions() -> Iterator[str]:
    """What is asked in the modules and functions that hold nets."""
    for module in (*WHOLE, *dict.fromkeys(module for module, _ in FUNCTIONS)):
        for function in ast.walk(ast.parse((ROOT / "chassis" / f"{module}.py").read_text("utf-8"))):
            if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            if module in WHOLE or (module, function.name) in FUNCTIONS:
                yield from (
                    ast.unparse(node.test) for node in ast.walk(function) if isinstance(node, ast.If | ast.While)
                )


def asked(net: Net) -> Iterator[str]:
    """The conditions that a net's mutant takes away."""
    for line in "\n".join(net.instead).splitlines():
        head, _, rest = line.strip().removeprefix("el").partition(" ")
        if head in ("if", "while"):
            yield ast.unparse(ast.parse(f"({rest.strip().removesuffix(':')})", mode="eval"))


def test_each_condition_of_the_lane_is_a_net_with_a_mutant_or_is_said_to_be_none() -> None:
    held = {condition for net in nets() for condition in asked(net)}
    found = set(conditions())
    assert found - held - set(NO_NETS) == set(), "bench/nets.yaml: a mutant for each, or why it is no net above"
    assert set(NO_NETS) - found == set()


def test_each_alarm_has_a_mutant() -> None:
    raised = "\n".join((ROOT / "chassis" / f"{name}.py").read_text("utf-8") for name in ("lane", "load", "transaction"))
    assert all(f"Alarm.{alarm.name}" in raised for alarm in Alarm)


@pytest.mark.parametrize("net", nets(), ids=lambda net: net.net)
def test_what_switches_a_net_off_stands_once_where_it_is_said_to(net: Net) -> None:
    text = (ROOT / net.file).read_text("utf-8")
    assert {stands: text.count(stands) for stands in net.instead} == dict.fromkeys(net.instead, 1)
    file, _, name = net.caught_by.partition("::")
    assert f"def {name}(" in (ROOT / file).read_text("utf-8") if name else (ROOT / file).is_file()


def test_the_page_tells_of_each_net_which_test_caught_it() -> None:
    rows = (ROOT / "docs" / "mutants.md").read_text("utf-8").splitlines()
    told = {row.split("|")[1].strip() for row in rows if row.count("|") == _BARS} - {"net", "---"}
    assert told == {net.net for net in nets()}
