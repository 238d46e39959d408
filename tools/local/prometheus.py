"""Prometheus: the same configuration for the local runner and for Compose, with other addresses."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import yaml

from tools.layout import DEPLOY
from tools.local.plan import Plan
from tools.local.ports import HOST
from tools.local.process import Launch, Started
from tools.local.programs import find

RULES = DEPLOY / "prometheus" / "rules"


WATCH = "watch"
"""The program that watches all others; it is no service, for no record depends on it."""
TARGETS = "targets"
"""The folder of an instance in which Prometheus finds the workers of each service."""

Found = Mapping[str, object]
"""How the workers of a service are found, in the words of Prometheus."""


def found_in(folder: Path, name: str) -> Found:
    """As many workers as a file names, which is written anew whenever one is started or ended."""
    return {"file_sd_configs": [{"files": [str(folder / f"{name}.json")], "refresh_interval": "5s"}]}


def found_by_name(name: str, port: int) -> Found:
    """As many workers as the name stands for in the network's DNS."""
    return {"dns_sd_configs": [{"names": [name], "type": "A", "port": port, "refresh_interval": "5s"}]}


def configuration(plan: Plan, found: Callable[[str, str], Found], rules: str, alertmanager: str = "") -> str:
    """Return prometheus.yml; `found` tells how a service's port is found, `rules` where the rule files stand.

    `alertmanager` is the address of who calls people; '' where nobody does.
    """
    jobs = [
        {
            "job_name": name,
            "honor_labels": True,
            **found(name, port),
            "relabel_configs": [
                {"target_label": "service", "replacement": name},
                {"target_label": "job", "replacement": job},
            ],
        }
        for job, name, program in (
            *(("liuhen", name, program) for name, program in plan.services.items()),
            (f"liuhen-{WATCH}", WATCH, plan.watch),
        )
        for port in program.ports
        if port.endswith("_metrics")
    ]
    whole = {
        "global": {"scrape_interval": "5s", "evaluation_interval": "5s"},
        "rule_files": [f"{rules}/*.yml"],
        **(
            {"alerting": {"alertmanagers": [{"static_configs": [{"targets": [alertmanager]}]}]}} if alertmanager else {}
        ),
        "scrape_configs": jobs,
    }
    return yaml.safe_dump(whole, sort_keys=False, allow_unicode=True)


def launch(home: Path, plan: Plan, ports: Mapping[str, int]) -> Launch:
    """Write the configuration of an instance and return what starts its Prometheus."""
    settings = home / "prometheus.yml"
    settings.write_text(configuration(plan, lambda name, _: found_in(home / TARGETS, name), str(RULES)), "utf-8")
    address = f"{HOST}:{ports['prometheus']}"
    command = [
        find("prometheus"),
        f"--config.file={settings}",
        f"--storage.tsdb.path={home / 'prometheus'}",
        f"--web.listen-address={address}",
    ]
    return Launch("prometheus", command, ready=f"http://{address}/-/ready")


def write_targets(home: Path, plan: Plan, processes: Iterable[Started]) -> None:
    """Tell Prometheus which workers there are, those that ended by themselves too: they are to be seen as down."""
    folder = home / TARGETS
    folder.mkdir(exist_ok=True)
    found = {name: list[str]() for name in (*plan.services, WATCH)}
    for process in processes:
        if process.ready and (service := process.name.partition("-")[0]) in found:
            found[service].append(urlsplit(process.ready).netloc)
    for name, targets in found.items():
        new = folder / f"{name}.json.new"
        new.write_text(json.dumps([{"targets": targets}]), "utf-8")
        new.replace(folder / f"{name}.json")
