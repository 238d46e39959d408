"""Somebody at a terminal who types commands of several departments, one after the other."""

from __future__ import annotations

from collections.abc import Sequence

import typer
from typer.testing import CliRunner, Result

from tools.client.addresses import load_addresses
from tools.client.login import acting_as


def typed_at_their_desk(app: typer.Typer, said: Sequence[str]) -> Result:
    """Type a command; a department's is typed by its desk, and whoever was logged in before is so again afterwards."""
    if said[0] != "department":
        return CliRunner().invoke(app, list(said))
    with acting_as(load_addresses(), f"department.{said[1]}"):
        return CliRunner().invoke(app, list(said))
