"""What the system consists of, read from deploy/services.yaml."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from schemas.files import read_yaml
from tools.layout import DEPLOY

Port = Annotated[int, Field(ge=1, le=65535)]
_BRACES: Final = re.compile(r"\{([a-z_:]+)\}")


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class OtherPart(_Frozen):
    """Something that we run and did not write."""

    image: str
    ports: Mapping[str, Port]


class DatabasePart(OtherPart):
    database: str


class Program(_Frozen):
    """One of our programs, most of them `python -m services.<name>`, with these ports and variables."""

    title: str
    ports: Mapping[str, Port]
    environment: Mapping[str, str] = Field(default_factory=dict)
    profile: str = ""
    """The profile of the Compose file that starts it; '' where it always runs."""


class Plan(_Frozen):
    """The whole of deploy/services.yaml."""

    kafka: OtherPart
    postgres: DatabasePart
    prometheus: OtherPart
    alertmanager: OtherPart
    grafana: OtherPart
    environment: Mapping[str, str]
    watch: Program
    services: Mapping[str, Program]

    def ports(self) -> dict[str, int]:
        """Return every port by name."""
        parts = (self.kafka, self.postgres, self.prometheus, self.alertmanager, self.grafana)
        of_parts = {name: port for part in parts for name, port in part.ports.items()}
        programs = (self.watch, *self.services.values())
        return of_parts | {name: port for program in programs for name, port in program.ports.items()}


@cache
def load_plan() -> Plan:
    """Return the plan of this clone."""
    return Plan.model_validate(read_yaml(DEPLOY / "services.yaml"))


def service_names() -> tuple[str, ...]:
    """Return the names of our services, in the order in which records pass them."""
    return tuple(load_plan().services)


def fill(value: str, places: Mapping[str, str], ports: Mapping[str, int]) -> str:
    """Put what is true here into the braces of a value; braces inside what is put in stay as they are."""
    known = {**places, **{f"port:{name}": str(port) for name, port in ports.items()}}
    return _BRACES.sub(lambda found: known[found[1]], value)
