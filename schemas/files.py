"""Files that are written by hand beside the code, read once at start: by libyaml where it is there, for it is quick."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

try:
    from yaml import CSafeLoader as Loader
except ImportError:
    from yaml import SafeLoader as Loader  # type: ignore[assignment]

__all__ = ["Loader", "read_yaml"]


def read_yaml(path: Path) -> Any:
    """Read a file in UTF-8; raises yaml.YAMLError where it is none."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader)
