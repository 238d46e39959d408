"""The page that walks one record through the chassis names modules and functions that are there."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")


def test_every_module_that_the_page_names_is_there() -> None:
    named = set(re.findall(r"\b([a-z_]+)\.py\b", PAGE))
    assert named
    assert named <= {path.stem for path in (ROOT / "chassis").glob("*.py")}


def test_every_method_that_the_page_names_is_there() -> None:
    modules = [import_module(f"chassis.{path.stem}") for path in (ROOT / "chassis").glob("[a-z]*.py")]
    classes = {name: value for module in modules for name, value in vars(module).items() if isinstance(value, type)}
    named = re.findall(r"`([A-Z]\w+)\.(\w+)`", PAGE)
    assert named
    assert [f"{name}.{method}" for name, method in named if not hasattr(classes[name], method)] == []
