"""Objects of Kubernetes as they are written down."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from schemas.files import yaml_of

Manifest = Mapping[str, object]

NAME: Final = "liuhen"
"""Of the namespace, the cluster of brokers, the image, the settings and the secret."""


def made(
    version: str,
    kind: str,
    name: str,
    *,
    labels: Mapping[str, str] | None = None,
    space: bool = True,
    **content: object,
) -> Manifest:
    """One object, in our namespace unless it is one itself (`space`)."""
    within = {"namespace": NAME} if space else {}
    of_whom = {"app.kubernetes.io/part-of": NAME, **(labels or {})}
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name, **within, "labels": of_whom}, **content}


def dumped(objects: Iterable[Manifest]) -> str:
    """Write objects as one file."""
    return "---\n".join(map(yaml_of, objects))
