"""What is deployed with Docker is what runs here: one file says it, the others follow."""

from __future__ import annotations

import json
import re
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from liuhen.generate import COMPOSE, generated
from liuhen.local.layout import DEPLOY, ROOT
from liuhen.local.plan import load_plan


@pytest.mark.parametrize("path", generated(), ids=lambda path: path.name)
def test_a_generated_file_is_what_would_be_generated_now(path: Path) -> None:
    assert path.read_text("utf-8") == generated()[path], "run `make generate`"


def test_the_compose_file_fits_the_compose_specification() -> None:
    schema = distribution("check-jsonschema").locate_file("check_jsonschema/builtin_schemas/vendor/compose-spec.json")
    jsonschema.validate(_compose(), json.loads(Path(str(schema)).read_bytes()))


def test_every_service_of_the_plan_is_a_package_and_every_package_is_in_the_plan() -> None:
    packages = {entry.parent.name for entry in (ROOT / "services").glob("*/__main__.py")}
    assert packages == set(load_plan().services)


def test_every_port_is_given_once() -> None:
    ports = load_plan().ports()
    assert len(set(ports.values())) == len(ports)


def test_every_folder_and_file_that_containers_mount_is_there() -> None:
    mounted = {
        source
        for service in _compose()["services"].values()
        for volume in service.get("volumes", [])
        if (source := volume.split(":")[0]).startswith("./")
    }
    assert [source for source in mounted if not (ROOT / source).exists()] == []


def test_the_image_takes_every_package_that_services_import() -> None:
    copied = set(re.findall(r"^COPY (\w+) ", (DEPLOY / "Dockerfile").read_text("utf-8"), re.MULTILINE))
    trained_on = {"examples"}
    assert copied >= {"schemas", "worktime", "chassis", "services", "policy", "liuhen"} | trained_on
    assert (copied & {"tests", "bench"}) == set()


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_file_names_hashes_and_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text("utf-8")
    assert not re.search(r"https?:|--(extra-)?index-url|--find-links", text)
    required = re.split(r"\n(?=\S)", text.strip())
    assert [entry for entry in required if "==" in entry and "--hash=sha256:" not in entry] == []


def _compose() -> dict[str, Any]:
    whole: dict[str, Any] = yaml.safe_load(COMPOSE.read_text("utf-8"))
    return whole
