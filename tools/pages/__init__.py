"""The pages of `docs/`, the documents of AsyncAPI and OpenAPI, and golden messages, made of the code: `make pages`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from tools import lives
from tools.layout import DEPLOY, ROOT
from tools.pages import alerts, asyncapi, catalogue, decisions, facts, lifecycle, openapi, settings, told


@cache
def pages() -> Mapping[Path, str]:
    """Return every generated page with its text."""
    docs = ROOT / "docs"
    return {
        docs / "facts.md": facts.page(),
        docs / "alerts.md": alerts.page(DEPLOY / "prometheus" / "rules"),
        docs / "decisions" / "README.md": decisions.page(docs / "decisions"),
        docs / "settings.md": settings.page(ROOT),
        docs / "lifecycle.md": lifecycle.page(),
        docs / "messages.md": told.page(),
        **lives.files(),
        **asyncapi.files(ROOT / "schemas"),
        **catalogue.files(ROOT),
        **openapi.files(ROOT / "schemas" / "openapi"),
    }
