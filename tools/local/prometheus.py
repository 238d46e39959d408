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


def configuration(plan: Plan, address: Callable[[str, str], str], rules: str) -> str:
    """Return prometheus.yml; `address` tells where a service's port is reached, `rules` where the rule files stand."""
    jobs = [
        {"targets": [address(name, port)], "labels": {"service": name}}
        for name, program in plan.services.items()
        for port in program.ports
        if port.endswith("_metrics")
    ]
    whole = {
        "global": {"scrape_interval": "5s", "evaluation_interval": "5s"},
        "rule_files": [f"{rules}/*.yml"],
        "scrape_configs": [{"job_name": "liuhen", "honor_labels": True, "static_configs": jobs}],
    }
    return yaml.safe_dump(whole, sort_keys=False, allow_unicode=True)


def launch(home: Path, plan: Plan, ports: Mapping[str, int]) -> Launch:
    """Write the configuration of an instance and return what starts its Prometheus."""
    settings = home / "prometheus.yml"
    settings.write_text(configuration(plan, lambda _, port: f"{HOST}:{ports[port]}", str(RULES)), "utf-8")
    address = f"{HOST}:{ports['prometheus']}"
    command = [
        find("prometheus"),
        f"--config.file={settings}",
        f"--storage.tsdb.path={home / 'prometheus'}",
        f"--web.listen-address={address}",
    ]
    return Launch("prometheus", command, ready=f"http://{address}/-/ready")
