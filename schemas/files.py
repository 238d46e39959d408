"""Files of YAML: read once at start where they are written by hand, and written where they follow from something."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

try:  # libyaml, where it is there, for it is quick
    from yaml import CSafeLoader as Loader
except ImportError:
    from yaml import SafeLoader as Loader  # type: ignore[assignment]

__all__ = ["Loader", "read_yaml", "yaml_of"]


class _InFull(yaml.SafeDumper):
    """Writes what is said twice out twice: anchors are for people who write by hand."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - the base class's signature
        return True


def read_yaml(path: Path) -> Any:
    """Read a file in UTF-8; raises yaml.YAMLError where it is none."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader)


def yaml_of(document: object, width: int = 120) -> str:
    """Write a document in the order of its fields, without anchors."""
    text: str = yaml.dump(document, Dumper=_InFull, sort_keys=False, allow_unicode=True, width=width)
    return text
