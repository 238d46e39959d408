"""The doctor looks at the real system: nothing to say of a sound one, and the next step where something is wrong."""

from __future__ import annotations

import json
import time

from tests.support.operations import Operations
from tools.local import workers


def _until_found(operations: Operations, about: str) -> list[dict[str, str]]:
    until = time.monotonic() + 60
    while not (found := [each for each in _findings(operations) if each["about"] == about]):
        assert time.monotonic() < until
    return found


def _findings(operations: Operations) -> list[dict[str, str]]:
    told: list[dict[str, str]] = json.loads(operations.run("doctor", "--json").stdout)
    return told


def test_a_dead_worker_is_found_with_what_waits_and_what_to_do(operations: Operations) -> None:
    # given a sound system
    assert [each for each in _findings(operations) if each["severity"] == "critical"] == []
    # when a service is dead and a call comes in
    workers.stop(operations.instance, "notify", at_once=True)
    operations.report(13_900_112_233)
    # then the doctor says so as soon as the broker misses it, and its exit code says how urgent it is
    (finding,) = _until_found(operations, "notify")
    assert "liuhen worker start notify" in finding["then"]
    assert operations.run("doctor").exit_code == 2
    # and once that was done it is sound again
    workers.start(operations.instance, "notify")
    assert all(each["severity"] != "critical" for each in _findings(operations))
