"""OpenID providers to log in at: somebody else's, as a process of its own, and one that says whatever a test wants."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from secrets import token_urlsafe
from typing import Any, Final
from urllib.error import HTTPError
from urllib.parse import parse_qs, quote_plus, urlsplit
from urllib.request import urlopen

from aiohttp import web
from aiohttp.test_utils import TestServer
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from doors.openid import challenge_of
from tools.local.ports import HOST, free_ports

CLIENT: Final = "liuhen"
SECRET: Final = "a secret of this door"
_HOUR: Final = 3600


@contextmanager
def somebody_elses(*options: str) -> Iterator[str]:
    """Run oidc-provider-mock; returns its issuer once it answers."""
    port = free_ports(["openid"])["openid"]
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port), *options]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:  # noqa: S603 - the command is ours
        try:
            issuer = f"http://{HOST}:{port}"
            until_it_answers(f"{issuer}/.well-known/openid-configuration")
            yield issuer
        finally:
            process.terminate()


def until_it_answers(url: str) -> None:
    """Wait for another process to answer, whatever it says."""
    until = time.monotonic() + 60
    while True:
        try:
            with urlopen(url, timeout=5):  # noqa: S310 - our own process
                return
        except HTTPError as answer:
            answer.close()
            return
        except OSError:
            if time.monotonic() > until:
                raise


@dataclass
class Provider:
    """A provider whose tokens say what a test wants: `lies` stand above what is true, None leaves a claim out."""

    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "1", "use": "sig"}))
    signing: RSAKey | None = None
    """What tokens are signed with, where it is not the key that is published."""
    lies: Mapping[str, Any] = field(default_factory=dict)
    issuer: str = ""
    public: bool = False
    """Whether its client is one without a secret, which shows the verifier alone."""
    codes: dict[str, tuple[str, str, str]] = field(default_factory=dict)

    @classmethod
    @asynccontextmanager
    async def open(cls) -> AsyncIterator[Provider]:
        """Answer on a port of its own."""
        provider, app = cls(), web.Application()
        app.router.add_get("/.well-known/openid-configuration", provider._metadata)
        app.router.add_get("/keys", provider._keys)
        app.router.add_post("/token", provider._token)
        async with TestServer(app) as server:
            provider.issuer = str(server.make_url("")).rstrip("/")
            yield provider

    def log_in(self, url: str, person: str) -> str:
        """Log in at the address to which a browser was sent; returns where the browser is sent back to."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        assert (asked["response_type"], asked["code_challenge_method"], asked["client_id"]) == ("code", "S256", CLIENT)
        code = token_urlsafe(16)
        self.codes[code] = (person, asked["nonce"], asked["code_challenge"])
        return f"{asked['redirect_uri']}?code={code}&state={asked['state']}&session_state=1"

    async def _metadata(self, _request: web.Request) -> web.Response:
        places = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
        told = {name: f"{self.issuer}/{path}" for name, path in places.items()}
        return web.json_response({"issuer": self.lies.get("metadata", self.issuer), **told})

    async def _keys(self, _request: web.Request) -> web.Response:
        return web.json_response(KeySet([self.key]).as_dict(private=False))

    async def _token(self, request: web.Request) -> web.Response:
        form = await request.post()
        known = f"{CLIENT}:{quote_plus(SECRET)}".encode()
        shown = None if self.public else f"Basic {b64encode(known).decode('ascii')}"
        if (request.headers.get("Authorization"), form["client_id"]) != (shown, CLIENT):
            return web.json_response({"error": "invalid_client"}, status=401)
        person, nonce, challenge = self.codes.pop(str(form["code"]), ("", "", ""))
        if not person or challenge_of(str(form["code_verifier"])) != challenge:
            return web.json_response({"error": "invalid_grant"}, status=400)
        now = int(time.time())
        true = {"iss": self.issuer, "aud": CLIENT, "sub": person, "nonce": nonce, "iat": now, "exp": now + _HOUR}
        claims = {name: value for name, value in {**true, **self.lies}.items() if value is not None}
        header = {"alg": self.lies.get("alg", "RS256"), "kid": "1"}
        token = await asyncio.to_thread(jwt.encode, header, claims, self.signing or self.key)
        return web.json_response({"access_token": "x", "token_type": "Bearer", "id_token": token})
