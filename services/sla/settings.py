"""What sla is told by its surroundings."""

from __future__ import annotations

from pathlib import Path

from chassis.settings import Settings


class SlaSettings(Settings):
    """Which policy gives the limits, and the calendar that the service starts from."""

    policy: Path = Path("policy")
    """The folder of the rulebook."""
