"""What notify is told by its surroundings."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from pydantic import SecretStr, field_validator

from chassis.settings import OpensContacts
from doors.city import ReachesTheCity
from services.notify.core.notice import Way

_SHORTEST_TOKEN: Final = 16


class NotifySettings(OpensContacts, ReachesTheCity):
    """Which channel serves each way, and how the channels are reached.

    `routes` is a JSON object from ways to addresses: `https://…` and `http://…` are webhooks, `smtp://host:port` is
    a mail server, `wecom-robot://HOST/cgi-bin/webhook/send?key=KEY` the robot of a WeCom group, and
    `wecom-app://CORPID:SECRET@HOST?agent=N` an application that sends to its members; a way that is not named goes
    into a file of its own under `notices`, one JSON object per line.
    `reporting` is a JSON list of the ways whose other side reports at the HTTP door what arrived.
    """

    bind: str = "127.0.0.1"
    """The address at which the door for reports answers."""
    http_port: int = 8083
    """Its port; 0 takes any free one."""
    reporting: tuple[Way, ...] = ()
    gateway_token: SecretStr = SecretStr("development-gateway")
    """What a gateway shows that reports what arrived; several, with a space between them, are valid together.

    Each has 16 characters at least.
    """
    gateway_token_file: Path | None = None
    """A file of tokens, read at each request."""

    policy: Path = Path("policy")
    """The folder of the rulebook."""
    notices: Path = Path(".run/notices")
    """The folder of the files into which messages of a way without a route go."""
    routes: Mapping[Way, str] = {}
    sender: str = "liuhen@hotline.invalid"
    """Who mails are from."""
    lease_seconds: float = 60.0
    """How long an attempt may take before somebody else makes the next; longer than any time-out of a channel."""

    @field_validator("gateway_token")
    @classmethod
    def _long_enough(cls, said: SecretStr) -> SecretStr:
        """Refuse a word that can be guessed; a blank within a secret makes two tokens of it."""
        tokens = said.get_secret_value().split()
        short = [place for place, token in enumerate(tokens, 1) if len(token) < _SHORTEST_TOKEN]
        if short or not tokens:
            which = f"共{len(tokens)}个，第{short[0]}个太短" if short else "一个也没有"
            raise ValueError(
                f"每个令牌至少{_SHORTEST_TOKEN}个字符，中间没有空格，令牌之间用空格或者换行隔开；{which}。"
                "请另生成一个，并告知短信网关。"
            )
        return said

    def tokens(self) -> tuple[str, ...]:
        """Return the tokens of gateways that are valid now; one that is too short never is."""
        file = self.gateway_token_file
        said = file.read_text("ascii") if file else self.gateway_token.get_secret_value()
        return tuple(token for token in said.split() if len(token) >= _SHORTEST_TOKEN)
