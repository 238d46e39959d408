"""Workers of a service come and go on one machine, and what was killed is started again."""

from __future__ import annotations

import json
import os
import signal
import socket
import time
from collections.abc import Iterator

import pytest

from tools.errors import SaidClearly
from tools.local import workers
from tools.local.backoff import Backoff
from tools.local.instance import Instance
from tools.local.ports import HOST
from tools.local.prometheus import TARGETS
from tools.local.state import alone
from tools.local.supervisor import look
from tools.local.workers import Worker


@pytest.fixture(scope="module")
def instance() -> Iterator[Instance]:
    """A system of its own, for its processes are killed."""
    with Instance(ephemeral=True) as instance:
        yield instance


def _kill(instance: Instance, name: str) -> None:
    """End a process as a failing machine would, and return when all of it is gone."""
    (process,) = (each for each in instance.processes if each.name == name)
    os.kill(process.pid, signal.SIGKILL)
    while process.is_alive():
        time.sleep(0.05)


def _until_lanes(instance: Instance, expected: set[tuple[str, int]]) -> None:
    until = time.monotonic() + 60
    while (found := {(p.name, workers.lanes_of(p) or 0) for _, p in workers.workers(instance)}) != expected:
        assert time.monotonic() < until, found
        time.sleep(0.2)


def _targets(instance: Instance, service: str) -> int:
    (group,) = json.loads((instance.home / TARGETS / f"{service}.json").read_text("utf-8"))
    return len(group["targets"])


def test_a_second_worker_takes_half_and_leaves_it_again(instance: Instance) -> None:
    # given one worker that has all four lanes
    first = workers.start(instance, "sla")
    assert first == Worker("sla", "1")
    _until_lanes(instance, {("sla", 4)})
    # when there are two
    second = workers.start(instance, "sla")
    # then each has half, and Prometheus finds both
    assert second.process == "sla-2"
    _until_lanes(instance, {("sla", 2), ("sla-2", 2)})
    assert _targets(instance, "sla") == 2
    # and the first has all of them again once the second was stopped
    workers.stop(instance, "sla-2")
    _until_lanes(instance, {("sla", 4)})
    assert _targets(instance, "sla") == 1


def test_three_workers_share_four_lanes_as_two_one_one_and_say_which(instance: Instance) -> None:
    # given four lanes
    _until_lanes(instance, {("sla", 4)})
    # when three workers share them
    for _ in range(2):
        workers.start(instance, "sla")
    # then none has nothing to do
    until = time.monotonic() + 60
    while sorted(found := [workers.lanes_of(each) or 0 for _, each in workers.workers(instance)]) != [1, 1, 2]:
        assert time.monotonic() < until, found
        time.sleep(0.2)
    # and the log of each names the lanes that it was given
    for _, process in workers.workers(instance):
        (*_, said) = (each for each in map(json.loads, process.log.read_text("utf-8").splitlines()) if "lanes" in each)
        assert len(said["lanes"].split()) == said["count"] == workers.lanes_of(process)
    for name in ("2", "3"):
        workers.stop(instance, f"sla-{name}")


def test_what_was_killed_is_started_again_what_all_stand_on_first(instance: Instance) -> None:
    # given a broker and a worker that were killed
    killed = [process for process in instance.processes if process.name in {"kafka", "sla"}]
    for process in killed:
        os.kill(process.pid, signal.SIGKILL)
    while any(process.is_alive() for process in killed):
        time.sleep(0.05)
    # when the instance is healed
    assert workers.heal(instance) == ("kafka", "sla")
    # then all of it runs, and nothing is left to be healed
    _until_lanes(instance, {("sla", 4)})
    assert all(process.is_alive() for process in instance.processes)
    assert workers.heal(instance) == ()


def test_whatever_is_killed_comes_back_by_itself(instance: Instance) -> None:
    # given a supervisor
    backoff = Backoff()
    # when each process is killed, one after the other
    for name in [process.name for process in instance.processes]:
        _kill(instance, name)
        # then it is started again at once, and that alone
        assert look(instance, backoff, time.monotonic()) == (name,)
        assert all(each.is_alive() for each in instance.processes)
    _until_lanes(instance, {("sla", 4)})
    assert look(instance, backoff, time.monotonic()) == ()
    _until_lanes(instance, {("sla", 4)})


def test_a_service_whose_port_somebody_took_is_started_once_it_is_free(instance: Instance) -> None:
    # given a service that was killed, and a stranger who listens on its port
    backoff = Backoff()
    _kill(instance, "sla")
    with socket.create_server((HOST, instance.ports["sla_metrics"])):
        assert look(instance, backoff, time.monotonic()) == ("sla",)
        # then it is not forgotten
        assert [each.name for each in instance.processes if not each.is_alive()] == ["sla"]
    # and when the stranger is gone it is started
    until = time.monotonic() + 60
    while not look(instance, backoff, time.monotonic()):
        assert time.monotonic() < until
        time.sleep(0.2)
    _until_lanes(instance, {("sla", 4)})


def test_a_service_that_waits_for_a_dead_database_keeps_nobody_from_starting_that(instance: Instance) -> None:
    # given a service that was killed, and a database that dies before anybody looks again
    backoff = Backoff()
    for name in ("sla", "postgres"):
        _kill(instance, name)
        if name == "sla":
            assert look(instance, backoff, time.monotonic()) == ("sla",)
    # when it is looked again, then the database is there, and the service goes on by itself
    assert look(instance, backoff, time.monotonic()) == ("postgres",)
    _until_lanes(instance, {("sla", 4)})


def test_a_database_that_does_not_start_keeps_no_broker_from_being_started(instance: Instance) -> None:
    # given a database that cannot start, for its version is unknown, and a broker; both are dead
    version = instance.cluster.data / "PG_VERSION"
    was, backoff = version.read_text("utf-8"), Backoff()
    for name in ("postgres", "kafka"):
        _kill(instance, name)
    version.write_text("1\n", "utf-8")
    try:
        assert look(instance, backoff, time.monotonic()) == ("postgres", "kafka")
    finally:
        version.write_text(was, "utf-8")
    # then the broker runs, and the database is tried again
    assert [each.name for each in instance.processes if not each.is_alive()] == ["postgres"]
    until = time.monotonic() + 60
    while not look(instance, backoff, time.monotonic()):
        assert time.monotonic() < until
        time.sleep(0.2)
    _until_lanes(instance, {("sla", 4)})


def test_what_a_command_is_about_to_end_is_not_started_again(instance: Instance) -> None:
    with alone(instance.home):
        _kill(instance, "sla")
        assert look(instance, Backoff(), time.monotonic()) == ()
    assert look(instance, Backoff(), time.monotonic()) == ("sla",)


def test_a_wrong_name_is_answered_with_those_there_are(instance: Instance) -> None:
    with pytest.raises(SaidClearly, match="没有名为“sla-9”的进程"):
        workers.stop(instance, "sla-9")
    with pytest.raises(SaidClearly, match="sla 已在运行"):
        workers.start(instance, "sla", "1")
    with pytest.raises(SaidClearly, match="应为 1 至 20 个小写字母或数字"):
        workers.start(instance, "sla", "Zwei!")
