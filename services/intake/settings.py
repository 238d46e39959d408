"""What intake is told by its surroundings."""

from __future__ import annotations

from pathlib import Path
from typing import assert_never

from pydantic import Field, SecretStr

from chassis.settings import OpensContacts
from doors.attachments.settings import KeepsAttachments
from doors.city import ReachesTheCity
from schemas.values import Channel


class IntakeSettings(KeepsAttachments, OpensContacts, ReachesTheCity):
    """Where the HTTP door answers (port 0: any free one), by which policy, and what must stay secret.

    `secret` is the key of the hashes by which requesters are compared: whoever changes it forgets who called before.
    The tokens let the servers of the survey app and of the WeChat account in, and the hotline, which uploads
    attachments here and submits on its topic; several, with a space between them, are
    valid together. A file of tokens is read at each request. `over_tls` says that browsers reach the door over TLS
    alone, and keeps citizens' sessions off everything else. The defaults are for development, and the service starts
    with them in trial mode only.
    """

    bind: str = "127.0.0.1"
    """The address at which the door answers."""
    http_port: int = 8080
    """Its port; 0 takes any free one."""
    over_tls: bool = False
    policy: Path = Path("policy")
    """The folder of the rulebook."""
    secret: SecretStr = Field(default=SecretStr("development-secret"), min_length=8, max_length=64)
    survey_token: SecretStr = Field(default=SecretStr("development-survey"), min_length=8)
    """What the survey app's server shows; several, with a space between them, are valid together."""
    wechat_token: SecretStr = Field(default=SecretStr("development-wechat"), min_length=8)
    """What the WeChat account's server shows; likewise."""
    hotline_token: SecretStr = Field(default=SecretStr("development-hotline"), min_length=8)
    """What the hotline shows when it uploads attachments; likewise."""
    survey_token_file: Path | None = None
    """A file of tokens, read at each request."""
    wechat_token_file: Path | None = None
    """A file of tokens, read at each request."""
    hotline_token_file: Path | None = None
    """A file of tokens, read at each request."""
    citizen_home: str = ""
    """Where citizens reach their page: an address, or `:port` for the same host; without it the door's own address."""
    broker_patience: float = Field(default=5.0, gt=0)
    """Real seconds that the HTTP door waits for the broker before it says 503."""

    def tokens(self, channel: Channel) -> tuple[str, ...]:
        """Return the tokens of a channel that are valid now."""
        match channel:
            case Channel.SURVEY:
                return _valid(self.survey_token_file, self.survey_token)
            case Channel.WECHAT:
                return _valid(self.wechat_token_file, self.wechat_token)
            case Channel.HOTLINE:
                return _valid(self.hotline_token_file, self.hotline_token)
            case _:
                assert_never(channel)


def _valid(file: Path | None, said: SecretStr) -> tuple[str, ...]:
    return tuple((file.read_text("ascii") if file else said.get_secret_value()).split())
