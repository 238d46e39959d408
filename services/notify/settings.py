"""What notify is told by its surroundings."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from chassis.settings import OpensContacts
from services.notify.core.notice import Way


class NotifySettings(OpensContacts):
    """Which channel serves each way, and how the channels are reached.

    `routes` is a JSON object from ways to addresses: `https://…` and `http://…` are webhooks, `smtp://host:port` is
    a mail server, `wecom-robot://HOST/cgi-bin/webhook/send?key=KEY` the robot of a WeCom group, and
    `wecom-app://CORPID:SECRET@HOST?agent=N` an application that sends to its members; a way that is not named goes
    into a file of its own under `notices`, one JSON object per line.
    """

    policy: Path = Path("policy")
    """The folder of the rulebook."""
    notices: Path = Path(".run/notices")
    """The folder of the files into which messages of a way without a route go."""
    routes: Mapping[Way, str] = {}
    sender: str = "liuhen@hotline.invalid"
    """Who mails are from."""
    lease_seconds: float = 60.0
    """How long an attempt may take before somebody else makes the next; longer than any time-out of a channel."""
