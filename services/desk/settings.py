"""What the desk is told by its surroundings."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, SecretStr

from chassis.settings import OpensContacts
from doors.attachments.settings import KeepsAttachments
from doors.settings import LoginSettings


class DeskSettings(LoginSettings, KeepsAttachments, OpensContacts):
    """Where to answer over HTTP (port 0: any free one), and which policy says who may do what.

    `secret` is intake's key of the hashes by which requesters are compared.
    `over_tls` says that browsers reach the door over TLS alone, and keeps their sessions off everything else.
    `applied_by` is who answers for the policy that it begins to go by: an id of the policy, or whoever operates it.
    `broker_patience` is how many real seconds the door waits for the broker before it says 503.
    """

    bind: str = "127.0.0.1"
    """The address at which the door answers."""
    http_port: int = 8082
    """Its port; 0 takes any free one."""
    policy: Path = Path("policy")
    """The folder of the rulebook."""
    secret: SecretStr = Field(default=SecretStr("development-secret"), min_length=8, max_length=64)
    over_tls: bool = False
    board: str = ""
    """Where browsers reach the trace, with its board and ledger: an address, or `:port` for the same host."""
    citizen_home: str = ""
    """Where citizens reach the page that a receipt opens: an address, or `:port` for the same host."""
    applied_by: str = Field(default="", max_length=60)
    broker_patience: float = Field(default=5.0, gt=0)
