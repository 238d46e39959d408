"""The HTTP doors as OpenAPI documents, with the codes of the policy that comes with the project."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from rulebook import load_policy
from services.desk import for_tools as desk
from services.intake import for_tools as intake
from services.notify import for_tools as notify
from services.trace import for_tools as trace
from tools.layout import ROOT


def documents() -> Mapping[str, Mapping[str, object]]:
    """Describe every door, by the name of its service."""
    return {
        "intake": intake.described(),
        "trace": trace.described(load_policy(ROOT / "policy")),
        "desk": desk.described(),
        "notify": notify.described(),
    }


def files(folder: Path) -> Mapping[Path, str]:
    """Name the file of each door in a folder."""
    return {
        folder / f"{name}.json": json.dumps(document, ensure_ascii=False, indent=2) + "\n"
        for name, document in documents().items()
    }
