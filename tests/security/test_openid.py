"""Whoever logs in at an OpenID provider is who the provider says, by an id of the policy; nobody else gets in."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from typing import Any, Final
from urllib.parse import urlsplit

import aiohttp
import pytest
from joserfc.jwk import RSAKey
from pydantic import SecretStr, ValidationError
from yarl import URL

from chassis.http import SESSION
from chassis.logins import Doorkeeper
from doors.settings import LoginSettings
from rulebook import Policy
from tests.support.security.doors import KEY, Browser, Doors
from tests.support.security.provider import CLIENT, SECRET, Provider, somebody_elses
from tools.client.provider import log_in_at_provider

HOME: Final = "http://desk.example"
BACK: Final = "/login/openid/back"
XU: Final = "p-xu"


def terms(issuer: str) -> dict[str, Any]:
    return {
        "openid_issuer": issuer,
        "openid_client": CLIENT,
        "openid_secret": SecretStr(SECRET),
        "openid_home": HOME,
    }


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    async with Provider.open() as opened:
        yield opened


@asynccontextmanager
async def a_browser(doors: Doors, policy: Policy, issuer: str) -> AsyncIterator[Browser]:
    async with doors.desk(policy, **terms(issuer)) as door, Browser.at(door) as browser:
        yield browser


def here(back: str) -> str:
    """The page to which a provider sends a browser, at the door of the test."""
    assert back.startswith(f"{HOME}{BACK}?"), back
    return back.removeprefix(HOME)


async def comes_back(browser: Browser, provider: Provider, person: str = XU) -> tuple[int, str]:
    return await browser.opens(here(provider.log_in(await browser.where("/login/openid"), person)))


async def test_at_a_provider_of_somebody_else_one_logs_in_and_goes_on_where_one_was(
    doors: Doors, policy: Policy
) -> None:
    with somebody_elses("--require-nonce", "--user", XU) as issuer:
        async with a_browser(doors, policy, issuer) as browser, aiohttp.ClientSession() as elsewhere:
            _, shown = await browser.opens("/queue?task=dispatching")
            assert 'href="/login/openid?next=/queue%3Ftask%3Ddispatching"' in shown
            assert 'name="password"' not in shown
            url = URL(await browser.where("/login/openid?next=/queue%3Ftask%3Ddispatching"), encoded=True)
            async with elsewhere.post(url, data={"sub": XU}, allow_redirects=False) as answer:
                back = answer.headers["Location"]

            status, shown = await browser.opens(here(back))

            assert (status, '0;url=/queue?task=dispatching"' in shown) == (200, True)
            status, shown = await browser.opens("/queue?task=dispatching")
            assert (status, "徐文珏" in shown) == (200, True)
            assert (await browser.where("/logout/openid")).startswith(f"{issuer}/oauth2/end_session?client_id=liuhen")
            await browser.sends("/queue", "/logout")
            assert (await browser.where("/queue")).startswith("/login")


async def test_a_token_of_somebody_else_that_has_expired_is_none(doors: Doors, policy: Policy) -> None:
    with somebody_elses("--token-max-age", "-3600") as issuer:
        async with a_browser(doors, policy, issuer) as browser, aiohttp.ClientSession() as elsewhere:
            url = URL(await browser.where("/login/openid"), encoded=True)
            async with elsewhere.post(url, data={"sub": XU}, allow_redirects=False) as answer:
                back = answer.headers["Location"]
            assert (await browser.opens(here(back)))[0] == 401
            assert browser.session == ""


LIES: Final[dict[str, dict[str, Any]]] = {
    "another issuer": {"iss": "https://elsewhere.example"},
    "another audience": {"aud": "another-client"},
    "several audiences and nobody to whom it was issued": {"aud": [CLIENT, "another-client"]},
    "issued to another client": {"aud": [CLIENT, "another-client"], "azp": "another-client"},
    "another nonce": {"nonce": "of another login"},
    "no nonce": {"nonce": None},
    "expired": {"exp": int(time.time()) - 3600},
    "never expiring": {"exp": None},
    "of tomorrow": {"nbf": int(time.time()) + 86_400},
    "nobody": {"sub": None},
    "a number for an id": {"sub": 1},
}


@pytest.mark.parametrize("lie", LIES)
async def test_a_token_that_is_not_for_this_login_begins_no_session(
    doors: Doors, policy: Policy, provider: Provider, lie: str
) -> None:
    provider.lies = LIES[lie]
    async with a_browser(doors, policy, provider.issuer) as browser:
        status, shown = await comes_back(browser, provider)

        assert (status, browser.session) == (401, "")
        assert "不能采信" in shown
        assert (await browser.where("/queue")).startswith("/login")


async def test_a_token_under_a_key_that_the_provider_does_not_publish_is_none(
    doors: Doors, policy: Policy, provider: Provider
) -> None:
    provider.signing = RSAKey.generate_key(2048, {"kid": "1"})
    async with a_browser(doors, policy, provider.issuer) as browser:
        assert (await comes_back(browser, provider))[0] == 401


async def test_a_provider_that_calls_itself_otherwise_is_not_asked(
    doors: Doors, policy: Policy, provider: Provider
) -> None:
    provider.lies = {"metadata": "https://elsewhere.example"}
    async with a_browser(doors, policy, provider.issuer) as browser:
        status, shown = await browser.opens("/login/openid")
        assert (status, "不能采信" in shown) == (401, True)


async def test_a_provider_that_is_away_is_said(doors: Doors, policy: Policy) -> None:
    async with a_browser(doors, policy, "http://127.0.0.1:9") as browser:
        status, shown = await browser.opens("/login/openid")
        assert (status, "没有应答" in shown) == (503, True)


async def test_a_door_without_a_secret_proves_itself_by_what_it_began_with(
    doors: Doors, policy: Policy, provider: Provider
) -> None:
    provider.public = True
    own = terms(provider.issuer) | {"openid_secret": SecretStr("")}
    async with doors.desk(policy, **own) as door, Browser.at(door) as browser:
        assert (await comes_back(browser, provider))[0] == 200
        assert browser.session


async def test_why_a_provider_refuses_a_code_is_logged_by_its_own_word(
    doors: Doors, policy: Policy, provider: Provider, capsys: pytest.CaptureFixture[str]
) -> None:
    provider.public = True
    async with a_browser(doors, policy, provider.issuer) as browser:
        assert (await comes_back(browser, provider))[0] == 401
    assert "the code was refused: invalid_client" in capsys.readouterr().out


async def test_an_answer_opens_once_and_only_where_the_login_began(
    doors: Doors, policy: Policy, provider: Provider
) -> None:
    async with doors.desk(policy, **terms(provider.issuer)) as door, Browser.at(door) as own, Browser.at(door) as other:
        back = here(provider.log_in(await own.where("/login/openid"), XU))
        # somebody else's browser, with a login of its own under way or not
        assert (await other.opens(back))[0] == 401
        await other.where("/login/openid")
        assert (await other.opens(back))[0] == 401
        assert (await own.opens(back))[0] == 200
        # and the same again, also where the cookie of that login was kept
        own.web.cookie_jar.update_cookies({"liuhen_openid": re.findall("state=([^&]+)", back)[0]}, door.make_url("/"))
        assert (await own.opens(back))[0] == 401
        assert other.session == ""


async def test_a_code_that_was_used_begins_no_second_session(doors: Doors, policy: Policy, provider: Provider) -> None:
    async with a_browser(doors, policy, provider.issuer) as browser:
        back = here(provider.log_in(await browser.where("/login/openid"), XU))
        code = re.findall("code=([^&]+)", back)[0]
        assert (await browser.opens(back))[0] == 200
        again = here(provider.log_in(await browser.where("/login/openid"), XU))
        assert (await browser.opens(re.sub("code=[^&]+", f"code={code}", again)))[0] == 401


@pytest.mark.parametrize("person", ["p-nobody", "徐文珏"])
async def test_whom_the_policy_does_not_know_by_id_is_told_what_to_do(
    doors: Doors, policy: Policy, provider: Provider, person: str
) -> None:
    async with a_browser(doors, policy, provider.issuer) as browser:
        status, shown = await comes_back(browser, provider, person)
        assert (status, browser.session) == (403, "")
        assert f"您的编号是 {person}" in shown
        assert "policy/office.yaml" in shown


async def test_whose_role_ended_gets_in_no_more(doors: Doors, policy: Policy, provider: Provider) -> None:
    gone = [
        each.model_copy(update={"valid_to": date(2026, 9, 1)}) if each.id == XU else each
        for each in policy.office.people
    ]
    office = policy.office.model_copy(update={"people": tuple(gone)})
    async with a_browser(doors, policy.model_copy(update={"office": office}), provider.issuer) as browser:
        assert (await comes_back(browser, provider))[0] == 403


async def test_where_people_log_in_at_a_provider_no_password_opens(
    doors: Doors, policy: Policy, provider: Provider
) -> None:
    async with doors.desk(policy, **terms(provider.issuer)) as door, Browser.at(door) as browser:
        _, shown = await browser.opens("/login")
        assert 'name="password"' not in shown
        home = door.make_url("/").origin()
        assert home is not None
        async with browser.web.post("/login", data={"person": XU, "password": "x"}) as answer:
            assert answer.status == 403
    keeper = Doorkeeper(doors.secrets / "logins.json", KEY.encode(), known_elsewhere=True)
    async with (
        doors.trace(policy, keeper) as trace,
        trace.post("/v1/login", json={"person": XU, "password": "x"}) as no,
    ):
        assert (no.status, "liuhen login --openid" in (await no.json())["detail"]) == (403, True)


async def test_a_terminal_gets_the_session_of_whoever_logs_in_in_its_browser(
    doors: Doors, policy: Policy, provider: Provider
) -> None:
    async with doors.desk(policy, **terms(provider.issuer)) as door:
        loop = asyncio.get_running_loop()
        shown: asyncio.Future[str] = loop.create_future()
        at = str(door.make_url("/"))

        def show(url: str) -> None:
            loop.call_soon_threadsafe(shown.set_result, url)

        waiting = asyncio.create_task(asyncio.to_thread(log_in_at_provider, at, show, 30))
        back = provider.log_in(await shown, XU)
        assert urlsplit(back).hostname == "127.0.0.1"
        async with aiohttp.ClientSession() as browser, browser.get(back) as answer:
            assert "请回到终端" in await answer.text()
        session = await waiting

        async with door.get("/v1/tasks", headers={"Authorization": f"Bearer {session}"}) as answer:
            assert answer.status == 200
        async with Browser.at(door, session) as page:
            assert (await page.where("/queue")).startswith("/login")


async def test_what_came_back_to_a_terminal_is_worth_nothing_to_another(
    doors: Doors, policy: Policy, provider: Provider
) -> None:
    async with doors.desk(policy, **terms(provider.issuer)) as door:
        asked = {"back": "http://127.0.0.1:5000/", "challenge": "x" * 43}
        async with door.post("/v1/login/openid", json=asked) as answer:
            back = provider.log_in((await answer.json())["url"], XU)
        said = {name: re.findall(f"{name}=([^&]+)", back)[0] for name in ("state", "code")}
        for _ in range(2):
            async with door.post("/v1/login/openid/redeem", json={**said, "verifier": "guessed"}) as answer:
                assert answer.status == 401
        elsewhere = {"back": "http://attacker.example/", "challenge": "x" * 43}
        async with door.post("/v1/login/openid", json=elsewhere) as answer:
            assert (answer.status, (await answer.json())["field"]) == (400, "back")


async def test_without_a_provider_there_is_no_such_login(doors: Doors, policy: Policy) -> None:
    async with doors.desk(policy) as door, Browser.at(door) as browser:
        assert (await browser.opens("/login/openid"))[0] == 404
        assert (await browser.opens(BACK))[0] == 401
        assert SESSION not in {each.key for each in browser.web.cookie_jar}


def test_half_a_setting_is_said() -> None:
    with pytest.raises(ValidationError, match="LIUHEN_OPENID_CLIENT"):
        LoginSettings(openid_issuer="https://provider.example")
