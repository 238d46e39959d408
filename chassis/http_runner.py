"""What runs a door, so that also the requests that no handler sees are answered in the door's one form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from aiohttp import web

Refuse: TypeAlias = Callable[[Exception], web.Response]
"""Makes the answer for what went wrong where no handler could be asked."""


class Runner(web.AppRunner):
    """Runs an application; what aiohttp would refuse in words of its own is refused by `refuse`."""

    __slots__ = ("_refuse",)

    def __init__(self, app: web.Application, refuse: Refuse, **usual: Any) -> None:
        """`usual` is what every runner of aiohttp takes."""
        super().__init__(app, **usual)
        self._refuse = refuse

    async def _make_server(self) -> web.Server:
        server = await super()._make_server()
        return _Server(server, self._refuse, **self._kwargs)


class _Server(web.Server):
    def __init__(self, server: web.Server, refuse: Refuse, **usual: Any) -> None:
        handle = server.request_handler

        async def answer(request: Any) -> web.StreamResponse:
            try:
                return await handle(request)
            except web.HTTPException as error:
                # Raised before the application's own handlers were asked, for instance over an Expect.
                return refuse(error)

        super().__init__(answer, request_factory=server.request_factory, **usual)
        self._refuse = refuse

    def __call__(self) -> web.RequestHandler:
        return _Connection(self, self._refuse, loop=self._loop, **self._kwargs)


class _Connection(web.RequestHandler):
    __slots__ = ("_refuse",)

    def __init__(self, server: web.Server, refuse: Refuse, **usual: Any) -> None:
        super().__init__(server, **usual)
        self._refuse = refuse

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,  # noqa: ARG002 - follows from what went wrong
        exc: BaseException | None = None,
        message: str | None = None,  # noqa: ARG002 - aiohttp's words, which quote what was sent
    ) -> web.StreamResponse:
        if request.writer.output_size > 0:
            raise ConnectionError("a part of another answer is on its way already")
        answer = self._refuse(exc if isinstance(exc, Exception) else TimeoutError())
        answer.force_close()
        return answer
