"""Postgres as the chassis relies on it: sessions, transactions, row locks of lanes, and what ends them.

A statement is named by the one function that runs it, as it is the rule of the house; `Tables` answers by that name.
"""

from __future__ import annotations

import asyncio
import sys
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import asyncpg

from tests.support.sim.loop import PROCESS, Process, World
from tests.support.sim.tables import Tables, Write

LOCK_SECONDS: Final = 30.0
IDLE_SECONDS: Final = 10.0
"""As `lock_timeout` and `idle_in_transaction_session_timeout` are set by the chassis."""
_CHECKS: Final = frozenset({"lock_lanes", "save_published"})
"""Statements that wait for whoever has locked a lane."""


@dataclass(eq=False)
class _Asked:
    session: Session
    name: str
    arguments: tuple[Any, ...]
    answer: asyncio.Future[Any]


@dataclass(eq=False)
class Session:
    """One connection of a process: as much of asyncpg's as the chassis uses."""

    database: Database
    tables: Tables
    owner: Process | None
    pid: int
    closed: bool = False
    writes: list[Write] | None = None
    """What the open transaction wrote; None outside of one."""
    asked: _Asked | None = None
    idle_since: float = 0.0
    locks: set[str] = field(default_factory=set)

    # --- what asyncpg offers -------------------------------------------------------------------------------------

    def fetch(self, _: str, *arguments: Any) -> Any:
        return self._ask(sys._getframe(1).f_code.co_name, arguments)

    fetchval = execute = fetch

    async def executemany(self, _: str, rows: Sequence[tuple[Any, ...]]) -> None:
        name = sys._getframe(1).f_code.co_name
        for row in rows:
            await self._ask(name, row)

    def copy_records_to_table(self, _: str, *, records: Sequence[Any], columns: object) -> Any:  # noqa: ARG002
        return self._ask(sys._getframe(1).f_code.co_name, (records,))

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        await self._ask("begin", ())
        try:
            yield
        except BaseException:
            if not self.closed:
                await self._ask("rollback", ())
            raise
        await self._ask("commit", ())

    def is_closed(self) -> bool:
        return self.closed

    def get_server_pid(self) -> int:
        return self.pid

    def terminate(self) -> None:
        self.database.world.outside(self.database.end, self)
        self.closed = True

    async def _ask(self, name: str, arguments: tuple[Any, ...]) -> Any:
        if self.closed:
            raise asyncpg.InterfaceError("connection is closed")
        answer = self.database.world.create_future()
        self.asked = _Asked(self, name, arguments, answer)
        self.database.world.outside(self.database.serve, self.asked)
        return await answer


class Database:
    """One cluster with a schema for each service."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.services: dict[str, Tables] = {}
        self.sessions: dict[int, Session] = {}
        self.down_until = 0.0
        self.tell: Callable[[str, str], None] = lambda _who, _what: None
        self._holders: dict[tuple[int, str], Session] = {}
        self._waiting: deque[_Asked] = deque()
        self._pids = 0

    # --- clients -------------------------------------------------------------------------------------------------

    async def connect(self, service: str) -> Session:
        """Open a session of the running process, unless the database is away."""
        answer = self.world.create_future()
        self.world.outside(self._open, service, PROCESS.get(), answer)
        session: Session = await answer
        return session

    def _open(self, service: str, owner: Process | None, answer: asyncio.Future[Any]) -> None:
        if answer.done():
            return
        if self.world.now < self.down_until:
            self.world.outside(_fail, answer, asyncpg.CannotConnectNowError("starting up"), after=0.2)
            return
        self._pids += 1
        session = Session(self, self.services.setdefault(service, Tables()), owner, self._pids)
        self.sessions[session.pid] = session
        answer.set_result(session)

    # --- the server ----------------------------------------------------------------------------------------------

    def serve(self, asked: _Asked) -> None:
        """Run a statement, unless its session is gone."""
        session = asked.session
        if session.pid not in self.sessions:
            _fail(asked.answer, asyncpg.ConnectionDoesNotExistError("connection was closed"))
            return
        if asked.name in _CHECKS and not self._lock(asked):
            self._waiting.append(asked)
            self.world.outside(self._impatient, asked, after=LOCK_SECONDS)
            for name in self._wanted(asked):
                holder = self._holders.get((id(session.tables), name))
                if holder is not None and holder is not session:
                    self.world.outside(self._idle, holder, after=IDLE_SECONDS)
            return
        self._answer(asked)

    def _answer(self, asked: _Asked) -> None:
        session = asked.session
        match asked.name:
            case "begin":
                session.writes, found = [], None
            case "commit" | "rollback":
                self._finish(session, keep=asked.name == "commit")
                found = None
            case "_end_blockers":
                found = self._end_blockers(*asked.arguments)
            case _:
                found = self._run(session, asked)
        session.asked, session.idle_since = None, self.world.now
        if not asked.answer.done():
            asked.answer.set_result(found)
        if session.writes is None and session.locks:
            self._release(session)

    def _run(self, session: Session, asked: _Asked) -> Any:
        found = getattr(session.tables, asked.name)(*asked.arguments)
        if not isinstance(found, Iterator):
            return found
        for write in found:
            # Rows that are made where they are missing wait for nobody, and are no harm where they stay.
            if session.writes is None or asked.name in ("create_lanes", "save_log_ids"):
                write()
            else:
                session.writes.append(write)
        return ""

    def _finish(self, session: Session, *, keep: bool) -> None:
        writes, session.writes = session.writes or [], None
        if keep:
            for write in writes:
                write()
        if writes and session.owner is not None:
            lanes = ", ".join(sorted(session.locks))
            self.tell(session.owner.name, f"{'commits' if keep else 'loses what it wrote'} in {lanes or 'no lane'}")
        self._release(session)

    # --- locks ---------------------------------------------------------------------------------------------------

    def _wanted(self, asked: _Asked) -> Sequence[str]:
        return sorted(asked.arguments[0])

    def _lock(self, asked: _Asked) -> bool:
        session = asked.session
        for name in self._wanted(asked):
            place = (id(session.tables), name)
            if self._holders.setdefault(place, session) is not session:
                return False
            session.locks.add(name)
        return True

    def _release(self, session: Session) -> None:
        for name in session.locks:
            del self._holders[id(session.tables), name]
        session.locks.clear()
        for _ in range(len(self._waiting)):
            asked = self._waiting.popleft()
            if asked.answer.done() or asked.session.pid not in self.sessions:
                continue
            if self._lock(asked):
                self._answer(asked)
            else:
                self._waiting.append(asked)

    def _impatient(self, asked: _Asked) -> None:
        if asked in self._waiting and not asked.answer.done():
            self._waiting.remove(asked)
            self._finish(asked.session, keep=False)
            _fail(asked.answer, asyncpg.LockNotAvailableError("lock timeout"))

    def _idle(self, holder: Session) -> None:
        idle = holder.asked is None and holder.writes is not None
        if idle and self.world.now - holder.idle_since >= IDLE_SECONDS:
            self.end(holder)

    def _end_blockers(self, pid: int) -> int:
        blocked = [asked for asked in self._waiting if asked.session.pid == pid]
        blockers = {
            self._holders[id(asked.session.tables), name]
            for asked in blocked
            for name in self._wanted(asked)
            if self._holders.get((id(asked.session.tables), name)) not in (None, asked.session)
        }
        for blocker in sorted(blockers, key=lambda session: session.pid):
            self.end(blocker)
        return len(blockers)

    # --- ends ----------------------------------------------------------------------------------------------------

    def end(self, session: Session) -> None:
        """End a session, whatever it is in the middle of: what is not committed never happened."""
        if self.sessions.pop(session.pid, None) is None:
            return
        self._finish(session, keep=False)
        session.closed = True
        if session.asked is not None:
            _fail(session.asked.answer, asyncpg.ConnectionDoesNotExistError("connection was closed"))

    def end_all(self, owner: Process | None = None) -> None:
        """End the sessions of a process, or all."""
        for session in list(self.sessions.values()):
            if owner is None or session.owner is owner:
                self.end(session)

    def restart(self, seconds: float) -> None:
        """End all sessions, and let nobody in for so long."""
        self.down_until = self.world.now + seconds
        self.end_all()


class Pool:
    """A pool of sessions of one process."""

    def __init__(self, database: Database, service: str) -> None:
        self._database, self._service = database, service
        self._free: list[Session] = []

    @asynccontextmanager
    async def acquire(self) -> AsyncIterator[Session]:
        while self._free and self._free[-1].closed:
            self._free.pop()
        session = self._free.pop() if self._free else await self._database.connect(self._service)
        try:
            yield session
        finally:
            self._free.append(session)


def _fail(answer: asyncio.Future[Any], error: Exception) -> None:
    if not answer.done():
        answer.set_exception(error)
