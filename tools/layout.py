"""Where things stand in a clone."""

from __future__ import annotations

import re
from pathlib import Path

from tools.errors import SaidClearly

ROOT = Path(__file__).resolve().parents[1]
DEPLOY = ROOT / "deploy"
POLICY = ROOT / "policy"
KAFKA_JARS = ROOT / ".tools" / "kafka" / "lib"
RUN = ROOT / ".run"
MODEL = ROOT / ".tools" / "categories.npz"
"""The model that suggests categories, trained at set-up."""
LEARNED = "categories.npz"
"""The model that an instance learned from what its dispatchers assigned, in its own folder."""

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,40}")


def home_of(instance: str) -> Path:
    """Return the folder of an instance, inside the clone."""
    if not _NAME.fullmatch(instance):
        raise SaidClearly(f"LIUHEN_INSTANCE={instance!r} 不能作为名称：请用小写字母、数字和 - 。")
    return RUN / instance
