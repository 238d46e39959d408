"""The local runner's own rules, without anything running."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tools.client.addresses import load_addresses
from tools.errors import SaidClearly
from tools.layout import ROOT, home_of
from tools.local.instance import Instance
from tools.local.plan import fill, load_plan
from tools.local.ports import HOST, free_ports, require_free
from tools.local.process import Identity, Launch, is_running, spawn, this_process
from tools.local.settings import LocalSettings, chosen_ports, load_settings
from tools.local.state import State, alone, private, read_state, write_state


def test_a_shift_moves_every_port_and_a_variable_sets_one() -> None:
    plan = load_plan()
    ports = chosen_ports(plan, LocalSettings(port_shift=1000), {"LIUHEN_KAFKA_PORT": "7777"})
    assert ports["kafka"] == 7777
    assert ports["postgres"] == plan.ports()["postgres"] + 1000


def test_no_other_user_looks_into_an_instance(tmp_path: Path) -> None:
    home = tmp_path / "run" / "one"
    home.mkdir(parents=True, mode=0o755)
    with alone(home):
        assert home.stat().st_mode & 0o077 == 0
    private(home / "logs")
    code = "import pathlib; pathlib.Path('made').mkdir(); pathlib.Path('made/file').touch()"
    started = spawn(Launch("one", (sys.executable, "-c", code), {}), home=home, folder=tmp_path)
    while is_running(Identity(started.pid, started.started)):
        time.sleep(0.01)
    for path in (home / "logs", home / "logs" / "one.log", tmp_path / "made", tmp_path / "made" / "file"):
        assert path.stat().st_mode & 0o077 == 0, path


def test_a_port_that_is_no_number_is_said_with_its_variable() -> None:
    with pytest.raises(SaidClearly, match="LIUHEN_KAFKA_PORT='nine' 不是端口号"):
        chosen_ports(load_plan(), LocalSettings(), {"LIUHEN_KAFKA_PORT": "nine"})


def test_a_setting_that_cannot_be_used_is_said_with_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIUHEN_PORT_SHIFT", "far")
    with pytest.raises(SaidClearly, match="LIUHEN_PORT_SHIFT='far' 不可用"):
        load_settings()


def test_a_taken_port_is_said_by_number_name_and_variable() -> None:
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(SaidClearly, match=f"端口 {port}（trace_http）已被别的进程占用。.* LIUHEN_TRACE_HTTP_PORT"):
            require_free({"trace_http": port}, ["trace_http"])


def test_a_port_asked_for_twice_is_said_before_anything_starts() -> None:
    (port,) = free_ports(["one"]).values()
    with pytest.raises(SaidClearly, match="用了两次"):
        require_free({"one": port, "two": port}, ["one", "two"])


def test_a_port_that_was_given_out_is_given_to_nobody_else_and_can_be_listened_on() -> None:
    (port,) = free_ports(["one"]).values()
    code = f"from tools.local import ports; ports._QUIET = [{port}]; ports.free_ports(['other'])"
    other = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert "StopIteration" in other.stderr
    require_free({"one": port}, ["one"])
    with socket.create_server((HOST, port)):
        pass


def test_free_ports_are_all_different() -> None:
    names = [str(number) for number in range(50)]
    assert len(set(free_ports(names).values())) == len(names)


@pytest.mark.parametrize("name", ["", "..", "a/b", "Main", "x" * 60])
def test_a_name_that_is_no_folder_names_no_instance(name: str) -> None:
    with pytest.raises(SaidClearly, match="不能作为名称"):
        home_of(name)


def test_a_place_keeps_the_braces_that_belong_to_the_service() -> None:
    places = {"postgres": "postgresql://{service}@here/liuhen"}
    assert fill("{postgres}", places, {}) == "postgresql://{service}@here/liuhen"
    assert fill("{secrets}/key", {"secrets": "/{folder}"}, {}) == "/{folder}/key"
    assert fill("{port:trace_http}", places, {"trace_http": 18081}) == "18081"


def test_what_an_instance_started_is_remembered(tmp_path: Path) -> None:
    state = State(owner=this_process(), ports={"kafka": 1}, clock="real")
    write_state(tmp_path, state)
    assert read_state(tmp_path) == state


def test_an_instance_is_held_by_one_at_a_time(tmp_path: Path) -> None:
    with alone(tmp_path), pytest.raises(SaidClearly, match="正在启动或者结束"), alone(tmp_path):
        pytest.fail("held twice")
    with alone(tmp_path):
        pass


def test_addresses_in_the_environment_win_and_none_at_all_is_said_clearly() -> None:
    said = {"LIUHEN_KAFKA": "k:1", "LIUHEN_POSTGRES": "postgresql://{service}@p/d", "PGPASSFILE": "/a b", "KAFKA": "no"}
    addresses = load_addresses({**said, "LIUHEN_TRACE_URL": "http://t"})
    assert addresses.kafka == "k:1"
    assert addresses.postgres_dsn("sla") == "postgresql://sla@p/d?passfile=/a%20b"
    assert addresses.trace_url == "http://t"


def test_services_go_by_the_policy_of_the_setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIUHEN_POLICY", str(tmp_path))
    instance = Instance("of-another-policy", ephemeral=True)
    assert instance.addresses()["LIUHEN_POLICY"] == str(tmp_path)
    # and what is said outright stands above it
    assert Instance("another", ephemeral=True, policy=tmp_path / "own").policy == tmp_path / "own"
