"""Clients that were written from the contract alone run against the real system: repeats, restarts, and catching up."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from time import monotonic
from typing import Any, Final

import pytest

from tools.layout import ROOT
from tools.local.instance import Instance

pytestmark = pytest.mark.timeout(600)
CLIENTS: Final = ROOT / "examples" / "clients"
HOUSING: Final = "department.housing"
_LIGHTS: Final = "0102-04"
"""A category that housing leads."""
_PATIENCE: Final = 60.0
_LONGEST: Final = 120
_TAMPERED: Final = ("EINTEGRITY", "checksum mismatch")
"""In what npm and Go say where a package is not the one of the lock file."""


class CannotBeHadError(Exception):
    """What a client needs is not on this machine, and cannot be fetched."""


@dataclass
class Client:
    """A program of somebody else: it is told lines, and tells lines of JSON."""

    process: subprocess.Popen[str]
    heard: list[dict[str, Any]] = field(default_factory=list)
    lines: Queue[str] = field(default_factory=Queue)

    def say(self, **line: Any) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(line, ensure_ascii=False) + "\n")
        self.process.stdin.flush()

    def hear(self, **wanted: Any) -> dict[str, Any]:
        """Wait until it tells a line that says all of this."""
        until = monotonic() + _PATIENCE
        while True:
            for told in self.heard:
                if wanted.items() <= told.items():
                    return told
            try:
                self.heard.append(json.loads(self.lines.get(timeout=max(0.0, until - monotonic()))))
            except Empty:
                raise AssertionError((wanted, self.heard)) from None

    def answers(self, about: str) -> set[str]:
        """What it said of a ticket, by the answers that it told of."""
        return {told["answered"] for told in self.heard if about in told.get("answered", "")}

    def listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.put(line)


@contextmanager
def running(command: Sequence[str], environment: Mapping[str, str]) -> Iterator[Client]:
    """Run a client until the end of the block."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    process = subprocess.Popen(command, env={**os.environ, **environment}, text=True, **pipes)  # type: ignore[call-overload]  # noqa: S603 - it is ours
    client = Client(process)
    listening = Thread(target=client.listen, daemon=True)
    listening.start()
    try:
        yield client
    finally:
        process.terminate()
        # Its pipes are closed only once everything was heard that it said.
        process.wait()
        listening.join()
        with process:
            pass


def program(name: str, language: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise CannotBeHadError(f"The clients in {language} need {name}, which is not installed.")
    return found


def fetch(command: Sequence[str], folder: Path) -> None:
    """Fetch a client's libraries, each as its lock file names it."""
    said = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603 - it is ours
    assert not any(sign in said.stderr for sign in _TAMPERED), said.stderr
    if said.returncode:
        raise CannotBeHadError(f"{' '.join(command)} could not fetch its libraries: {said.stderr[-400:]}")


def copied(language: str, folder: Path) -> Path:
    """Lay a client's files, and nothing that somebody built of them, into a folder of the test."""
    ignored = shutil.ignore_patterns("node_modules", "lib")
    return Path(shutil.copytree(CLIENTS / language, folder / language, ignore=ignored))


def python(_: Path) -> list[str]:
    return [sys.executable, str(CLIENTS / "python" / "hotline.py")]


def javascript(folder: Path) -> list[str]:
    node, npm = program("node", "JavaScript"), program("npm", "JavaScript")
    home = copied("javascript", folder)
    fetch([npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], home)
    return [node, str(home / "department.mjs")]


def go(folder: Path) -> list[str]:
    compiler, home = program("go", "Go"), copied("go", folder)
    fetch([compiler, "mod", "download"], home)
    environment = {**os.environ, "CGO_ENABLED": "0"}
    subprocess.run([compiler, "build", "-o", "department", "."], cwd=home, check=True, env=environment)  # noqa: S603 - it is ours
    return [str(home / "department")]


def java(folder: Path) -> list[str]:
    """Returns the command less the file of the client."""
    virtual, maven, home = program("java", "Java"), program("mvn", "Java"), copied("java", folder)
    local = f"-Dmaven.repo.local={ROOT / '.tools' / 'm2'}"
    fetch([maven, "--batch-mode", "--quiet", local, "dependency:copy-dependencies", "-DoutputDirectory=lib"], home)
    subprocess.run(["sha256sum", "--check", "--strict", "--quiet", "jars.sha256"], cwd=home, check=True)  # noqa: S607 - of coreutils
    return [virtual, "-Dfile.encoding=UTF-8", "-Dstdout.encoding=UTF-8", "--class-path", f"{home}/lib/*"]


def java_hotline(folder: Path) -> list[str]:
    return [*java(folder), str(folder / "java" / "Hotline.java")]


def java_department(folder: Path) -> list[str]:
    return [*java(folder), str(folder / "java" / "Department.java")]


Made = Callable[[Path], list[str]]
HOTLINES: Final[tuple[Made, ...]] = (python, java_hotline)
DEPARTMENTS: Final[tuple[Made, ...]] = (javascript, go, java_department)


@pytest.fixture(scope="module")
def making(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[Made, Future[list[str]]]]:
    """All clients are made while the system starts."""
    with ThreadPoolExecutor(2) as hands:
        yield {made: hands.submit(made, tmp_path_factory.mktemp(made.__name__)) for made in (*DEPARTMENTS, *HOTLINES)}


@pytest.fixture(scope="module")
def city(making: object) -> Iterator[Instance]:  # noqa: ARG001 - it begins first
    """The whole system, on a broker and a database of its own."""
    with Instance(ephemeral=True) as instance:
        instance.start_services()
        yield instance


@pytest.fixture
def command(making: Mapping[Made, Future[list[str]]], made: Made) -> list[str]:
    """The command of a client; skipped with a sentence where it cannot be made here."""
    try:
        return making[made].result()
    except CannotBeHadError as why:
        pytest.skip(str(why))


def login(city: Instance, user: str) -> dict[str, str]:
    return {"LIUHEN_KAFKA": city.kafka, "LIUHEN_USER": user, "LIUHEN_PASSWORD_FILE": str(city.secrets / user)}


def call(number: str, phone: str) -> dict[str, Any]:
    who, where = {"name": "王芳", "phone": phone}, {"text": "平凉路100弄3号"}
    agent = {"id": "a-1", "name": "林悦"}
    said = {"kind": "complain", "contact": who, "place": where, "text": "楼道里的灯坏了", "agent": agent}
    return {"id": number, "register": {**said, "category": _LIGHTS}}


@pytest.mark.parametrize("made", HOTLINES)
def test_a_hotline_loses_and_doubles_nothing_over_a_restart(
    city: Instance, tmp_path: Path, made: Made, command: list[str]
) -> None:
    name, phones = made.__name__, f"1391{HOTLINES.index(made)}000"
    start = [*command, str(tmp_path / "calls")], login(city, "hotline")
    with running(*start) as client:
        client.say(**call(f"{name}-1", f"{phones}001"))
        first = client.hear(call=f"{name}-1")
        client.say(**call(f"{name}-1", f"{phones}001"))  # said twice
        client.say(**call(f"{name}-2", f"{phones}002"))
        second = client.hear(call=f"{name}-2")
        client.say(**call(f"{name}-3", f"{phones}003"))  # and ended before it is answered, or after
    assert first["tickets"] != second["tickets"]
    with running(*start) as client:
        client.say(**call(f"{name}-3", f"{phones}003"))
        client.say(**call(f"{name}-4", "1"))
        assert client.hear(call=f"{name}-4")["code"] == "bad_phone"
        assert not [told for told in client.heard if told.get("call") in {f"{name}-1", f"{name}-2"}]


@pytest.mark.parametrize("made", DEPARTMENTS)
def test_a_department_signs_for_what_it_leads_once_and_catches_up(
    city: Instance, tmp_path: Path, made: Made, command: list[str]
) -> None:
    name, phones = made.__name__, f"1390{DEPARTMENTS.index(made)}000"
    hotline = [*python(tmp_path), str(tmp_path / "calls.db")], login(city, "hotline")
    department = command, login(city, HOUSING)
    with running(*hotline) as line:
        with running(*department) as client:
            line.say(**call(f"{name}-1", f"{phones}001"))
            (ticket,) = line.hear(call=f"{name}-1")["tickets"]
            client.hear(ticket=ticket, happened="accepted")
            said = client.answers(ticket)
        line.say(**call(f"{name}-2", f"{phones}002"))  # while the department is away
        (missed,) = line.hear(call=f"{name}-2")["tickets"]
    with running(*department) as client:
        client.hear(ticket=missed, happened="accepted")
        assert said <= client.answers(ticket)
        assert len(client.answers(ticket)) == 1  # heard anew from the beginning of the topic, and not said again


@pytest.mark.parametrize("made", [javascript])
def test_a_backend_over_http_reports_once_and_follows_what_became_of_it(city: Instance, command: list[str]) -> None:
    door = {
        "LIUHEN_INTAKE_URL": city.url("intake_http"),
        "LIUHEN_WECHAT_TOKEN_FILE": str(city.secrets / "wechat-token"),
    }
    message = {"id": "wx-1", "text": "三楼水管漏水", "place": "平凉路100弄3号", "openid": "oMzaV5-example"}
    with running([command[0], str(CLIENTS / "wechat" / "backend.mjs")], door) as backend:
        backend.say(**message)
        told = backend.hear(id="wx-1")
        assert len(told["tickets"]) == 1
        backend.heard.clear()
        backend.say(**message)
        assert backend.hear(id="wx-1")["receipt"] == told["receipt"]
        backend.say(**{**message, "id": "wx-2", "text": ""})
        assert backend.hear(id="wx-2")["code"] == "empty_field"


@pytest.mark.parametrize(
    "path", sorted(p for p in CLIENTS.glob("*/*") if p.suffix in {".py", ".mjs", ".go", ".java"}), ids=lambda p: p.name
)
def test_a_client_is_short_enough_to_be_read_at_once(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) < _LONGEST
