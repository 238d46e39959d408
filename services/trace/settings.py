"""What trace is told by its surroundings."""

from __future__ import annotations

from pathlib import Path

from doors.city import ReachesTheCity
from doors.settings import LoginSettings


class TraceSettings(LoginSettings, ReachesTheCity):
    """Where to answer over HTTP (port 0: any free one), and which policy gives things their names."""

    bind: str = "127.0.0.1"
    """The address at which the door answers."""
    http_port: int = 8081
    """Its port; 0 takes any free one."""
    policy: Path = Path("policy")
    """The folder of the rulebook."""
    desk: str = ""
    """Where browsers reach the desk: an address, or `:port` for the same host; pages say where one logs in by it."""
