"""What a door at which people log in is told by its surroundings."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, model_validator

from chassis.logins import Doorkeeper
from chassis.settings import Settings
from doors.openid import OpenId


class LoginSettings(Settings):
    """`logins` is the file that says how people show who they are; `login_secret` signs their sessions.

    Both are the same at every door of an instance. Where `openid_issuer` names an OpenID provider, people log in there
    and with no password here: `openid_client` and `openid_secret` are the door's own name and secret at the provider,
    `openid_person` the claim that is an id of the policy, `openid_home` the address at which browsers reach the desk.
    """

    openid_issuer: str = ""
    openid_client: str = ""
    openid_secret: SecretStr = SecretStr("")
    openid_person: str = "sub"
    openid_home: str = ""
    logins: Path = Path("logins.json")
    login_secret: SecretStr = Field(default=SecretStr("development-logins"), min_length=8)

    def doorkeeper(self) -> Doorkeeper:
        """Return what tells who asks."""
        key = self.login_secret.get_secret_value().encode()
        return Doorkeeper(self.logins, key, known_elsewhere=bool(self.openid_issuer))

    def openid(self) -> OpenId | None:
        """Return the terms of the OpenID provider; None where people log in with passwords."""
        if not self.openid_issuer:
            return None
        home = self.openid_home.rstrip("/")
        return OpenId(self.openid_issuer, self.openid_client, self.openid_secret, self.openid_person, home)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.openid_issuer and not (self.openid_client and self.openid_home):
            raise ValueError("设了 LIUHEN_OPENID_ISSUER，还要设 LIUHEN_OPENID_CLIENT 和 LIUHEN_OPENID_HOME。")
        return self
