"""Logins of people: the file with their hashes, beside the other secrets, and the tokens that a trial begins with."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from secrets import token_hex
from typing import Final

from chassis.logins import Login, Logins, digest, hashed, new_token
from tools.prepare.secrets import write_secret

LOGINS: Final = "logins.json"
OPENID: Final = tuple(f"openid_{name}" for name in ("issuer", "client", "secret", "person", "home"))
"""What an operator says of an OpenID provider, in the variables by these names."""
_TRIAL_BYTES: Final = 6
PEOPLE: Final = "people"
"""The folder with a token for each person of a trial."""
PASSWORD: Final = "trial-password"  # noqa: S105 - the name of a file
"""The file with the one password of everybody of a trial, for browsers."""
TRIAL: Final = "trial"
"""What the token is called that a person of a trial has from the beginning."""


def read_logins(secrets: Path) -> Logins:
    """Return all logins; none where there is no file yet."""
    try:
        return Logins.model_validate_json((secrets / LOGINS).read_bytes())
    except FileNotFoundError:
        return Logins()


def _write(secrets: Path, logins: Logins) -> None:
    write_secret(secrets / LOGINS, logins.model_dump_json(indent=2), "utf-8")


def make_logins(secrets: Path) -> None:
    """Make the file of logins where there is none: nobody has one yet."""
    if not (secrets / LOGINS).exists():
        _write(secrets, Logins())


def _with(logins: Logins, person: str, login: Login) -> Logins:
    return Logins(people={**logins.people, person: login})


def set_password(secrets: Path, person: str, password: str, now: datetime) -> None:
    """Give a person a password; sessions under an earlier one are over."""
    logins = read_logins(secrets)
    login = logins.people.get(person, Login())
    _write(secrets, _with(logins, person, Login(password=hashed(password), tokens=login.tokens, ended=now)))


def give_token(secrets: Path, person: str, name: str) -> str:
    """Make a person a token for a script; one that was called the same is no good any more."""
    logins, token = read_logins(secrets), new_token()
    login = logins.people.get(person, Login())
    tokens = {**login.tokens, name: digest(token)}
    _write(secrets, _with(logins, person, Login(password=login.password, tokens=tokens, ended=login.ended)))
    return token


def revoke(secrets: Path, person: str, name: str | None, now: datetime) -> bool:
    """Take one token from a person, or end everything that they could log in by; False where there was nothing."""
    logins = read_logins(secrets)
    login = logins.people.get(person)
    if login is None or (name is not None and name not in login.tokens):
        return False
    tokens = {each: kept for each, kept in login.tokens.items() if name is not None and each != name}
    kept = login if name is not None else Login(ended=now)
    _write(secrets, _with(logins, person, Login(password=kept.password, tokens=tokens, ended=kept.ended)))
    return True


def prepare_trial(secrets: Path, people: Iterable[str]) -> None:
    """Give everybody of a trial a token, in a file by their name, and all the same password; who has one keeps it."""
    logins, folder = read_logins(secrets), secrets / PEOPLE
    made, password = dict(logins.people), ""
    for person in people:
        login, file = made.get(person, Login()), folder / person
        if TRIAL not in login.tokens or not file.exists():
            write_secret(file, token := new_token())
            tokens = {**login.tokens, TRIAL: digest(token)}
            made[person] = login = Login(password=login.password, tokens=tokens, ended=login.ended)
        if login.password is None:
            # One salt for all: whoever reads the file reads the password beside it.
            password = password or _made_password(secrets)
            made[person] = Login(password=password, tokens=login.tokens, ended=login.ended)
    if made != logins.people:
        _write(secrets, Logins(people=made))


def _made_password(secrets: Path) -> str:
    """Return the hash of the password of a trial, which is made where there is none."""
    if not (secrets / PASSWORD).exists():
        write_secret(secrets / PASSWORD, token_hex(_TRIAL_BYTES))
    return hashed(trial_password(secrets))


def trial_password(secrets: Path) -> str:
    """Return the password by which everybody of a trial logs in with a browser."""
    return (secrets / PASSWORD).read_text("utf-8").strip()


def trial_token(secrets: Path, person: str) -> str:
    """Return the token of a person of a trial."""
    return (secrets / PEOPLE / person).read_text("utf-8").strip()
