"""Where the system is that a command speaks to: the environment says it, else the instance that runs here."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from chassis.clock import Clock
from liuhen.errors import SaidClearly
from liuhen.local.instance import Instance
from liuhen.local.layout import POLICY

SERVICES = ("intake", "dispatch", "sla", "notify", "trace")


@dataclass(frozen=True, slots=True)
class System:
    """The addresses of one running system."""

    kafka: str
    postgres: str
    trace: str
    intake: str
    policy: Path
    clock: Clock

    def dsn(self, service: str) -> str:
        """Tell the database's address for one service's role."""
        return self.postgres.format(service=service)


def find() -> System:
    """Find the system by LIUHEN_* variables, else the running instance; says clearly when there is neither."""
    return of(os.environ if "LIUHEN_KAFKA" in os.environ else _instance())


def of(addresses: Mapping[str, str]) -> System:
    """Read the addresses that an instance wrote down."""
    if "PGPASSFILE" in addresses:
        os.environ["PGPASSFILE"] = addresses["PGPASSFILE"]
    return System(
        kafka=addresses["LIUHEN_KAFKA"],
        postgres=addresses.get("LIUHEN_POSTGRES", "postgresql://{service}@127.0.0.1:15432/liuhen"),
        trace=addresses.get("LIUHEN_TRACE_URL", "http://127.0.0.1:18081"),
        intake=addresses.get("LIUHEN_INTAKE_URL", "http://127.0.0.1:18080"),
        policy=Path(addresses.get("LIUHEN_POLICY", str(POLICY))),
        clock=Clock.parse(addresses.get("LIUHEN_CLOCK", "real")),
    )


def _instance() -> Mapping[str, str]:
    instance = Instance()
    if not instance.is_running():
        raise SaidClearly("No system runs here, and LIUHEN_KAFKA does not name one. `liuhen up` starts it.")
    return instance.addresses()
