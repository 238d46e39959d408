"""PostgreSQL on this machine: a cluster of our own, and the roles and schemas in it."""

from __future__ import annotations

import asyncio
import os
import pwd
import shutil
import subprocess
from collections.abc import Awaitable, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import asyncpg

from chassis.settings import database_secret
from tools.errors import SaidClearly
from tools.layout import DEPLOY
from tools.local.ports import HOST
from tools.local.programs import find, find_postgres
from tools.prepare.certificates import Certificates
from tools.prepare.roles import OWNER
from tools.prepare.secrets import secret, write_secret

SETTINGS = DEPLOY / "postgres" / "postgresql.conf"

T = TypeVar("T")

# Nobody waits for these disks to be safe: the data is thrown away with the instance. A server that is killed keeps it.
_CARELESS = ("fsync=off", "full_page_writes=off", "checkpoint_timeout=1h")
_STATUS = 7
"""The line of `postmaster.pid` that says how far the server is."""
_ENCRYPTED = ("ssl=on", "ssl_cert_file=server.crt", "ssl_key_file=server.key")


@dataclass(frozen=True)
class Cluster:
    """A PostgreSQL cluster in a folder of the clone, listening on one local port."""

    home: Path
    port: int
    durable: bool = True
    certificates: Certificates | None = None
    """What the server shows; lines are in the clear without."""

    @property
    def data(self) -> Path:
        return self.home / "postgres"

    @property
    def secrets(self) -> Path:
        return self.home / "secrets"

    def prepare(self) -> None:
        """Make the cluster, once, and give it its certificate."""
        self._make()
        if self.certificates is not None:
            for file, name in ((self.certificates.certificate, "server.crt"), (self.certificates.key, "server.key")):
                shutil.copyfile(file, self.data / name)
                (self.data / name).chmod(0o600)
                if os.geteuid() == 0:
                    shutil.chown(self.data / name, _account())

    def _make(self) -> None:
        if (self.data / "PG_VERSION").exists():
            if not (self.secrets / database_secret(OWNER)).exists():
                raise SaidClearly(
                    f"{self.data} 的数据库早于存在 {self.secrets} 的密码。请删除它，或者用 LIUHEN_INSTANCE 换一个名称。"
                )
            return
        shutil.rmtree(self.data, ignore_errors=True)
        self.data.mkdir(mode=0o700)
        if os.geteuid() == 0:
            shutil.chown(self.data, _account())
        log = self.home / "logs" / "postgres-init.log"
        with log.open("ab") as sink:
            done = subprocess.run(  # noqa: S603 - the command is ours
                self._initdb(), input=self.password(OWNER).encode(), stdout=sink, stderr=subprocess.STDOUT, check=False
            )
        if done.returncode:
            shutil.rmtree(self.data)
            raise SaidClearly(f"PostgreSQL 没能建立数据目录，它的说明在 {log}。")

    def _initdb(self) -> list[str]:
        options = [f"--username={OWNER}", "--pwfile=/dev/stdin", "--auth=scram-sha-256", "--encoding=UTF8"]
        # Nothing here is sorted by a language: codes and numbers compare fastest byte by byte.
        options += ["--locale=C.UTF-8", "--lc-collate=C", *([] if self.durable else ["--no-sync"])]
        return [*_unprivileged(), str(find_postgres() / "initdb"), f"--pgdata={self.data}", *options]

    def command(self) -> list[str]:
        """Return the command that runs the server."""
        here = (f"config_file={SETTINGS}", f"port={self.port}", f"listen_addresses={HOST}", "unix_socket_directories=")
        settings = [*here, *(() if self.durable else _CARELESS), *(_ENCRYPTED if self.certificates else ())]
        options = [option for setting in settings for option in ("-c", setting)]
        return [*_unprivileged(), str(find_postgres() / "postgres"), "-D", str(self.data), *options]

    def is_ready(self) -> bool:
        """Return whether this server, and no other one on its port, takes connections."""
        if not self._says_ready():
            return False
        probe = [str(find_postgres() / "pg_isready"), "-q", "-h", HOST, "-p", str(self.port)]
        return subprocess.run(probe, check=False).returncode == 0  # noqa: S603 - the command is ours

    def _says_ready(self) -> bool:
        """What the server writes into its folder once it has its port; another one on the port writes elsewhere."""
        try:
            lines = (self.data / "postmaster.pid").read_text("utf-8").splitlines()
        except FileNotFoundError:
            return False
        return len(lines) > _STATUS and lines[_STATUS].strip() == "ready"

    def password(self, role: str) -> str:
        """Return the password of a role from the folder of secrets; it is made where there is none yet."""
        return secret(self.secrets, database_secret(role))

    def dsn(self, role: str, database: str) -> str:
        """Return an address that holds the password of the role."""
        return f"postgresql://{role}:{self.password(role)}@{HOST}:{self.port}/{database}{self.checked}"

    @property
    def checked(self) -> str:
        """What an address ends with by which a client holds the server to its certificate."""
        return f"?sslmode=verify-full&sslrootcert={self.certificates.ca}" if self.certificates else ""

    def create_database(self, name: str, template: str = "template1") -> None:
        """Make a database, unless it is there."""
        admin = self.dsn(OWNER, "postgres")
        if not scalar(admin, "SELECT count(*) FROM pg_database WHERE datname = $1", name):
            execute(admin, f"CREATE DATABASE {name} TEMPLATE {template}")

    def drop_database(self, name: str) -> None:
        """Remove a database, whoever is still connected to it."""
        execute(self.dsn(OWNER, "postgres"), f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def write_passwords(self, roles: Iterable[str]) -> Path:
        """Write a password file that libpq and asyncpg read by themselves (PGPASSFILE); return its path."""
        path = self.home / "pgpass"
        lines = "".join(f"{HOST}:{self.port}:*:{role}:{self.password(role)}\n" for role in roles)
        write_secret(path, lines)
        return path


@dataclass(frozen=True)
class Database:
    """One database of a cluster."""

    cluster: Cluster
    name: str

    def dsn(self, role: str = OWNER) -> str:
        """Return the address for a service (or for the owner of everything), password included."""
        return self.cluster.dsn(role, self.name)


def _account() -> str:
    """Return whom PostgreSQL runs as when root starts it."""
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


def _unprivileged() -> list[str]:
    """PostgreSQL refuses to be root. It may still have to pass through folders that only root may enter."""
    if os.geteuid() != 0:
        return []
    account = pwd.getpwnam(_account())
    who = [f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups"]
    passing = "-all,+dac_read_search" if _has_capability(2) else "-all,+dac_override"
    return [find("setpriv"), *who, f"--inh-caps={passing}", f"--ambient-caps={passing}"]


def _has_capability(number: int) -> bool:
    status = Path("/proc/self/status").read_text("ascii")
    permitted = next(line for line in status.splitlines() if line.startswith("CapPrm:"))
    return bool(int(permitted.split()[1], 16) >> number & 1)


def run_apart(task: Callable[[], Awaitable[T]]) -> T:
    """Run a coroutine to its end from code that is not asynchronous, even where a loop is already running."""

    async def whole() -> T:
        return await task()

    with ThreadPoolExecutor(1) as apart:
        return apart.submit(lambda: asyncio.run(whole())).result()


async def _execute(dsn: str, statements: Sequence[str]) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


def execute(dsn: str, *statements: str) -> None:
    """Execute statements one after another, each in a transaction of its own."""
    run_apart(lambda: _execute(dsn, statements))


def scalar(dsn: str, query: str, *arguments: object) -> object:
    """Return the first value of the first row."""

    async def ask() -> object:
        connection = await asyncpg.connect(dsn)
        try:
            return await connection.fetchval(query, *arguments)
        finally:
            await connection.close()

    return run_apart(ask)
