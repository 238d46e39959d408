"""The doors at which people log in, on real ports and a real database, and somebody with a browser before them."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Final, NamedTuple

import asyncpg
from aiohttp import ClientSession, CookieJar
from aiohttp.test_utils import TestClient, TestServer
from pydantic import SecretStr

from chassis.broker import Broker
from chassis.clock import Clock
from chassis.http import SESSION
from chassis.logins import Doorkeeper
from chassis.publish import EdgeProducer
from chassis.service import EdgeContext
from rulebook import Policy
from services.desk.edges.http import application as desk_application
from services.desk.settings import DeskSettings
from services.intake.__main__ import config_of
from services.intake.edges.http import application as intake_application
from services.intake.settings import IntakeSettings
from services.trace.__main__ import answers_of
from services.trace.edges.http import application as trace_application
from tools.layout import POLICY
from tools.local.database import Database
from tools.prepare.logins import LOGINS, prepare_trial, trial_password, trial_token

KEY: Final = "a key of these tests"
NOON: Final = datetime(2026, 9, 2, 4, tzinfo=UTC)
_TOKEN: Final = re.compile(r'name="token" value="([0-9a-f]+)"')


class Doors:
    """Where people of a policy log in, each door at a moment that stands still."""

    def __init__(self, database: Database, broker: Broker, secrets: Path) -> None:
        """`secrets` gets the logins of a trial."""
        self.database, self.broker, self.secrets = database, broker, secrets

    def settings(self, **others: Any) -> DeskSettings:
        """What the desk is told."""
        return DeskSettings(logins=self.secrets / LOGINS, login_secret=SecretStr(KEY), **others)

    def admit(self, policy: Policy) -> None:
        """Give everybody of a policy a token and the password of the trial."""
        desks = (f"department.{each.code}" for each in policy.departments)
        prepare_trial(self.secrets, [*(each.id for each in policy.office.people), *desks])

    @asynccontextmanager
    async def desk(self, policy: Policy, at: datetime = NOON, **others: Any) -> AsyncIterator[TestClient[Any, Any]]:
        """The door of persons under a policy."""
        self.admit(policy)
        async with self._context("desk", at) as context:
            server = TestServer(desk_application(context, self.settings(**others), policy))
            async with TestClient(server) as client:
                yield client

    @asynccontextmanager
    async def trace(self, policy: Policy, keeper: Doorkeeper | None = None) -> AsyncIterator[TestClient[Any, Any]]:
        """The door of the trace under a policy."""
        self.admit(policy)
        keeper = keeper or self.settings().doorkeeper()
        async with self._context("trace", NOON) as context:
            app = trace_application(context, answers_of(policy, POLICY), keeper)
            async with TestClient(TestServer(app)) as client:
                yield client

    @asynccontextmanager
    async def intake(self, policy: Policy) -> AsyncIterator[TestClient[Any, Any]]:
        """The door of channels and citizens under a policy, with the tokens that everybody knows."""
        settings = IntakeSettings(attachments=str(self.secrets / "attachments"))
        async with self._context("intake", NOON, search_path="intake") as context:
            app = intake_application(context, settings, config_of(settings, policy))
            async with TestClient(TestServer(app)) as client:
                yield client

    @asynccontextmanager
    async def _context(self, service: str, at: datetime, **where: str) -> AsyncIterator[EdgeContext]:
        producer = EdgeProducer(self.broker)
        dsn = self.database.dsn(service)
        async with asyncpg.create_pool(dsn, min_size=1, max_size=3, server_settings=where or None) as pool:
            try:
                yield EdgeContext(pool, Clock(at, 1e-9), producer)
            finally:
                await producer.close()

    def shows(self, person: str) -> dict[str, str]:
        """What a script of a person shows."""
        return {"Authorization": f"Bearer {trial_token(self.secrets, person)}"}


class SentForm(NamedTuple):
    """A form of a page: where it is sent to, and what stands in it."""

    action: str
    fields: dict[str, str]


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[SentForm] = []
        self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append(SentForm(said.get("action", ""), {}))
        elif tag == "textarea":
            self._text = said.get("name", "")
        elif tag == "input" and self.found and said.get("name") and said.get("type") not in ("radio", "checkbox"):
            self.found[-1].fields[said["name"]] = said.get("value", "")

    def handle_data(self, data: str) -> None:
        if self._text and self.found:
            self.found[-1].fields[self._text] = data.removeprefix("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._text = ""


def forms_in(page: str) -> list[SentForm]:
    """Read the forms of a page as a browser would send them."""
    parser = _Forms()
    parser.feed(page)
    return parser.found


class Browser:
    """Somebody's browser at the door of persons: it keeps cookies, and sends forms as pages have them."""

    def __init__(self, web: ClientSession) -> None:
        """`web` is a session of its own at the door's address."""
        self.web = web

    @classmethod
    @asynccontextmanager
    async def at(cls, door: TestClient[Any, Any], session: str = "") -> AsyncIterator[Browser]:
        """A browser that nobody used before; with the session of another one, where it has that."""
        jar, home = CookieJar(unsafe=True), door.make_url("/")
        if session:
            jar.update_cookies({SESSION: session}, home)
        async with ClientSession(home, cookie_jar=jar) as web:
            yield cls(web)

    async def opens(self, path: str) -> tuple[int, str]:
        """Go to a page and wherever it sends one; returns the status and the page."""
        async with self.web.get(path) as answer:
            return answer.status, await answer.text()

    async def where(self, path: str) -> str:
        """Tell where a page sends this browser; '' where it is shown."""
        async with self.web.get(path, allow_redirects=False) as answer:
            return str(answer.headers.get("Location", ""))

    async def sends(self, page: str, path: str, **typed: str) -> tuple[int, str]:
        """Send a form with the token of a page; returns the status and where one is sent."""
        data = {"token": await self.token(page), **typed}
        async with self.web.post(path, data=data, allow_redirects=False) as answer:
            return answer.status, str(answer.headers.get("Location", ""))

    async def token(self, page: str) -> str:
        """Read the token that the forms of a page carry."""
        return str(_TOKEN.findall((await self.opens(page))[1])[0])

    async def logs_in(self, doors: Doors, person: str = "徐文珏") -> None:
        """Log in with the password of the trial."""
        found = await self.sends("/login", "/login", person=person, password=trial_password(doors.secrets))
        assert found == (303, "/")

    async def loses_its_session(self) -> None:
        """Forget the session, as a browser does when its time is over."""
        self.web.cookie_jar.clear(lambda each: each.key == SESSION)

    @property
    def session(self) -> str:
        """The session that the browser shows."""
        return next((each.value for each in self.web.cookie_jar if each.key == SESSION), "")
