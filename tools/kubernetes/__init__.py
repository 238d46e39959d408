"""The system on Kubernetes, from deploy/services.yaml and the registry of topics.

Strimzi runs the broker and makes topics and users, CloudNativePG runs the database, the Prometheus operator watches.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from schemas.files import read_yaml
from schemas.layout import Layout
from schemas.principals import principals
from schemas.registry import topics
from tools.kubernetes import pods, strimzi
from tools.kubernetes.objects import NAME, Manifest, dumped, made
from tools.layout import DEPLOY
from tools.local.plan import Plan
from tools.local.prometheus import WATCH
from tools.prepare.logins import make_logins
from tools.prepare.roles import OWNER
from tools.prepare.rotation import known_secrets
from tools.prepare.secrets import secret

_ENFORCED: Final = "pod-security.kubernetes.io/enforce"
_OPERATOR: Final = "monitoring.coreos.com/v1"
_DATABASE: Final = f"{NAME}-postgres"
_THEIRS: Final = ("log_line_prefix", "password_encryption")
"""Settings that CloudNativePG keeps to itself."""


def manifests(plan: Plan, departments: Sequence[str], layout: Layout) -> dict[str, str]:
    """Return every manifest by the name of its file."""
    files: dict[str, Iterable[Manifest]] = {
        "namespace": (made("v1", "Namespace", NAME, space=False, labels={_ENFORCED: "restricted"}),),
        "kafka": strimzi.kafka(plan, layout),
        "topics": map(strimzi.topic, topics(departments, layout)),
        "users": (strimzi.admin(), *map(strimzi.user, principals(departments, layout))),
        "postgres": (_postgres(plan),),
        "settings": (_settings(plan, layout),),
        "prepare": (pods.prepare(plan),),
        **{name: pods.service(plan, name, program) for name, program in plan.services.items()},
        WATCH: (pods.watch(plan),),
        "attachments": (_attachments(),),
        "monitoring": (_pods_are_watched(plan), made(_OPERATOR, "PrometheusRule", NAME, spec={"groups": _rules()})),
    }
    whole = {"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization", "namespace": NAME}
    listed = {**whole, "resources": [f"{each}.yaml" for each in files]}
    return {f"{name}.yaml": dumped(each) for name, each in {**files, "kustomization": (listed,)}.items()}


def make_secrets(folder: Path, plan: Plan, departments: Iterable[str]) -> None:
    """Put every secret of the system into a folder, as `kubectl create secret --from-file` reads it; others stay."""
    for each in known_secrets((each.name for each in principals(departments)), plan.services, trial=False):
        secret(folder, each.name)
    make_logins(folder)


def _postgres(plan: Plan) -> Manifest:
    return made(
        "postgresql.cnpg.io/v1",
        "Cluster",
        _DATABASE,
        spec={
            "instances": 2,
            "imageName": f"ghcr.io/cloudnative-pg/postgresql:{plan.postgres.image.rpartition(':')[2]}",
            "storage": {"size": "200Gi"},
            "bootstrap": {
                "initdb": {
                    "database": plan.postgres.database,
                    "owner": OWNER,
                    "secret": {"name": pods.OWNER_SECRET},
                    "encoding": "UTF8",
                    "localeCollate": "C",
                    "localeCType": "C.UTF-8",
                    # `liuhen prepare` makes a role for each service, and runs as the owner.
                    "postInitSQL": [f"alter role {OWNER} createrole createdb"],
                }
            },
            "postgresql": {"parameters": _parameters()},
        },
    )


def _parameters() -> dict[str, str]:
    """Read what the database is like from the file that the other ways to run it use."""
    lines = (DEPLOY / "postgres" / "postgresql.conf").read_text("utf-8").splitlines()
    said = (line.partition("#")[0].partition("=") for line in lines if "=" in line.partition("#")[0])
    return {name.strip(): value.strip().strip("'") for name, _, value in said if name.strip() not in _THEIRS}


def _settings(plan: Plan, layout: Layout) -> Manifest:
    broker = {"LIUHEN_KAFKA": f"{NAME}-kafka-bootstrap:9093", "LIUHEN_KAFKA_CA": f"{pods.KAFKA_CA}/ca.crt"}
    plain = {"LIUHEN_CLOCK": "real", "LIUHEN_LOG": "json", "LIUHEN_POLICY": "/app/policy"}
    where = f"postgresql://{{service}}@{_DATABASE}-rw:5432/{plan.postgres.database}?sslmode=require"
    return made("v1", "ConfigMap", NAME, data={**layout.variables(), **broker, **plain, "LIUHEN_POSTGRES": where})


def _attachments() -> Manifest:
    wanted = {"accessModes": ["ReadWriteMany"], "resources": {"requests": {"storage": "100Gi"}}}
    return made("v1", "PersistentVolumeClaim", "attachments", spec=wanted)


def _pods_are_watched(plan: Plan) -> Manifest:
    everything = {
        "matchExpressions": [{"key": "app.kubernetes.io/name", "operator": "In", "values": [*plan.services, WATCH]}]
    }
    renamed = [{"sourceLabels": ["__meta_kubernetes_pod_label_app_kubernetes_io_name"], "targetLabel": "job"}]
    spec = {"selector": everything, "podMetricsEndpoints": [{"port": "metrics", "relabelings": renamed}]}
    return made(_OPERATOR, "PodMonitor", NAME, spec=spec)


def _rules() -> list[object]:
    files = sorted((DEPLOY / "prometheus" / "rules").glob("*.yml"))
    return [group for file in files for group in read_yaml(file)["groups"]]
