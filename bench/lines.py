"""Lines between two parts of a system: everything said on them passes through here, where it can be harmed.

They run in a thread of their own, so that parts hear one another whatever the rest of this process does.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from collections import deque
from collections.abc import Coroutine
from enum import StrEnum
from types import TracebackType
from typing import Final, Self, assert_never

from tools.local.ports import HOST

_DELAY_SECONDS: Final = 0.2
_ABRUPTLY: Final = struct.pack("ii", 1, 0)


class Harm(StrEnum):
    """What can happen to a line."""

    DELAYED = "delayed"
    """Everything comes a fifth of a second later."""
    DROPPED = "dropped"
    """Nothing comes any more, and nobody knows; once that is over, who spoke meanwhile is cut off."""
    HALF_CLOSED = "half closed"
    """The far end falls silent as if it had said all, and still hears."""
    RESET = "reset"
    """Everybody is cut off at once, and may call again."""
    FROZEN = "frozen"
    """Nothing moves for a while, then all of it comes."""


class _End(asyncio.Protocol):
    """One end of a connection: what it hears, the other end says."""

    transport: asyncio.Transport
    other: _End

    def __init__(self, line: _Line, *, far: bool) -> None:
        self.line, self.far = line, far
        self._loop = asyncio.get_running_loop()
        self.open = self.crowded = self.lost = self.silent = self.heard_all = False
        self._waiting: deque[tuple[float, bytes | None]] = deque()
        self._due = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - TCP has no other
        self.transport, self.open = transport, True
        self.line.ends.add(self)
        self.flow()
        self._say_waiting()

    def data_received(self, data: bytes) -> None:
        if self.line.harm is Harm.DROPPED:
            self.lost = self.other.lost = True
            return
        self.other.say(data)

    def eof_received(self) -> bool:
        self.heard_all = True
        if self.line.harm is Harm.DROPPED:
            self.lost = self.other.lost = True
        else:
            self.other.say(None)
        return True

    def connection_lost(self, _: Exception | None) -> None:
        self.open = False
        self.line.ends.discard(self)
        if self.other.open:
            self.other.transport.close()

    def pause_writing(self) -> None:
        self.crowded = True
        self.other.flow()

    def resume_writing(self) -> None:
        self.crowded = False
        self.other.flow()

    def flow(self) -> None:
        """Hear, unless the line is frozen or the other end has not got rid of what it heard."""
        if not self.open:
            return
        if self.line.harm is Harm.FROZEN or self.other.crowded:
            self.transport.pause_reading()
        else:
            self.transport.resume_reading()

    def say(self, data: bytes | None) -> None:
        """Say it after all that is waiting to be said; None is the end."""
        now = self._loop.time()
        self._due = max(self._due, now + (_DELAY_SECONDS if self.line.harm is Harm.DELAYED else 0.0))
        self._waiting.append((self._due, data))
        if self._due > now:
            self._loop.call_at(self._due, self._say_waiting)
        else:
            self._say_waiting()

    def _say_waiting(self) -> None:
        while self.open and self._waiting and self._waiting[0][0] <= self._loop.time():
            data = self._waiting.popleft()[1]
            if data is None:
                self.half_close()
            elif not self.silent and not self.transport.is_closing():
                self.transport.write(data)

    def half_close(self) -> None:
        """Say that nothing more comes from here."""
        if self.open and not self.transport.is_closing():
            self.silent = True
            self.transport.write_eof()
            if self.heard_all and self.other.silent:
                # Both have said all: a line on which nobody speaks any more is not kept.
                self.transport.close()

    def reset(self) -> None:
        """Cut off, so that the other side knows."""
        if self.open:
            self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _ABRUPTLY)
            self.transport.abort()

    def recover(self) -> None:
        """The line is whole again: a stream of which something is missing means nothing any more."""
        if self.lost:
            self.reset()
        self.flow()


class _Line:
    """One line: who calls at its port is connected to the far port."""

    def __init__(self, far: int) -> None:
        self.far = far
        self.harm: Harm | None = None
        self.ends: set[_End] = set()
        self._calls: set[asyncio.Task[None]] = set()

    def called(self) -> _End:
        """Somebody calls: make both ends."""
        near, far = _End(self, far=False), _End(self, far=True)
        near.other, far.other = far, near
        task = asyncio.get_running_loop().create_task(self._connect(near, far))
        self._calls.add(task)
        task.add_done_callback(self._calls.discard)
        return near

    async def _connect(self, near: _End, far: _End) -> None:
        try:
            await asyncio.get_running_loop().create_connection(lambda: far, HOST, self.far)
        except OSError:
            near.reset()
        else:
            if not near.open:
                far.reset()

    async def end(self) -> None:
        """Cut everybody off, and return once nobody is connected."""
        for call in self._calls:
            call.cancel()
        await asyncio.gather(*self._calls, return_exceptions=True)
        while self.ends:
            for each in self.ends:
                each.reset()
            await asyncio.sleep(0)

    def suffer(self, harm: Harm | None) -> None:
        """Be harmed from now on; None: be whole again."""
        self.harm = harm
        for end in tuple(self.ends):
            match harm:
                case None:
                    end.recover()
                case Harm.HALF_CLOSED:
                    if not end.far:
                        end.half_close()
                case Harm.RESET:
                    end.reset()
                case Harm.FROZEN:
                    end.flow()
                case Harm.DELAYED | Harm.DROPPED:
                    pass
                case _:
                    assert_never(harm)


class Lines:
    """All lines of a system, by name."""

    def __init__(self) -> None:
        """No line is laid yet."""
        self._lines: dict[str, _Line] = {}
        self._servers: list[asyncio.Server] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="lines", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._do(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._lines)

    def lay(self, name: str, port: int, far: int) -> None:
        """Connect whoever calls at a port with another one."""
        line = self._lines[name] = _Line(far)
        self._do(self._listen(line, port))

    async def _listen(self, line: _Line, port: int) -> None:
        self._servers.append(await self._loop.create_server(line.called, HOST, port))

    def harm(self, name: str, harm: Harm | None) -> None:
        """Harm a line from now on; None: it is whole again."""
        self._do(self._suffer(self._lines[name], harm))

    async def _suffer(self, line: _Line, harm: Harm | None) -> None:
        line.suffer(harm)

    async def _end(self) -> None:
        for server in self._servers:
            server.close()
        for line in self._lines.values():
            await line.end()

    def _do(self, what: Coroutine[None, None, None]) -> None:
        asyncio.run_coroutine_threadsafe(what, self._loop).result()
