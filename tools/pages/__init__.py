"""The pages of `docs/` that are made from the code: `make pages`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tools.layout import ROOT
from tools.pages import lifecycle


def pages() -> Mapping[Path, str]:
    """Return every generated page with its text."""
    return {ROOT / "docs" / "lifecycle.md": lifecycle.page()}
