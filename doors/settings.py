"""What a door at which people log in is told by its surroundings."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, SecretStr

from chassis.logins import Doorkeeper
from chassis.settings import Settings


class LoginSettings(Settings):
    """`logins` is the file that says how people show who they are; `login_secret` signs their sessions.

    Both are the same at every door of an instance.
    """

    logins: Path = Path("logins.json")
    login_secret: SecretStr = Field(default=SecretStr("development-logins"), min_length=8)

    def doorkeeper(self) -> Doorkeeper:
        """Return what tells who asks."""
        return Doorkeeper(self.logins, self.login_secret.get_secret_value().encode())
