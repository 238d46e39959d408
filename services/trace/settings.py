"""What trace is told by its surroundings."""

from __future__ import annotations

from pathlib import Path

from doors.settings import LoginSettings


class TraceSettings(LoginSettings):
    """Where to answer over HTTP (port 0: any free one), and which policy gives things their names."""

    bind: str = "127.0.0.1"
    http_port: int = 8081
    policy: Path = Path("policy")
