"""The city's list is held against what the trace really noted."""

from __future__ import annotations

from pathlib import Path

from tests.support.operations import Operations

NUMBER = "SH20260914-1077"


def test_what_came_down_from_the_city_is_on_its_list_or_named(operations: Operations, tmp_path: Path) -> None:
    # given a ticket of the city, and one of ours
    ticket = operations.report(13700008801, upstream=NUMBER)
    operations.report(13700008802)
    file = tmp_path / "city.csv"
    # when the city holds it too
    file.write_text(f"number,state\n{NUMBER},open\n", "utf-8")
    same = operations.run("reconcile", str(file), person="p-he")
    # then both are alike
    assert same.exit_code == 0, (same.output, same.exception)
    assert "两边一致" in same.output
    # when the city says that it is over, and names another that never came
    file.write_text(f"number,state\n{NUMBER},ended\nSH-lost,open\n", "utf-8")
    differs = operations.run("reconcile", str(file), "--json", person="p-he")
    # then each is named
    assert differs.exit_code == 1
    for told in (f'"number": "{NUMBER}"', f'"ticket": "{ticket}"', '"what": "state"', '"what": "missing_here"'):
        assert told in differs.output
