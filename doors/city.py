"""The city's platform (市级 12345 平台) as services reach it: one address, one token, one way to ask and tell."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Final
from urllib.parse import quote

import aiohttp
from pydantic import SecretStr, field_validator

from chassis.settings import Settings
from doors.statuses import says_no

_MOST_BYTES: Final = 16 * 1024 * 1024
_SECONDS: Final = 10.0


class CityAwayError(OSError):
    """The city's platform gave no answer that says anything: it is asked again later."""


class CityRefusedError(Exception):
    """The city's platform will never take this, with the status that says so."""

    def __init__(self, status: int) -> None:
        super().__init__(f"http-{status:d}")
        self.status = status


class ReachesTheCity(Settings):
    """`city` is the address under which the city's platform answers; nothing is asked or told there without it.

    `city_token` is what we show there; `city_token_file` has it in a file, which is read at each request.
    """

    city: str = ""
    city_token: SecretStr = SecretStr("")
    city_token_file: Path | None = None

    @field_validator("city")
    @classmethod
    def _is_an_address(cls, said: str) -> str:
        if said and not said.startswith(("https://", "http://")):
            raise ValueError("the city's platform is an address: https://HOST/PATH")
        return said.rstrip("/")

    def shown_to_the_city(self) -> str:
        """Return the token that is valid now."""
        file = self.city_token_file
        return file.read_text("ascii").strip() if file else self.city_token.get_secret_value()


class Platform:
    """Asks and tells the city's platform; CityAwayError where it does not answer, CityRefusedError where it says no."""

    def __init__(self, settings: ReachesTheCity, session: aiohttp.ClientSession) -> None:
        self._settings = settings
        self._session = session

    async def ask(self, path: str, asked: Mapping[str, str]) -> bytes:
        """Read what stands at a path."""
        return await self._call("GET", path, {}, params=asked)

    async def tell(self, number: str, document: Mapping[str, object], key: str) -> None:
        """Say something of the order with this number; under the same key it is heard once."""
        if number in (".", ".."):
            # Whoever registers names the number, and these would lead to another address of the city.
            raise CityRefusedError(HTTPStatus.NOT_FOUND)
        await self._call("POST", f"/orders/{quote(number, safe='')}/events", {"Idempotency-Key": key}, json=document)

    async def _call(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        *,
        params: Mapping[str, str] | None = None,
        json: Mapping[str, object] | None = None,
    ) -> bytes:
        try:
            shown = {**headers, "Authorization": f"Bearer {self._settings.shown_to_the_city()}"}
        except OSError:
            # Whoever changes the file mends it: what is to be said waits for that.
            raise CityAwayError("token") from None
        address = self._settings.city + path
        try:
            async with self._session.request(
                method, address, headers=shown, params=params, json=json, allow_redirects=False
            ) as answer:
                data = await answer.content.read(_MOST_BYTES)
        except (aiohttp.ClientError, TimeoutError):
            raise CityAwayError("unreachable") from None
        if answer.status < 300:  # noqa: PLR2004 - HTTP's words
            return data
        # Whoever is let in by nobody says nothing wrong: an operator mends it. So it is with whoever is sent elsewhere:
        # a page there, for logging in, would be taken for the answer.
        if answer.status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN) or not says_no(answer.status):
            raise CityAwayError(f"http-{answer.status}")
        raise CityRefusedError(answer.status)


@asynccontextmanager
async def platform(settings: ReachesTheCity) -> AsyncIterator[Platform]:
    """Hold a connection to the city's platform; each call takes seconds at most."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_SECONDS)) as session:
        yield Platform(settings, session)
