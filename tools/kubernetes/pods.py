"""Pods of our own programs: each sees the secrets that are its own, and may do nothing but its work."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from chassis.settings import database_secret
from schemas.layout import ONE_MACHINE
from tools.kubernetes.objects import NAME, Manifest, made
from tools.local.plan import Plan, Program, fill
from tools.local.prometheus import WATCH
from tools.local.settings import BUCKET, SAID
from tools.prepare.logins import LOGINS, OPENID
from tools.prepare.roles import READER

KAFKA_CA: Final = "/etc/liuhen/kafka"
OWNER_SECRET: Final = f"{NAME}-database-owner"
_SECRETS: Final = "/var/lib/liuhen/secrets"
_GIVEN: Final = "/etc/liuhen/secrets"
_USER: Final = 10001
_WORKERS: Final = 2
"""Of each service, so that a node may go; as many as lanes may be started, and they share the lanes evenly."""
_MEMORY: Final[Mapping[str, str]] = {"requests": "256Mi", "limits": "1Gi"}
_PROCESSOR: Final = "250m"
"""A worker is one thread; docs/sizing.md says what a ticket costs."""
_SAID_ELSEWHERE: Final = ("kafka_ca", "tls_certificate", "tls_key", "mode", "clock", "log", *SAID, *BUCKET, *OPENID)
"""Settings of whoever installs it, who puts them into the ConfigMap that all programs read."""
_ENDS_WITHIN: Final = 30  # seconds
_WATCHES: Final = ("operators", database_secret(READER))
_WORKER: Final = "LIUHEN_WORKER"
_MOUNTS: Final[tuple[Manifest, ...]] = (
    {"name": "scratch", "mountPath": "/tmp"},  # noqa: S108 - inside the container
    {"name": "kafka", "mountPath": KAFKA_CA, "readOnly": True},
)
"""What every program of ours sees."""
_OWN_SECRETS: Final[Manifest] = {"name": "secrets", "mountPath": _SECRETS, "readOnly": True}
_VOLUMES: Final[Mapping[str, Mapping[str, object]]] = {
    "notices": {"name": "notices", "emptyDir": {}},
    "attachments": {"name": "attachments", "persistentVolumeClaim": {"claimName": "attachments"}},
}


def prepare(plan: Plan) -> Manifest:
    owner = {"secretKeyRef": {"name": OWNER_SECRET, "key": "password"}}
    variables = [*_variables(plan, plan.environment), {"name": "PGPASSWORD", "valueFrom": owner}]
    # What prepare makes it writes down; what the cluster gave cannot be written to.
    kept = {"name": "secrets", "mountPath": _SECRETS}
    given = {"name": "given", "mountPath": _GIVEN, "readOnly": True}
    copying = _container("copy", ["sh", "-c", f"cp {_GIVEN}/* {_SECRETS}/"], [], [kept, given])
    running = _container("prepare", ["python", "-m", "liuhen", "prepare"], variables, [*_MOUNTS, kept])
    pod = {
        **_pod([running], [{"name": "secrets", "emptyDir": {"medium": "Memory"}}, _given("given")]),
        "initContainers": [copying],
        "restartPolicy": "OnFailure",
    }
    return made(
        "batch/v1",
        "Job",
        "prepare",
        spec={"backoffLimit": 20, "template": {"metadata": {"labels": _labels("prepare")}, "spec": pod}},
    )


def service(plan: Plan, name: str, program: Program) -> Iterator[Manifest]:
    metrics = next(port for port in program.ports if port.endswith("_metrics"))
    ports = [{"name": _port(each), "containerPort": number} for each, number in program.ports.items()]
    kept = [each for each in ("notices", "attachments") if f"LIUHEN_{each.upper()}" in program.environment]
    mounts = [*_MOUNTS, _OWN_SECRETS, *({"name": each, "mountPath": f"/var/lib/liuhen/{each}"} for each in kept)]
    variables = _variables(plan, {**plan.environment, **program.environment})
    running = {
        **_container(name, ["python", "-m", f"services.{name}"], variables, mounts),
        "ports": ports,
        "startupProbe": _asked("/live", metrics, failures=60),
        "livenessProbe": _asked("/live", metrics, failures=6),
        "readinessProbe": _asked("/ready", metrics, failures=2),
    }
    volumes = [_given("secrets", files_of(name, program)), *(_VOLUMES[each] for each in kept)]
    pod = _pod([running], volumes)
    pod["topologySpreadConstraints"] = [
        {
            "maxSkew": 1,
            "topologyKey": "kubernetes.io/hostname",
            "whenUnsatisfiable": "ScheduleAnyway",
            "labelSelector": {"matchLabels": _labels(name)},
        }
    ]
    yield _deployment(name, pod, _WORKERS)
    doors = {port: number for port, number in program.ports.items() if port != metrics}
    if doors:
        opened = [{"name": _port(port), "port": number, "targetPort": _port(port)} for port, number in doors.items()]
        yield made("v1", "Service", name, spec={"selector": _labels(name), "ports": opened})
    spared = {"minAvailable": 1, "selector": {"matchLabels": _labels(name)}}
    yield made("policy/v1", "PodDisruptionBudget", name, spec=spared)


def files_of(name: str, program: Program) -> tuple[str, ...]:
    """Name the files of the secret that a service may see: its own passwords, and what its variables name."""
    named = {value.rpartition("/")[2] for key, value in program.environment.items() if key.endswith("_FILE")}
    logins = {LOGINS} if "LIUHEN_LOGINS" in program.environment else set()
    return tuple(sorted({name, database_secret(name), "redaction-secret", "master-key", *named, *logins}))


def watch(plan: Plan) -> Manifest:
    metrics = plan.watch.ports["watch_metrics"]
    variables = _variables(plan, {**plan.environment, **plan.watch.environment})
    # Disks are the operators' to watch here: no pod of ours sees those of the brokers or of the database.
    variables.append({"name": "LIUHEN_DISKS", "value": ""})
    running = {
        **_container(WATCH, ["python", "-m", "tools.watch"], variables, [*_MOUNTS, _OWN_SECRETS]),
        "ports": [{"name": "metrics", "containerPort": metrics}],
    }
    return _deployment(WATCH, _pod([running], [_given("secrets", _WATCHES)]), 1)


def _deployment(name: str, pod: Mapping[str, object], replicas: int) -> Manifest:
    return made(
        "apps/v1",
        "Deployment",
        name,
        labels=_labels(name),
        spec={
            "replicas": replicas,
            "selector": {"matchLabels": _labels(name)},
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}},
            "template": {"metadata": {"labels": _labels(name)}, "spec": pod},
        },
    )


def _pod(containers: Sequence[Mapping[str, object]], volumes: Sequence[Mapping[str, object]]) -> dict[str, object]:
    """One pod that may do nothing but its work; it ends within the seconds that a service needs to finish."""
    authority = {"name": "kafka", "secret": {"secretName": f"{NAME}-cluster-ca-cert"}}
    return {
        "automountServiceAccountToken": False,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": _USER,
            "runAsGroup": _USER,
            "fsGroup": _USER,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "terminationGracePeriodSeconds": _ENDS_WITHIN,
        "containers": list(containers),
        "volumes": [{"name": "scratch", "emptyDir": {}}, authority, *volumes],
    }


def _container(
    name: str, command: Sequence[str], variables: Sequence[Manifest], mounts: Sequence[Manifest]
) -> dict[str, object]:
    return {
        "name": name,
        "image": NAME,
        "command": list(command),
        "envFrom": [{"configMapRef": {"name": NAME}}],
        "env": list(variables),
        "resources": {
            "requests": {"cpu": _PROCESSOR, "memory": _MEMORY["requests"]},
            "limits": {"memory": _MEMORY["limits"]},
        },
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "volumeMounts": list(mounts),
    }


def _variables(plan: Plan, wanted: Mapping[str, str]) -> list[Manifest]:
    """Say what a program is told beside the settings of all, which whoever installs it may change.

    A worker's name is its pod's.
    """
    empty = dict.fromkeys((*_SAID_ELSEWHERE, *ONE_MACHINE.model_dump(), "kafka", "postgres", "policy"), "")
    places = {
        **empty,
        "kafka_secrets": _SECRETS,
        "logins": f"{_SECRETS}/{LOGINS}",
        "bind": "0.0.0.0",  # noqa: S104 - the pod's own network
        "notices": "/var/lib/liuhen/notices",
        "attachments": "/var/lib/liuhen/attachments",
        "disks": "",
        "model": "/app/.tools/categories.npz",
    }
    filled = {name: fill(value, places, plan.ports()) for name, value in wanted.items() if name != _WORKER}
    of_pod = {"name": _WORKER, "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}
    return [*({"name": name, "value": value} for name, value in filled.items() if value), of_pod]


def _given(volume: str, files: Sequence[str] = ()) -> Mapping[str, object]:
    """The secret as files, of which a service sees its own."""
    items = {"items": [{"key": each, "path": each} for each in files]} if files else {}
    return {"name": volume, "secret": {"secretName": NAME, "defaultMode": 0o440, **items}}


def _asked(path: str, port: str, *, failures: int) -> Mapping[str, object]:
    return {
        "httpGet": {"path": path, "port": _port(port)},
        "periodSeconds": 5,
        "timeoutSeconds": 3,
        "failureThreshold": failures,
    }


def _port(name: str) -> str:
    return name.rpartition("_")[2]


def _labels(name: str) -> dict[str, str]:
    return {"app.kubernetes.io/name": name}
