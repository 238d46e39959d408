"""Prometheus: the same configuration for the local runner and for Compose, with other addresses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import yaml

from tools.layout import DEPLOY
from tools.local.plan import Plan
from tools.local.ports import HOST
from tools.local.process import Launch
from tools.local.programs import find

RULES = DEPLOY / "prometheus" / "rules"


Found = Mapping[str, object]
"""How the workers of a service are found, in the words of Prometheus."""


def found_at(address: str) -> Found:
    """One worker, at an address."""
    return {"static_configs": [{"targets": [address]}]}


def found_by_name(name: str, port: int) -> Found:
    """As many workers as the name stands for in the network's DNS."""
    return {"dns_sd_configs": [{"names": [name], "type": "A", "port": port, "refresh_interval": "5s"}]}


def configuration(plan: Plan, found: Callable[[str, str], Found], rules: str) -> str:
    """Return prometheus.yml; `found` tells how a service's port is found, `rules` where the rule files stand."""
    jobs = [
        {
            "job_name": name,
            "honor_labels": True,
            **found(name, port),
            "relabel_configs": [
                {"target_label": "service", "replacement": name},
                {"target_label": "job", "replacement": "liuhen"},
            ],
        }
        for name, program in plan.services.items()
        for port in program.ports
        if port.endswith("_metrics")
    ]
    whole = {
        "global": {"scrape_interval": "5s", "evaluation_interval": "5s"},
        "rule_files": [f"{rules}/*.yml"],
        "scrape_configs": jobs,
    }
    return yaml.safe_dump(whole, sort_keys=False, allow_unicode=True)


def launch(home: Path, plan: Plan, ports: Mapping[str, int]) -> Launch:
    """Write the configuration of an instance and return what starts its Prometheus."""
    settings = home / "prometheus.yml"
    settings.write_text(configuration(plan, lambda _, port: found_at(f"{HOST}:{ports[port]}"), str(RULES)), "utf-8")
    address = f"{HOST}:{ports['prometheus']}"
    command = [
        find("prometheus"),
        f"--config.file={settings}",
        f"--storage.tsdb.path={home / 'prometheus'}",
        f"--web.listen-address={address}",
    ]
    return Launch("prometheus", command, ready=f"http://{address}/-/ready")
