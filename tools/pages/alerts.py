"""docs/alerts.md: every alert with its sentence, made of the rules that Prometheus reads."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import yaml
from pydantic import BaseModel, Field

_HEAD: Final = """\
# Alerts

Every alert, as `deploy/prometheus/rules/` has it; the name leads to what to do.
`critical` calls somebody now, `warning` waits for office hours, `none` calls nobody as long as it comes. `make pages`
writes this page.

| alert | severity | after | says |
|---|---|---|---|
"""


class _Notes(BaseModel):
    summary: str
    runbook_url: str


class _Rule(BaseModel):
    alert: str = ""
    lasting: str = Field(alias="for", default="at once")
    labels: dict[str, str] = {}
    annotations: _Notes | None = None


class _Group(BaseModel):
    rules: tuple[_Rule, ...]


class _File(BaseModel):
    groups: tuple[_Group, ...]


def page(rules: Path) -> str:
    """The list of all alerts of a folder of rules, as they stand there."""
    files = [_File.model_validate(yaml.safe_load(path.read_text("utf-8"))) for path in sorted(rules.glob("*.yml"))]
    return _HEAD + "".join(
        f"| [{rule.alert}]({notes.runbook_url.removeprefix('docs/')}) | {rule.labels['severity']} | {rule.lasting} |"
        f" {notes.summary.replace('|', ',')} |\n"
        for file in files
        for group in file.groups
        for rule in group.rules
        if (notes := rule.annotations) is not None
    )
