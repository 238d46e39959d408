"""Who asks at a door: tokens and passwords, kept as hashes in one file of an instance, and sessions that end."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

SESSION_LASTS: Final = timedelta(hours=12)
"""A shift, and a little more: whoever comes in the next morning logs in again."""
SHORTEST_PASSWORD: Final = 10
LONGEST_PASSWORD: Final = 200

_OF_TOKENS: Final = "lht"
_OF_SESSIONS: Final = "lhs"
_OF_BROWSERS: Final = "lhb"
_BYTES: Final = 32
_MICROSECONDS: Final = 1_000_000
_hasher: Final = PasswordHasher()


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Login(_Frozen):
    """How one person shows who they are; a session that began no later than `ended` is over."""

    password: str | None = None
    """Argon2id, with its salt and costs."""
    tokens: Mapping[str, str] = Field(default_factory=dict)
    """SHA-256 of each token by the name that it was given: 256 bits of chance need no slow hash."""
    ended: AwareDatetime | None = None


class Logins(_Frozen):
    """Everybody's logins; who the people are, and what they may do, the policy says."""

    people: Mapping[str, Login] = Field(default_factory=dict)


class Session(NamedTuple):
    """One login of somebody: by what it is known, until when it goes, and whether a browser shows it as a cookie."""

    id: str
    until: datetime
    in_browser: bool


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, and by what: the name of a token, or a session."""

    person: str
    token: str = ""
    session: Session | None = None


@dataclass(slots=True)
class Doorkeeper:
    """Tells who asks, by the file as it is now: what is taken out of it counts from the next request on."""

    file: Path
    key: bytes
    """Sessions are signed with it, so that every door of an instance knows them without asking another."""
    known_elsewhere: bool = False
    """People log in at a provider: who has a session need not stand in the file."""
    _read: tuple[int, int] | None = None
    _logins: Logins = field(default_factory=Logins)
    _by_digest: dict[str, Caller] = field(default_factory=dict)
    _nobodys: str = field(default_factory=lambda: hashed(secrets.token_urlsafe(_BYTES)))
    """What a password is held against where there is none: an unknown name takes as long as a wrong password."""

    def who(self, token: str, now: datetime) -> Caller | None:
        """Tell whose token or session this is; None for nobody's, and for what has ended."""
        self._refresh()
        if token.startswith((f"{_OF_SESSIONS}.", f"{_OF_BROWSERS}.")):
            return self._of_session(token, now)
        return self._by_digest.get(digest(token))

    def check(self, person: str, password: str) -> bool:
        """Tell whether this is the person's password: slowly, by design, whether or not there is such a person."""
        self._refresh()
        login = self._logins.people.get(person)
        kept = login.password if login else None
        try:
            _hasher.verify(kept or self._nobodys, password[: LONGEST_PASSWORD + 1])
        except (VerificationError, InvalidHashError):
            return False
        return kept is not None

    def begin(self, person: str, now: datetime, *, in_browser: bool = False) -> tuple[str, datetime]:
        """Begin a session; returns what the person shows from now on, and until when."""
        until, sort = now + SESSION_LASTS, _OF_BROWSERS if in_browser else _OF_SESSIONS
        said = ".".join((sort, person.encode().hex(), _stamp(now), _stamp(until), secrets.token_hex(8)))
        return f"{said}.{self._sign(said)}", until

    def _of_session(self, token: str, now: datetime) -> Caller | None:
        said, _, signature = token.rpartition(".")
        if not hmac.compare_digest(self._sign(said).encode(), signature.encode(errors="replace")):
            return None
        sort, person, begun, until, id_ = said.split(".")
        name = bytes.fromhex(person).decode()
        login = self._logins.people.get(name, Login() if self.known_elsewhere else None)
        if login is None or not _moment(begun) <= now < _moment(until):
            return None
        if login.ended is not None and _moment(begun) <= login.ended:
            return None
        return Caller(name, session=Session(id_, _moment(until), sort == _OF_BROWSERS))

    def _sign(self, said: str) -> str:
        return hmac.digest(self.key, said.encode(errors="replace"), hashlib.sha256).hex()

    def _refresh(self) -> None:
        try:
            stat = self.file.stat()
        except FileNotFoundError:
            self._read, self._logins, self._by_digest = None, Logins(), {}
            return
        if self._read != (found := (stat.st_mtime_ns, stat.st_ino)):
            self._logins = Logins.model_validate_json(self.file.read_bytes())
            self._by_digest = {
                kept: Caller(person, name)
                for person, login in self._logins.people.items()
                for name, kept in login.tokens.items()
            }
            self._read = found


def is_token(shown: str) -> bool:
    """Tell whether this is the token of a script, and no session."""
    return shown.startswith(f"{_OF_TOKENS}.")


def digest(token: str) -> str:
    """Hash a token as the file keeps it."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def new_token() -> str:
    """Make a token for a script."""
    return f"{_OF_TOKENS}.{secrets.token_urlsafe(_BYTES)}"


def hashed(password: str) -> str:
    """Hash a password as the file keeps it: argon2id, with a salt of its own."""
    return _hasher.hash(password)


def _stamp(moment: datetime) -> str:
    return f"{moment.timestamp() * _MICROSECONDS:.0f}"


def _moment(stamp: str) -> datetime:
    return datetime.fromtimestamp(int(stamp) / _MICROSECONDS, UTC)
