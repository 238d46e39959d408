"""What trace is told by its surroundings."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, SecretStr

from chassis.logins import Doorkeeper
from chassis.settings import Settings


class TraceSettings(Settings):
    """Where to answer over HTTP (port 0: any free one), and which policy gives things their names.

    `logins` is the file that says how people show who they are; `login_secret` signs their sessions.
    """

    bind: str = "127.0.0.1"
    http_port: int = 8081
    policy: Path = Path("policy")
    logins: Path = Path("logins.json")
    login_secret: SecretStr = Field(default=SecretStr("development-logins"), min_length=8)

    def doorkeeper(self) -> Doorkeeper:
        """Return what tells who asks."""
        return Doorkeeper(self.logins, self.login_secret.get_secret_value().encode())
