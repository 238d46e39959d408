"""The local runner: what it starts is real, and it ends exactly what it started."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest

from schemas.layout import Layout
from schemas.principals import ADMIN
from tools.errors import SaidClearly
from tools.layout import ROOT, home_of
from tools.local.database import Database
from tools.local.instance import Instance
from tools.local.orphans import end_orphans
from tools.local.ports import HOST, free_ports
from tools.local.process import MARK, Ending, Launch, end, family, is_running, spawn
from tools.local.settings import LocalSettings, variable
from tools.local.state import State, write_state
from tools.prepare import topics

_WAITS = "import sys; sys.stdin = open('/dev/zero'); import threading; threading.Event().wait()"
_HAS_CHILD = (
    "import subprocess, sys, threading;"
    f"subprocess.Popen([sys.executable, '-c', {_WAITS!r}], start_new_session=True);"
    "print('both', flush=True); threading.Event().wait()"
)


@contextmanager
def _listening(port: int) -> Iterator[None]:
    with socket.create_server((HOST, port)):
        yield


async def test_each_service_reaches_its_own_schema_and_no_other(database: Database) -> None:
    own = await asyncpg.connect(database.dsn("dispatch"))
    try:
        assert await own.fetchval("SELECT current_schema()") == "dispatch"
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await own.execute("SELECT * FROM intake.lane")
    finally:
        await own.close()


async def test_a_database_of_a_test_is_seen_by_no_other_test(database: Database, system: Instance) -> None:
    own = await asyncpg.connect(database.dsn())
    other = await asyncpg.connect(system.postgres_dsn())
    try:
        await own.execute("CREATE TABLE only_here ()")
        assert await other.fetchval("SELECT to_regclass('only_here')") is None
    finally:
        await own.close()
        await other.close()


async def test_a_wrong_password_opens_nothing(database: Database) -> None:
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(database.dsn("trace").replace("trace:", "trace:wrong"))


def test_applying_topics_again_changes_nothing(system: Instance) -> None:
    asked = topics.wanted(system.policy)
    again = topics.apply(system.broker(ADMIN), asked)
    assert {applied.change for applied in again} == {topics.TopicChange.UNCHANGED}
    assert len(again) == len(asked)


def test_a_topic_that_drifted_is_set_right_but_never_repartitioned(system: Instance) -> None:
    first, *_ = topics.wanted(system.policy)
    drifted = replace(first, name="drifting", partitions=2, config={"retention.ms": "1000"})
    topics.apply(system.broker(ADMIN), [drifted])
    wider = replace(drifted, partitions=3, config={"retention.ms": "2000"})
    altered = topics.apply(system.broker(ADMIN), [wider])
    assert altered[0].change is topics.TopicChange.DIFFERS
    assert altered[0].detail == "2 partitions instead of 3; retention.ms=2000"


def test_settings_that_the_registry_does_not_know_stay_and_are_shown(system: Instance) -> None:
    # given a topic on which an operator set something
    first, *_ = topics.wanted(system.policy)
    ours = replace(first, name="tended", partitions=1, config={"retention.ms": "1000"})
    theirs = {"retention.ms": "5000", "segment.ms": "3600000"}
    topics.apply(system.broker(ADMIN), [replace(ours, config=theirs)])
    # when the registry is applied, twice
    (altered,) = topics.apply(system.broker(ADMIN), [ours])
    (again,) = topics.apply(system.broker(ADMIN), [ours])
    # then what it knows is set, and what it does not know stands and is told
    assert (altered.change, altered.detail) == (topics.TopicChange.ALTERED, "retention.ms=1000")
    assert again.change is topics.TopicChange.UNCHANGED
    assert altered.kept == again.kept == {"segment.ms": "3600000"}


def test_more_replicas_than_brokers_are_refused_before_anything_is_made(system: Instance) -> None:
    asked = [replace(topic, name=f"never.{topic.name}") for topic in topics.wanted(system.policy, Layout(replicas=3))]
    with pytest.raises(SaidClearly, match=r"LIUHEN_REPLICAS=3，而 .* 只有 1 个节点；没有建立任何主题"):
        topics.apply(system.broker(ADMIN), asked)
    assert {
        step.change for step in topics.plan(system.broker(ADMIN), [replace(each, replicas=1) for each in asked])
    } == {topics.TopicChange.CREATED}


def test_a_port_that_another_instance_takes_meanwhile_is_said_and_its_database_is_not_asked(system: Instance) -> None:
    # given a database of somebody else on the port of ours, after the ports were looked at
    ports = {**free_ports(system.plan.ports()), "postgres": system.ports["postgres"]}
    with pytest.MonkeyPatch.context() as environment:
        for name, port in ports.items():
            environment.setenv(variable(name), str(port))
        instance = Instance(settings=LocalSettings(instance=f"late-{ports['kafka']}"))
        instance._make_home()
        try:
            with pytest.raises(SaidClearly) as said:
                instance._start_foundations()
        finally:
            instance.end_all()
            shutil.rmtree(instance.home)
    assert f"端口 {ports['postgres']}（postgres）已被别的进程占用" in str(said.value)
    assert "LIUHEN_PORT_SHIFT" in str(said.value)


def test_two_instances_run_side_by_side(system: Instance) -> None:
    with Instance(ephemeral=True) as other:
        assert other.home != system.home
        assert other.kafka != system.kafka
        assert other.is_running()
        home = other.home
    assert system.is_running()
    assert not home.exists()


def test_a_taken_port_is_said_with_its_number_and_its_variable(system: Instance) -> None:
    ports = free_ports(system.plan.ports())
    settings = LocalSettings(instance=f"taken-{ports['kafka']}")
    with pytest.MonkeyPatch.context() as environment:
        for name, port in ports.items():
            environment.setenv(variable(name), str(port))
        instance = Instance(settings=settings)
        with _listening(ports["postgres"]), pytest.raises(SaidClearly) as said:
            instance.start_foundations()
    assert f"端口 {ports['postgres']}（postgres）已被别的进程占用" in str(said.value)
    assert "LIUHEN_POSTGRES_PORT" in str(said.value)
    assert instance.processes == ()
    shutil.rmtree(instance.home)


def test_a_service_that_ends_at_once_is_reported_with_the_end_of_its_log(system: Instance) -> None:
    with pytest.raises(SaidClearly) as said:
        system.start_services(["trace"], worker="broken", environment={"LIUHEN_CLOCK": "the sundial"})
    system.stop("trace-broken")
    assert "trace-broken 一启动就退出了" in str(said.value)
    assert "the sundial" in str(said.value)


def test_ending_a_process_ends_its_children_and_nobody_else(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    ours = spawn(Launch("ours", [sys.executable, "-c", _HAS_CHILD]), home=tmp_path, folder=ROOT)
    marked = {MARK: str(tmp_path)}
    with subprocess.Popen([sys.executable, "-c", _WAITS], env=marked) as stranger:  # noqa: S603 - our own command
        while "both" not in ours.tail():
            assert ours.is_alive()
            threading.Event().wait(0.02)
        relatives = family(ours)
        assert len(relatives) == 2
        assert end([ours]) == {"ours": Ending.STOPPED}
        assert not any(is_running(relative) for relative in relatives)
        assert stranger.poll() is None
        stranger.kill()


def test_a_process_id_used_again_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    ours = spawn(Launch("ours", [sys.executable, "-c", _WAITS]), home=tmp_path, folder=ROOT)
    mistaken = ours.model_copy(update={"started": ours.started - 1})
    assert end([mistaken]) == {"ours": Ending.WAS_GONE}
    assert ours.is_alive()
    assert end([ours], at_once=True) == {"ours": Ending.KILLED}


def test_what_a_killed_test_run_left_behind_is_ended_by_the_next() -> None:
    home = home_of(f"orphan-{os.getpid()}")
    (home / "logs").mkdir(parents=True)
    owner = spawn(Launch("owner", [sys.executable, "-c", _WAITS]), home=home, folder=ROOT)
    orphan = spawn(Launch("orphan", [sys.executable, "-c", _WAITS]), home=home, folder=ROOT)
    write_state(home, State(owner=owner.identity, processes=(orphan,)))

    end_orphans()
    assert orphan.is_alive()

    end([owner], at_once=True)
    end_orphans()
    assert not orphan.is_alive()
    assert not home.exists()
