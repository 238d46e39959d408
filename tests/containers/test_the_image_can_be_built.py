"""The image can be built from what docker's own client sends; where a Docker engine runs, it is built and runs."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import tarfile
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

import pytest

from tools.layout import DEPLOY, ROOT
from tools.local.ports import HOST

COPIES: Final = re.compile(r"^COPY (\S+) \S+$", re.MULTILINE)


class Builder(BaseHTTPRequestHandler):
    """As much of a builder as docker's client asks for before it sends the context; what it is sent is kept."""

    sent: bytes = b""
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self._answer(b"")

    def do_GET(self) -> None:
        self._answer(b"OK")

    def do_POST(self) -> None:
        if self.path.partition("?")[0].endswith("/build"):
            type(self).sent = self._body()
        self._answer(b'{"stream":"taken"}\n')

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        """Says nothing."""

    def _body(self) -> bytes:
        if "Content-Length" in self.headers:
            return self.rfile.read(int(self.headers["Content-Length"]))
        body = io.BytesIO()
        while size := int(self.rfile.readline(), 16):
            body.write(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return body.getvalue()

    def _answer(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("API-Version", "1.41")
        self.send_header("OSType", "linux")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


@pytest.fixture(scope="module")
def context() -> Iterator[frozenset[str]]:
    """The files that docker's client sends the builder of this clone."""
    docker = shutil.which("docker")
    if docker is None:
        pytest.skip("docker's client is not installed; tests/contract/test_deployment.py compares the lines")
    server = ThreadingHTTPServer((HOST, 0), Builder)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    words = [docker, "-H", f"tcp://{HOST}:{server.server_address[1]}", "build", "-f", "deploy/Dockerfile", "."]
    try:
        done = subprocess.run(  # noqa: S603 - the command is ours
            words, cwd=ROOT, env={"DOCKER_BUILDKIT": "0"}, capture_output=True, text=True, check=False
        )
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    assert done.returncode == 0, done.stderr
    with tarfile.open(fileobj=io.BytesIO(Builder.sent)) as tar:
        yield frozenset(member.name for member in tar.getmembers() if member.isfile())


def test_whatever_the_image_copies_is_sent_whole(context: frozenset[str]) -> None:
    copied = COPIES.findall((DEPLOY / "Dockerfile").read_text("utf-8"))
    assert len(copied) > 10
    ours = subprocess.run(  # noqa: S603 - the command is ours
        ["git", "ls-files", "-z", "--", *copied],  # noqa: S607
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    files = set(ours.stdout.split("\0")) - {""}
    assert files - context == set(), "hidden by .dockerignore"


def test_nothing_else_is_sent(context: frozenset[str]) -> None:
    copied = COPIES.findall((DEPLOY / "Dockerfile").read_text("utf-8"))
    own = {"deploy/Dockerfile", ".dockerignore"}  # which the client always sends, and no image holds
    more = {file for file in context - own if not any(file == each or file.startswith(f"{each}/") for each in copied)}
    assert more == set()
    assert [file for file in context if "__pycache__" in file or file.startswith((".run", ".venv"))] == []


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_where_an_engine_runs_the_image_is_built_and_says_what_it_can() -> None:
    docker = shutil.which("docker")
    if docker is None or subprocess.run([docker, "info"], capture_output=True, check=False).returncode != 0:  # noqa: S603
        pytest.skip("no Docker engine answers here (docker info), so that no image is built and no container starts")
    if subprocess.run([docker, "compose", "version"], capture_output=True, check=False).returncode != 0:  # noqa: S603
        pytest.skip("docker has no Compose v2 here (docker compose version)")
    subprocess.run([docker, "compose", "build", "intake"], cwd=ROOT, check=True)  # noqa: S603 - the command is ours
    said = subprocess.run(  # noqa: S603 - the command is ours
        [docker, "run", "--rm", "--read-only", "liuhen"], capture_output=True, text=True, check=True
    )
    assert "liuhen" in said.stdout
