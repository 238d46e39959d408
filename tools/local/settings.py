"""What the environment says about where and how to run."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal

from pydantic import Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from doors.attachments.bucket import is_bucket
from rulebook.expected import expected_of
from schemas.layout import Layout
from tools.errors import SaidClearly
from tools.layout import POLICY
from tools.local.plan import Plan

_NEXT_BROKER: Final = 100
"""So far are the ports of a broker from those of the one before it."""
SAID: Final = ("applied_by", "routes", "reporting", "sender", "over_tls", "city", "city_token")
"""What an operator says and services read as it is said."""
BUCKET: Final = ("attachments_key", "attachments_secret")
"""By what the doors are known to a store that keeps attachments in a bucket."""


class LocalSettings(Layout, BaseSettings):
    """How one instance runs and is laid out, from LIUHEN_* variables."""

    model_config = SettingsConfigDict(env_prefix="LIUHEN_", frozen=True, extra="ignore", env_ignore_empty=True)

    instance: str = "main"
    """The name of the system, and of its folder in `.run`."""
    clock: str = "real"
    """By which its services live."""
    policy: Path = POLICY
    """The folder of the rulebook by which its services go."""
    log: Literal["json", "console"] = "json"
    """How they write their lines."""
    port_shift: int = 0
    """By how much all ports are moved."""
    kafka_heap: str = "768m"
    """What the broker may take of the machine's memory."""
    brokers: int = Field(default=1, ge=1, le=9)
    """Brokers of the cluster; where there are several, records have up to three copies unless it is said otherwise."""
    tls: bool = False
    """Whether broker, database and doors are reached over TLS, by an authority of the instance's own."""
    live: float = Field(default=0.0, ge=0, le=1_000)
    """By how much faster than real time the demo's district lives in what `make up` starts from nothing; 0: not."""
    patience: float = Field(default=60.0, gt=0)
    """Seconds that a part may take to become ready."""

    @model_validator(mode="before")
    @classmethod
    def _survive_one(cls, said: dict[str, object]) -> dict[str, object]:
        """Where there are several brokers and nobody says how many have a record, any one of them may be lost."""
        brokers = str(said.get("brokers", 1))
        if not brokers.isdigit() or "replicas" in said:
            return said
        return {"replicas": (replicas := min(3, int(brokers))), "in_sync": min(2, max(1, replicas - 1)), **said}


def load_settings() -> LocalSettings:
    """Return the settings of this environment, or say which variable cannot be used."""
    try:
        return LocalSettings()
    except ValidationError as error:
        first = error.errors()[0]
        if not first["loc"]:
            raise SaidClearly(str(expected_of(first))) from None
        name = f"LIUHEN_{'_'.join(map(str, first['loc'])).upper()}"
        raise SaidClearly(f"{name}={first['input']!r} 不可用，应为{expected_of(first)}。") from None


def bucket_or(folder: Path, environ: Mapping[str, str] = os.environ) -> str:
    """Return the bucket that keeps attachments, where the environment names one; otherwise the folder."""
    said = environ.get("LIUHEN_ATTACHMENTS", "")
    return said if is_bucket(said) else str(folder)


def variable(port: str) -> str:
    """Return the variable that sets a port: `kafka` is LIUHEN_KAFKA_PORT, `intake_http` is LIUHEN_INTAKE_HTTP_PORT."""
    return f"LIUHEN_{port.upper()}_PORT"


def chosen_ports(plan: Plan, settings: LocalSettings, environ: Mapping[str, str] = os.environ) -> dict[str, int]:
    """Return every port by name: its variable if set, otherwise its default moved by LIUHEN_PORT_SHIFT."""
    chosen: dict[str, int] = {}
    for name, default in plan.ports().items():
        said = environ.get(variable(name))
        try:
            chosen[name] = int(said) if said else default + settings.port_shift
        except ValueError:
            raise SaidClearly(f"{variable(name)}={said!r} 不是端口号。") from None
    for number in range(2, settings.brokers + 1):
        for name in ("kafka", "kafka_controller"):
            chosen[f"{name}_{number}"] = chosen[name] + _NEXT_BROKER * (number - 1)
    return chosen
