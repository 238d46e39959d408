"""Whoever generates a client from the AsyncAPI documents does so with tools that stand on the official parser."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Final

import pytest
import yaml

from tools.layout import ROOT
from tools.pages.asyncapi import documents

INSTALLED: Final = ROOT / ".tools" / "asyncapi"
PUBLIC: Final = ROOT / "schemas" / "asyncapi.yaml"


def said_of(*files: Path) -> subprocess.CompletedProcess[str]:
    """What the parser finds wrong in documents."""
    node = shutil.which("node")
    if node is None or not (INSTALLED / "node_modules").is_dir():
        pytest.skip("The official AsyncAPI parser needs Node.js 18 or newer with npm, and `make setup` after it.")
    command = [node, "validate.mjs", *map(str, files)]
    return subprocess.run(command, cwd=INSTALLED, capture_output=True, text=True, check=False)  # noqa: S603 - it is ours


def test_it_finds_nothing_wrong_in_either_document() -> None:
    said = said_of(*(ROOT / "schemas" / name for name in documents()))
    assert (said.stdout, said.stderr, said.returncode) == ("", "", 0)


def test_it_finds_the_object_that_stood_where_a_word_has_to_stand(tmp_path: Path) -> None:
    document = yaml.safe_load(PUBLIC.read_text("utf-8"))
    document["components"]["schemas"]["told.Order"]["discriminator"] = {"propertyName": "happened"}
    broken = tmp_path / "asyncapi.yaml"
    broken.write_text(yaml.safe_dump(document, allow_unicode=True), "utf-8")
    said = said_of(broken)
    assert said.returncode == 1
    assert '"discriminator" property type must be string' in said.stdout
