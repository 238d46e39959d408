"""What dispatch is told by its surroundings."""

from __future__ import annotations

from pathlib import Path

from chassis.settings import OpensContacts


class DispatchSettings(OpensContacts):
    """Besides addresses: where the policy is, and the model that suggests categories."""

    policy: Path = Path("policy")
    """The folder of the rulebook."""
    model: Path | None = None
    """What suggests categories; without it nothing is suggested."""
