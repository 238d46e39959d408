"""Logging in with OpenID Connect: where a browser is sent, and whose login the provider's answer is.

Authorization code with PKCE. The provider says who somebody is by an id of the policy; it never says what they may do.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any, Final, NamedTuple
from urllib.parse import quote_plus, urlencode

import aiohttp
import structlog
from pydantic import BaseModel, ConfigDict, SecretStr, StringConstraints, TypeAdapter, ValidationError

from chassis.problems import HttpProblem

_ALGORITHMS: Final = ["RS256", "PS256", "ES256"]
"""None of them takes a secret that the client knows too, or no key at all."""
_LEEWAY: Final = 60
"""Seconds by which two clocks may differ."""
_SECONDS: Final = aiohttp.ClientTimeout(total=10)
_NO_ANSWER: Final = "统一身份认证没有应答，请稍后再登录；一直不行的，请告诉运维。"
_REFUSED: Final = "统一身份认证的答复不能采信，或者已经用过、已过时。请回到登录页重新登录；一直不行的，请告诉运维。"
_log: Final = structlog.get_logger()
_CLAIMS: Final = TypeAdapter(dict[str, Any])


class OpenId(NamedTuple):
    """Which provider is trusted, what this door is called there, and which claim is an id of the policy.

    `home` is the address at which browsers reach the door.
    """

    issuer: str
    client: str
    secret: SecretStr
    person: str
    home: str


class LoginBegun(NamedTuple):
    """What a login was begun with: the provider says two of these again, and only who began knows the third."""

    state: str
    nonce: str
    verifier: str
    back: str
    """Where the provider sends the browser afterwards."""


class _Metadata(BaseModel):
    """What a provider says of itself; more than that is passed over."""

    model_config = ConfigDict(frozen=True)

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    end_session_endpoint: str | None = None


class _Tokens(BaseModel):
    model_config = ConfigDict(frozen=True)

    id_token: str


class _Failure(BaseModel):
    model_config = ConfigDict(frozen=True)

    error: Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}$")]


class Provider:
    """One provider, asked over HTTP; what it says of itself is asked once."""

    def __init__(self, terms: OpenId) -> None:
        """`terms` are an operator's."""
        self.terms = terms
        self._known: _Metadata | None = None

    async def where(self, asked: LoginBegun) -> str:
        """Tell where a browser goes to log in."""
        query = {
            "response_type": "code",
            "client_id": self.terms.client,
            "redirect_uri": asked.back,
            "scope": "openid profile",
            "state": asked.state,
            "nonce": asked.nonce,
            "code_challenge": challenge_of(asked.verifier),
            "code_challenge_method": "S256",
        }
        return _with((await self._metadata()).authorization_endpoint, query)

    async def way_out(self) -> str | None:
        """Tell where a browser logs out of the provider itself; None where it has no such address."""
        place = (await self._metadata()).end_session_endpoint
        query = {"client_id": self.terms.client, "post_logout_redirect_uri": f"{self.terms.home}/login"}
        return None if place is None else _with(place, query)

    async def redeem(self, code: str, asked: LoginBegun, now: datetime) -> str:
        """Tell whose login a code stands for; a HttpProblem for one that is forged, used, too old or another's."""
        known = await self._metadata()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": asked.back,
            "client_id": self.terms.client,
            "code_verifier": asked.verifier,
        }
        status, answer = await _ask("POST", known.token_endpoint, data=form, headers=self._known_by())
        if status != HTTPStatus.OK:
            raise _refused(f"the code was refused: {_error_in(answer)}")
        try:
            token = _Tokens.model_validate_json(answer).id_token
        except ValidationError:
            raise _refused("no ID token") from None
        return self._person(_verified(token, await self._keys(known), self.terms, asked.nonce, now))

    def _known_by(self) -> Mapping[str, str]:
        """How this door says who it is; a public client has no secret."""
        secret = self.terms.secret.get_secret_value()
        both = f"{quote_plus(self.terms.client)}:{quote_plus(secret)}"
        return {"Authorization": f"Basic {b64encode(both.encode()).decode('ascii')}"} if secret else {}

    def _person(self, claims: Mapping[str, Any]) -> str:
        person = claims.get(self.terms.person)
        if not isinstance(person, str) or not person:
            raise _refused(f"no claim {self.terms.person}")
        return person

    async def _metadata(self) -> _Metadata:
        if self._known is None:
            issuer = self.terms.issuer
            status, answer = await _ask("GET", f"{issuer.rstrip('/')}/.well-known/openid-configuration")
            try:
                found = _Metadata.model_validate_json(answer)
            except ValidationError:
                raise _away(f"no metadata, status {status}") from None
            if found.issuer != issuer:
                raise _refused("the provider calls itself otherwise")
            self._known = found
        return self._known

    async def _keys(self, known: _Metadata) -> Any:
        # Asked at each login: keys are changed without a word, and logins are few.
        _, answer = await _ask("GET", known.jwks_uri)
        try:
            return _CLAIMS.validate_json(answer)
        except ValidationError:
            raise _away("no keys") from None


def challenge_of(verifier: str) -> str:
    """What is told of a verifier before it is shown (PKCE, S256)."""
    return urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode("ascii")


def _verified(token: str, keys: Any, terms: OpenId, nonce: str, now: datetime) -> Mapping[str, Any]:
    from joserfc import jwt  # noqa: PLC0415 - a door without a provider starts without it
    from joserfc.errors import JoseError  # noqa: PLC0415
    from joserfc.jwk import KeySet  # noqa: PLC0415

    try:
        claims: dict[str, Any] = jwt.decode(token, KeySet.import_key_set(keys), algorithms=_ALGORITHMS).claims
        jwt.JWTClaimsRegistry(
            now=int(now.timestamp()),
            leeway=_LEEWAY,
            iss={"essential": True, "value": terms.issuer},
            aud={"essential": True, "value": terms.client},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        ).validate(claims)
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise _refused(type(error).__name__) from None
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if claims.get("azp", "" if several else terms.client) != terms.client:
        raise _refused("issued to another client")
    return claims


async def _ask(method: str, url: str, **sent: Any) -> tuple[int, bytes]:
    try:
        async with (
            aiohttp.ClientSession(timeout=_SECONDS) as web,
            web.request(method, url, allow_redirects=False, **sent) as answer,
        ):
            return answer.status, await answer.read()
    except (aiohttp.ClientError, TimeoutError) as error:
        raise _away(type(error).__name__) from None


def _error_in(answer: bytes) -> str:
    """The provider's own word for why, as the protocol lists them; nothing else of its answer is told."""
    try:
        return _Failure.model_validate_json(answer).error
    except ValidationError:
        return "unsaid"


def _with(url: str, query: Mapping[str, str]) -> str:
    return f"{url}{'&' if '?' in url else '?'}{urlencode(query)}"


def _refused(why: str) -> HttpProblem:
    _log.warning("login refused", provider=why)
    return HttpProblem(401, "login_refused", None, _REFUSED)


def _away(why: str) -> HttpProblem:
    _log.warning("provider away", provider=why)
    return HttpProblem(503, "unavailable", None, _NO_ANSWER)
