"""What is written for Kubernetes fits its schemas, is what runs elsewhere, and shows each service its own secrets."""

from __future__ import annotations

import stat
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import kubernetes_validate
import pytest
import yaml
from typer.testing import CliRunner

from liuhen.cli import build
from rulebook import load_policy
from schemas.layout import Layout
from schemas.principals import ADMIN, principals
from schemas.registry import topics
from tools.generate import compose
from tools.kubernetes import manifests
from tools.kubernetes.pods import files_of
from tools.layout import POLICY
from tools.local.plan import load_plan
from tools.prepare.rotation import known_secrets

LAYOUT: Final = Layout(lanes=12, channel_lanes=12, replicas=3, in_sync=2)
DEPARTMENTS: Final = tuple(each.code for each in load_policy(POLICY).departments)
VERSION: Final = "1.33"
OF_OPERATORS: Final = ("kafka.strimzi.io", "postgresql.cnpg.io", "monitoring.coreos.com", "kustomize.config.k8s.io")
"""Their schemas are in their own repositories; docs/kubernetes.md says how they were checked."""


@cache
def written() -> Mapping[str, tuple[dict[str, Any], ...]]:
    files = manifests(load_plan(), DEPARTMENTS, LAYOUT)
    return {name: tuple(yaml.safe_load_all(text)) for name, text in files.items()}


def objects(kind: str) -> Iterator[dict[str, Any]]:
    return (each for file in written().values() for each in file if each["kind"] == kind)


def one(kind: str, name: str) -> dict[str, Any]:
    return next(each for each in objects(kind) if each["metadata"]["name"] == name)


def container(name: str) -> dict[str, Any]:
    found: dict[str, Any] = one("Deployment", name)["spec"]["template"]["spec"]["containers"][0]
    return found


@pytest.mark.parametrize("file", written())
def test_every_object_of_kubernetes_itself_fits_its_schema_to_the_letter(file: str) -> None:
    for each in written()[file]:
        if not each["apiVersion"].startswith(OF_OPERATORS):
            kubernetes_validate.validate(each, VERSION, strict=True)


def test_the_list_names_every_file() -> None:
    (whole,) = written()["kustomization.yaml"]
    assert {*whole["resources"], "kustomization.yaml"} == set(written())


def test_every_topic_of_the_registry_is_asked_for_as_it_is_laid_out() -> None:
    asked = {each["metadata"]["name"]: each["spec"] for each in objects("KafkaTopic")}
    assert asked == {
        each.name: {"partitions": each.partitions, "replicas": 3, "config": dict(each.config)}
        for each in topics(DEPARTMENTS, LAYOUT)
    }


def test_every_user_may_do_what_the_registry_says_and_nothing_else() -> None:
    users = {each["metadata"]["name"]: each["spec"] for each in objects("KafkaUser")}
    assert "authorization" not in users.pop(ADMIN), "to whom nothing is forbidden needs no rules"
    rules = {
        name: {
            (rule["operations"][0].lower(), rule["resource"]["name"], rule["resource"]["patternType"] == "prefix")
            for rule in spec["authorization"]["acls"]
        }
        for name, spec in users.items()
    }
    assert rules == {
        each.name: {(grant.operation.value, grant.name, grant.prefix) for grant in each.grants}
        for each in principals(DEPARTMENTS, LAYOUT)
    }


@pytest.mark.parametrize("name", load_plan().services)
def test_a_service_is_told_what_compose_tells_it(name: str) -> None:
    told = {each["name"] for each in container(name)["env"]}
    settings = one("ConfigMap", "liuhen")["data"]
    of_whoever_installs_it = {
        key for key, value in compose(load_plan())["services"][name]["environment"].items() if value.endswith(":-}")
    }
    wanted = compose(load_plan())["services"][name]["environment"].keys() - of_whoever_installs_it
    assert wanted - settings.keys() - {"LIUHEN_APPLIED_BY"} <= told


@pytest.mark.parametrize("name", load_plan().services)
def test_a_service_sees_its_own_secrets_and_no_others(name: str) -> None:
    program = load_plan().services[name]
    volumes = one("Deployment", name)["spec"]["template"]["spec"]["volumes"]
    (given,) = (each["secret"] for each in volumes if each["name"] == "secrets")
    shown = {each["key"] for each in given["items"]}
    assert shown == set(files_of(name, program))
    others = set(load_plan().services) - {name}
    assert not shown & {*others, *(f"database.{each}" for each in others), ADMIN, "database.liuhen"}
    named = {each["value"].rpartition("/")[2] for each in container(name)["env"] if each["name"].endswith("_FILE")}
    assert named <= shown


@pytest.mark.parametrize("name", load_plan().services)
def test_readiness_and_life_are_asked_at_the_port_of_the_metrics(name: str) -> None:
    running = container(name)
    ports = {each["name"]: each["containerPort"] for each in running["ports"]}
    assert ports["metrics"] == load_plan().services[name].ports[f"{name}_metrics"]
    assert running["readinessProbe"]["httpGet"] == {"path": "/ready", "port": "metrics"}
    assert running["livenessProbe"]["httpGet"] == {"path": "/live", "port": "metrics"}


def test_the_command_writes_manifests_and_a_folder_with_every_secret_that_it_never_changes(tmp_path: Path) -> None:
    # given what was written once
    result = CliRunner().invoke(build(["kubernetes"]), ["kubernetes", str(tmp_path)])
    assert result.exit_code == 0, result.output
    secrets = {file.name: file.read_text("utf-8") for file in (tmp_path / "secrets").iterdir()}
    known = known_secrets((each.name for each in principals(DEPARTMENTS)), load_plan().services, trial=False)
    assert {each.name for each in known} <= secrets.keys()
    assert {stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "secrets").iterdir()} == {0o600}
    # when it is written again
    CliRunner().invoke(build(["kubernetes"]), ["kubernetes", str(tmp_path), "--lanes", "24"])
    # then with the same secrets, and with other lanes
    assert {file.name: file.read_text("utf-8") for file in (tmp_path / "secrets").iterdir()} == secrets
    assert "LIUHEN_LANES: '24'" in (tmp_path / "settings.yaml").read_text("utf-8")


def test_a_layout_that_cannot_be_names_the_option(tmp_path: Path) -> None:
    result = CliRunner().invoke(build(["kubernetes"]), ["kubernetes", str(tmp_path), "--channel-lanes", "99"])
    assert result.exit_code == 1
    assert "--channel-lanes: 99" in str(result.exception)
    assert list(tmp_path.iterdir()) == []
