"""A system whose services reach the broker, the database and one another's callers by lines that can be harmed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from bench.lines import Lines
from tools.local.broker import Node
from tools.local.instance import Instance
from tools.local.ports import HOST, free_ports
from tools.local.process import Started
from tools.local.whereabouts import FIRST
from tools.prepare.roles import logins

DOOR: Final = "callers/intake"
"""The line by which channels reach the door."""
_MODULE: Final = "org.apache.kafka.common.security.scram.ScramLoginModule required;"


class Wired(Instance):
    """An instance of which each service has a line of its own to the database and to each broker."""

    def __init__(self, lines: Lines, *args: Any, **words: Any) -> None:
        """As any instance; its lines are laid when it starts."""
        super().__init__(*args, **words)
        self.lines = lines
        wanted = [*(f"{line}{end}" for line in self._lines() for end in ("", " far")), DOOR]
        self._at: Mapping[str, int] = free_ports(wanted)

    def _start_foundations(self) -> None:
        """Lay the lines, now that it is known where they lead, and start what is there."""
        for line in self._lines():
            far = self.ports["postgres"] if line.endswith("/postgres") else self._at[f"{line} far"]
            self.lines.lay(line, self._at[line], far)
        self.lines.lay(DOOR, self._at[DOOR], self.ports["intake_http"])
        super()._start_foundations()
        with (self.home / "pgpass").open("a", encoding="utf-8") as file:
            for service in self.plan.services:
                for role in logins([service]):
                    port = self._at[f"{service}/postgres"]
                    file.write(f"{HOST}:{port}:*:{role}:{self.cluster.password(role)}\n")

    def environment(self, service: str, worker: str = FIRST) -> dict[str, str]:
        """Return the variables of a service, which finds what it stands on at the near ends of its lines."""
        found = super().environment(service, worker)
        postgres = found["LIUHEN_POSTGRES"]
        near = f"{HOST}:{self._at[f'{service}/postgres']}"
        brokers = ",".join(f"{HOST}:{self._at[f'{service}/{node.process}']}" for node in self.brokers)
        return found | {
            "LIUHEN_POSTGRES": postgres.replace(urlsplit(postgres).netloc.rpartition("@")[2], near),
            "LIUHEN_KAFKA": brokers,
        }

    @property
    def door(self) -> str:
        """The address at which channels reach the door."""
        return f"http://{HOST}:{self._at[DOOR]}"

    def _lines(self) -> tuple[str, ...]:
        return tuple(f"{service}/{part}" for service in self.plan.services for part in self.foundations)

    def _spawn_broker(self, node: Node, properties: Path) -> Started:
        """A broker names itself to each service as the near end of the service's line."""
        before = dict(line.split("=", 1) for line in properties.read_text("utf-8").splitlines() if "=" in line)
        names = {service.upper(): f"{service}/{node.process}" for service in self.plan.services}
        own = before["listeners"]
        inside = own.split(",")[0]
        far = [f"{name}://{HOST}:{self._at[f'{line} far']}" for name, line in names.items()]
        near = [f"{name}://{HOST}:{self._at[line]}" for name, line in names.items()]
        kinds = [f"{name}:{'SASL_SSL' if self.certificates else 'SASL_PLAINTEXT'}" for name in names]
        added = {
            "listeners": ",".join((own, *far)),
            "advertised.listeners": ",".join((inside, *near)),
            "listener.security.protocol.map": ",".join((before["listener.security.protocol.map"], *kinds)),
            **{f"listener.name.{name.lower()}.scram-sha-512.sasl.jaas.config": _MODULE for name in names},
        }
        with properties.open("a", encoding="utf-8") as file:
            file.writelines(f"{name}={value}\n" for name, value in added.items())
        return super()._spawn_broker(node, properties)
