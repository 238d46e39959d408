"""docker-compose.yml and prometheus.yml, written from deploy/services.yaml: `make generate`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from schemas.files import yaml_of
from schemas.layout import ONE_MACHINE
from schemas.principals import ADMIN
from tools.layout import DEPLOY, ROOT
from tools.local.plan import OtherPart, Plan, Program, fill, load_plan
from tools.local.prometheus import WATCH, configuration, found_by_name
from tools.local.settings import BUCKET, SAID, variable
from tools.prepare.logins import LOGINS, OPENID
from tools.prepare.roles import OWNER, READER, password_variable
from tools.prepare.secrets import NAMED

COMPOSE: Final = ROOT / "docker-compose.yml"
PROMETHEUS: Final = DEPLOY / "prometheus" / "prometheus.yml"

_HEADER: Final = "# Generated from deploy/services.yaml by `make generate`; a test fails when the two differ.\n"
_BROKER: Final = "kafka:9092"
_CERTIFICATES: Final = "/etc/liuhen/certificates"
_SHOWN: Final = f"${{LIUHEN_CERTIFICATES:-./.run/certificates}}:{_CERTIFICATES}:ro"
_OURS: Final[Mapping[str, Any]] = {
    "image": "liuhen",
    "build": {"context": ".", "dockerfile": "deploy/Dockerfile"},
    "init": True,
    "read_only": True,
    "cap_drop": ["ALL"],
    "security_opt": ["no-new-privileges:true"],
    "tmpfs": ["/tmp"],  # noqa: S108 - inside the container
}
_WATCHED: Final = ("kafka", "postgres")
"""The volumes whose disks the watch looks at."""
_VOLUMES: Final = ("notices", "attachments")
# A Python that starts every few seconds for each service would take a tenth of a core together.
_PROBE: Final = (
    "exec 3<>/dev/tcp/127.0.0.1/{port}; printf 'GET /ready HTTP/1.0\\r\\n\\r\\n' >&3; read -r -t 2 _ status _ <&3;"
    ' [ "$$status" = 200 ]'
)


def generated() -> dict[Path, str]:
    """Return every generated file with its text."""
    plan = load_plan()
    prometheus = configuration(
        plan, lambda name, port: found_by_name(name, plan.ports()[port]), "/etc/prometheus/rules", "alertmanager:9093"
    )
    return {COMPOSE: _HEADER + yaml_of(compose(plan)), PROMETHEUS: _HEADER + prometheus}


def compose(plan: Plan) -> dict[str, Any]:
    """Return the Compose file: the same parts, settings and variables as the local runner's."""
    services = {name: _service(plan, name, program) for name, program in plan.services.items()}
    return {
        "name": "liuhen",
        "services": {
            "kafka": _kafka(plan),
            "postgres": _postgres(plan),
            "prepare": _prepare(plan),
            **services,
            WATCH: _watch(plan),
            "prometheus": _prometheus(plan),
            "alertmanager": _alertmanager(plan),
            "grafana": _grafana(plan),
        },
        "volumes": {
            "kafka": {},
            "postgres": {},
            "notices": {},
            "attachments": {},
            "secrets": {},
            "prometheus": {},
            "alertmanager": {},
        },
    }


def _kafka(plan: Plan) -> dict[str, Any]:
    outside, controller = plan.kafka.ports["kafka"], plan.kafka.ports["kafka_controller"]
    here = {
        "KAFKA_LISTENERS": f"INTERNAL://:9092,OUTSIDE://:{outside},CONTROLLER://:{controller}",
        "KAFKA_ADVERTISED_LISTENERS": f"INTERNAL://{_BROKER},OUTSIDE://localhost:{_host_port('kafka', outside)}",
        "KAFKA_CONTROLLER": f"localhost:{controller}",
        "KAFKA_LOG_DIRS": "/var/lib/kafka/data",
        "KAFKA_ADMIN_PASSWORD": _password(ADMIN),
        "KAFKA_CERTIFICATES": f"${{LIUHEN_KAFKA_CA:+{_CERTIFICATES}}}",
        "KAFKA_HEAP_OPTS": "-Xmx${LIUHEN_KAFKA_HEAP:-768m}",
    }
    settings = "./deploy/kafka/server.properties:/etc/liuhen/server.properties:ro"
    start = "./deploy/kafka/start:/etc/liuhen/start:ro"
    # A tool of Kafka's own would start a Java machine every few seconds.
    asked = ["CMD", "bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/9092"]
    return {
        **_bounded("1536m"),
        "image": _image("kafka", plan.kafka),
        "command": ["/etc/liuhen/start"],
        "environment": here,
        "volumes": ["kafka:/var/lib/kafka/data", settings, start, _SHOWN],
        "ports": [_published("kafka", outside)],
        "healthcheck": {"test": asked, "interval": "5s", "timeout": "10s", "retries": 24},
        "restart": "unless-stopped",
        "stop_grace_period": "30s",
    }


def _postgres(plan: Plan) -> dict[str, Any]:
    settings = "./deploy/postgres/postgresql.conf:/etc/liuhen/postgresql.conf:ro"
    return {
        **_bounded("2g"),
        "image": _image("postgres", plan.postgres),
        "command": ["postgres", "-c", "config_file=/etc/liuhen/postgresql.conf", "-c", "listen_addresses=*"],
        "environment": {
            "POSTGRES_USER": OWNER,
            "POSTGRES_PASSWORD": _password(OWNER),
            "POSTGRES_DB": plan.postgres.database,
            "POSTGRES_INITDB_ARGS": "--auth=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8 --lc-collate=C",
        },
        "volumes": ["postgres:/var/lib/postgresql/data", settings],
        "ports": [_published("postgres", 5432)],
        "shm_size": "256mb",
        "healthcheck": {
            "test": ["CMD", "pg_isready", "-q", "-h", "127.0.0.1", "-U", OWNER],
            "interval": "5s",
            "timeout": "5s",
            "retries": 24,
        },
        "restart": "unless-stopped",
        "stop_grace_period": "30s",
    }


def _prepare(plan: Plan) -> dict[str, Any]:
    return {
        **_bounded("1g"),
        **_OURS,
        "command": ["python", "-m", "liuhen", "prepare"],
        "environment": {
            **_environment(plan, plan.environment),
            "PGPASSWORD": _password(OWNER),
            **{name: _said(name) for name in (*NAMED.values(), password_variable(READER))},
            "LIUHEN_KAFKA_PASSWORD": _password(ADMIN),
        },
        "volumes": ["secrets:/var/lib/liuhen/secrets", _SHOWN],
        "depends_on": {name: {"condition": "service_healthy"} for name in ("kafka", "postgres")},
    }


def _service(plan: Plan, name: str, program: Program) -> dict[str, Any]:
    metrics = next(port for port in program.ports if port.endswith("_metrics"))
    own = [f"{each}:/var/lib/liuhen/{each}" for each in _VOLUMES if f"LIUHEN_{each.upper()}" in program.environment]
    probe = ["CMD", "bash", "-c", _PROBE.replace("{port}", str(program.ports[metrics]))]
    # Metrics are read inside the network alone, so that a service without a door can have any number of workers.
    doors = [_published(port, number) for port, number in program.ports.items() if port != metrics]
    return {
        **_bounded("1g"),
        **_OURS,
        "command": ["python", "-m", f"services.{name}"],
        "environment": _environment(plan, {**plan.environment, **program.environment}),
        "depends_on": {"prepare": {"condition": "service_completed_successfully"}},
        "volumes": ["secrets:/var/lib/liuhen/secrets:ro", _SHOWN, *own],
        **({"ports": doors} if doors else {}),
        **({"profiles": [program.profile]} if program.profile else {}),
        "healthcheck": {"test": probe, "interval": "5s", "timeout": "5s", "retries": 12, "start_period": "20s"},
        "restart": "unless-stopped",
        "stop_grace_period": "30s",
    }


def _watch(plan: Plan) -> dict[str, Any]:
    return {
        **_bounded("256m"),
        **_OURS,
        "profiles": ["watch"],
        "command": ["python", "-m", "tools.watch"],
        "environment": _environment(plan, {**plan.environment, **plan.watch.environment}),
        "depends_on": {"prepare": {"condition": "service_completed_successfully"}},
        "volumes": ["secrets:/var/lib/liuhen/secrets:ro", _SHOWN, *(f"{each}:/watched/{each}:ro" for each in _WATCHED)],
        "restart": "unless-stopped",
    }


def _prometheus(plan: Plan) -> dict[str, Any]:
    folder = "./deploy/prometheus:/etc/prometheus:ro"
    return {
        **_bounded("1g"),
        "image": _image("prometheus", plan.prometheus),
        "profiles": ["watch"],
        "volumes": [folder, "prometheus:/prometheus"],
        "ports": [_published("prometheus", 9090)],
    }


def _alertmanager(plan: Plan) -> dict[str, Any]:
    folder = "./deploy/alertmanager:/etc/liuhen:ro"
    return {
        **_bounded("256m"),
        "image": _image("alertmanager", plan.alertmanager),
        "profiles": ["watch"],
        "entrypoint": ["/etc/liuhen/start"],
        "environment": {name: _said(name) for name in ("LIUHEN_ALERTS_URL", "LIUHEN_HEARTBEAT_URL")},
        "volumes": [folder, "alertmanager:/alertmanager"],
        "ports": [_published("alertmanager", 9093)],
    }


def _grafana(plan: Plan) -> dict[str, Any]:
    provisioning = "./deploy/grafana/provisioning:/etc/grafana/provisioning:ro"
    return {
        **_bounded("512m"),
        "image": _image("grafana", plan.grafana),
        "profiles": ["watch"],
        "environment": {
            "LIUHEN_PROMETHEUS_URL": "http://prometheus:9090",
            "LIUHEN_READER_ADDRESS": "postgres:5432",
            "LIUHEN_READER_PASSWORD": _said(password_variable(READER)),
        },
        "volumes": [provisioning, "./deploy/grafana/dashboards:/var/lib/grafana/dashboards:ro"],
        "ports": [_published("grafana", 3000)],
        "depends_on": ["prometheus"],
    }


def _bounded(memory: str) -> dict[str, Any]:
    """What one container may take of the machine: memory, and disk for what it says."""
    logs = {"driver": "json-file", "options": {"max-size": "20m", "max-file": "5"}}
    return {"mem_limit": memory, "logging": logs}


def _environment(plan: Plan, variables: Mapping[str, str]) -> dict[str, str]:
    places = {
        "kafka": _BROKER,
        "kafka_secrets": "/var/lib/liuhen/secrets",
        "postgres": f"postgresql://{{service}}@postgres:5432/{plan.postgres.database}",
        "mode": "${LIUHEN_MODE:-}",
        "logins": f"/var/lib/liuhen/secrets/{LOGINS}",
        "clock": "${LIUHEN_CLOCK:-real}",
        "policy": "/app/policy",
        "log": "${LIUHEN_LOG:-json}",
        "worker": "1",
        "bind": "0.0.0.0",  # noqa: S104 - the container's own network
        "notices": "/var/lib/liuhen/notices",
        "attachments": "${LIUHEN_ATTACHMENTS:-/var/lib/liuhen/attachments}",
        "disks": " ".join(f"{each}=/watched/{each}" for each in _WATCHED),
        "model": "/app/.tools/categories.npz",
        **{name: f"${{LIUHEN_{name.upper()}:-{value}}}" for name, value in ONE_MACHINE.model_dump(mode="json").items()},
        **{
            name: f"${{LIUHEN_{name.upper()}:-}}"
            for name in ("kafka_ca", "tls_certificate", "tls_key", *SAID, *BUCKET, *OPENID)
        },
    }
    return {name: fill(value, places, plan.ports()) for name, value in variables.items()}


def _image(name: str, part: OtherPart) -> str:
    """Name an image; whoever mirrors images, or pins them by digest, says theirs."""
    return f"${{LIUHEN_{name.upper()}_IMAGE:-{part.image}}}"


def _password(role: str) -> str:
    return f"${{{password_variable(role)}:-liuhen}}"


def _said(variable: str) -> str:
    """Give what an operator says; where nothing is said, `liuhen prepare` makes it by chance."""
    return f"${{{variable}:-}}"


def _host_port(name: str, default: int) -> str:
    return f"${{{variable(name)}:-{default}}}"


def _published(name: str, inside: int) -> str:
    return f"127.0.0.1:{_host_port(name, load_plan().ports()[name])}:{inside}"


def main() -> None:
    """Write the files."""
    for path, text in generated().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        print(path.relative_to(ROOT))


if __name__ == "__main__":
    main()
