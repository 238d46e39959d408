"""What is deployed with Docker is what runs here: one file says it, the others follow."""

from __future__ import annotations

import json
import re
import subprocess
import threading
import tomllib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import distribution
from pathlib import Path
from typing import Any, Final

import jsonschema
import pytest
import yaml
from typer.testing import CliRunner

from chassis.settings import known_to_everybody
from liuhen.cli import build
from tools.generate import COMPOSE, PROMETHEUS, generated
from tools.layout import DEPLOY, ROOT
from tools.local.plan import load_plan
from tools.local.ports import HOST
from tools.prepare.secrets import NAMED

_DEFAULT: Final = re.compile(r"\$\{\w+:-([^}]*)\}")


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


def test_the_image_takes_every_package_that_services_and_the_command_line_import() -> None:
    measured_elsewhere = {"bench"}
    packages = set(_project()["tool"]["importlinter"]["root_packages"]) - measured_elsewhere
    assert {each for each in _copied() if (ROOT / each).is_dir()} == packages | {"policy"}


def test_every_package_is_installed_typed_and_held_to_the_import_contracts() -> None:
    project = _project()["tool"]
    packages = {file.relative_to(ROOT).parts[0] for file in ROOT.glob("[a-z]*/**/*.py")} - {"tests", "deploy"}
    installed = {name.removesuffix("*") for name in project["setuptools"]["packages"]["find"]["include"]}
    assert installed == set(project["importlinter"]["root_packages"]) == packages
    assert set(project["mypy"]["packages"]) == packages | {"tests"}


def test_the_builder_is_sent_exactly_what_the_image_copies() -> None:
    rules = [line for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if not line.startswith("#")]
    shown = {rule.removeprefix("!") for rule in rules if rule.startswith("!")}
    hidden = [rule for rule in rules if not rule.startswith("!")]
    assert shown == _copied()
    assert hidden == ["*", "**/__pycache__"], "a rule that hides more may hide what the image copies"
    assert [path for path in sorted(shown) if not (ROOT / path).exists()] == []


def test_no_container_can_take_the_whole_machine() -> None:
    containers = _compose()["services"].values()
    assert all("mem_limit" in each for each in containers)
    assert all(each["logging"]["options"].keys() == {"max-size", "max-file"} for each in containers)


def test_a_service_without_a_door_can_have_any_number_of_workers() -> None:
    plan, containers = load_plan(), _compose()["services"]
    for name, program in plan.services.items():
        doors = [port for port in program.ports if not port.endswith("_metrics")]
        assert len(containers[name].get("ports", [])) == len(doors)
    found = {job["relabel_configs"][0]["replacement"]: job["dns_sd_configs"][0]["names"] for job in _scraped()}
    assert found == {name: [name] for name in (*plan.services, "watch")}


def test_the_core_runs_by_itself_and_desks_and_watch_are_profiles_beside_it() -> None:
    containers = _compose()["services"]
    profiles: dict[str, set[str]] = {}
    for name, what in containers.items():
        (profile,) = what.get("profiles", ["core"])
        profiles.setdefault(profile, set()).add(name)
    assert profiles["desks"] == {"desk"}
    assert profiles["watch"] == {"watch", "prometheus", "alertmanager", "grafana"}
    assert profiles["core"] == {"kafka", "postgres", "prepare", *load_plan().services} - {"desk"}
    for profile, names in profiles.items():
        assert {on for name in names for on in containers[name].get("depends_on", ())} <= profiles["core"] | names, (
            profile
        )


def test_the_secret_that_grafana_reads_totals_with_is_the_one_that_prepare_gives_the_role() -> None:
    containers = _compose()["services"]
    said = "${LIUHEN_PASSWORD_LIUHEN_READER:-}"
    assert containers["grafana"]["environment"]["LIUHEN_READER_PASSWORD"] == said
    assert containers["prepare"]["environment"]["LIUHEN_PASSWORD_LIUHEN_READER"] == said
    source = (DEPLOY / "grafana" / "provisioning" / "datasources" / "postgres.yml").read_text("utf-8")
    assert {"$LIUHEN_READER_PASSWORD", "$LIUHEN_READER_ADDRESS"} <= set(re.findall(r"\$[A-Z_]+", source))


@pytest.mark.parametrize(("status", "well"), [(200, True), (503, False)])
def test_a_look_at_a_services_health_tells_ready_from_not_and_starts_no_python(status: int, *, well: bool) -> None:
    asked = []

    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(status)
            self.end_headers()

    # given something that answers where a service says whether it is ready
    with ThreadingHTTPServer((HOST, 0), Door) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        # when a container's look is taken there, as Compose would
        intake = _compose()["services"]["intake"]["healthcheck"]["test"]
        port = str(load_plan().ports()["intake_metrics"])
        look = [word.replace(port, str(server.server_address[1])).replace("$$", "$") for word in intake[1:]]
        done = subprocess.run(look, check=False)  # noqa: S603 - the command is ours
        thread.join()
    # then it tells the one from the other
    assert (done.returncode == 0, asked) == (well, ["/ready"])
    assert "python" not in " ".join(look)


def test_a_look_at_the_brokers_health_starts_no_java_machine() -> None:
    (look,) = (each["healthcheck"]["test"] for name, each in _compose()["services"].items() if name == "kafka")
    assert not [word for word in look if "kafka" in word or "java" in word]


def test_no_secret_has_a_value_that_everybody_knows_but_two_which_prepare_refuses() -> None:
    # given what every container is told where an operator says nothing
    told = {
        f"{service}: {name}": default
        for service, what in _compose()["services"].items()
        for name, value in what.get("environment", {}).items()
        if (default := _DEFAULT.sub(r"\1", str(value))) and known_to_everybody(default)
    }
    assert told.keys() == {
        "kafka: KAFKA_ADMIN_PASSWORD",
        "postgres: POSTGRES_USER",
        "postgres: POSTGRES_PASSWORD",
        "postgres: POSTGRES_DB",
        "prepare: PGPASSWORD",
        "prepare: LIUHEN_KAFKA_PASSWORD",
    }
    # then nothing that we wrote starts before prepare has done its work, which it refuses with those
    prepare = _compose()["services"]["prepare"]["environment"]
    waits = {"prepare": {"condition": "service_completed_successfully"}}
    assert {name: _compose()["services"][name]["depends_on"] for name in load_plan().services} == dict.fromkeys(
        load_plan().services, waits
    )
    result = CliRunner().invoke(
        build(["prepare"]), ["prepare"], env={k: _DEFAULT.sub(r"\1", v) for k, v in prepare.items()}
    )
    assert "PGPASSWORD、LIUHEN_KAFKA_PASSWORD 的值人人皆知" in str(result.exception)


def test_what_an_operator_says_of_a_secret_reaches_the_containers_through_prepare() -> None:
    services = _compose()["services"]
    said = {f"${{{variable}:-}}" for variable in NAMED.values()}
    assert said <= set(services["prepare"]["environment"].values())
    for name, variable in NAMED.items():
        files = [
            value
            for service in load_plan().services
            for key, value in services[service]["environment"].items()
            if key == f"{variable}_FILE"
        ]
        assert set(files) == {f"/var/lib/liuhen/secrets/{name}"}


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_file_names_hashes_and_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text("utf-8")
    assert not re.search(r"https?:|--(extra-)?index-url|--find-links", text)
    required = re.split(r"\n(?=\S)", text.strip())
    assert [entry for entry in required if "==" in entry and "--hash=sha256:" not in entry] == []


def _project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def _copied() -> set[str]:
    """What the Dockerfile copies out of the clone, each to the same place in the image."""
    copies = re.findall(r"^COPY (\S+) (\S+)$", (DEPLOY / "Dockerfile").read_text("utf-8"), re.MULTILINE)
    assert [(source, place) for source, place in copies if place not in (source, "./")] == []
    return {source for source, _ in copies}


def _scraped() -> list[dict[str, Any]]:
    whole: dict[str, Any] = yaml.safe_load(PROMETHEUS.read_text("utf-8"))
    jobs: list[dict[str, Any]] = whole["scrape_configs"]
    return jobs


def _compose() -> dict[str, Any]:
    whole: dict[str, Any] = yaml.safe_load(COMPOSE.read_text("utf-8"))
    return whole
