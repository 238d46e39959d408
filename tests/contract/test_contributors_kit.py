"""What a newcomer is told is so: files and commands that pages name exist, and hosted CI runs what everybody runs."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path
from typing import Any, Final

import jsonschema
import pytest
import yaml

ROOT: Final = Path(__file__).resolve().parents[2]
PAGES: Final = [
    *(ROOT / name for name in ("README.md", "README.zh-CN.md", "CONTRIBUTING.md", "CHANGELOG.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "policy").glob("*.md")),
]
MADE: Final = {".run", ".venv", ".tools"}
"""What only `make` makes."""


def named(page: Path) -> Iterator[Path]:
    """The files that a page names, in links from where it stands and in code from the root."""
    text = page.read_text("utf-8")
    for target in re.findall(r"\]\(([^)#\s]+)", text):
        if "://" not in target:
            yield page.parent / target
    tops = {path.name for path in ROOT.iterdir()} - MADE
    for name in re.findall(r"`([\w.*-]+(?:/[\w.*-]+)*)/?`", text):
        folder, _, rest = name.partition("/")
        looks_like_one = re.search(r"/[\w*]+\.(py|ya?ml|csv|md|json|toml|conf|properties|sql)$", name)
        if (rest and folder in tops) or (looks_like_one and folder not in MADE):
            yield ROOT / name


def there(path: Path) -> bool:
    return any(ROOT.glob(str(path.relative_to(ROOT)))) if "*" in path.name else path.exists()


def read_yaml(name: str) -> Any:
    return yaml.safe_load((ROOT / name).read_text("utf-8"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_file_that_a_page_names_is_there(page: Path) -> None:
    assert [str(path) for path in named(page) if not there(path)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_make_target_that_a_page_names_is_there(page: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), flags=re.MULTILINE))
    wanted = set(re.findall(r"^make ([a-z]+)|`make ([a-z]+)", page.read_text("utf-8"), flags=re.MULTILINE))
    assert {first or second for first, second in wanted} <= targets


def test_hosted_ci_runs_what_everybody_runs() -> None:
    schemas = "check_jsonschema/builtin_schemas/vendor/github-workflows.json"
    schema = json.loads(Path(str(distribution("check-jsonschema").locate_file(schemas))).read_bytes())
    workflow = read_yaml(".github/workflows/ci.yml")
    jsonschema.validate({"on" if key is True else key: value for key, value in workflow.items()}, schema)
    last = [job["steps"][-1]["run"] for job in workflow["jobs"].values()]
    assert last == ["make unit", ".ci/run"]


def test_hooks_are_programs_of_this_clone() -> None:
    (repository,) = read_yaml(".pre-commit-config.yaml")["repos"]
    assert repository["repo"] == "local"
    assert {hook["language"] for hook in repository["hooks"]} == {"system"}
    lint = (ROOT / "Makefile").read_text("utf-8").partition("\nlint:")[2].partition("\n\n")[0]
    commands = {hook["entry"].removesuffix(" --force-exclude") for hook in repository["hooks"]}
    assert commands == {command.removesuffix(" .") for command in re.findall(r"\.venv/bin/.+$", lint, re.MULTILINE)}


def test_the_licence_is_named_where_it_is_looked_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert (project["license"], project["license-files"]) == ("Apache-2.0", ["LICENSE"])
    assert "Version 2.0, January 2004" in (ROOT / "LICENSE").read_text("utf-8")
    assert f"## {project['version']} " in (ROOT / "CHANGELOG.md").read_text("utf-8")
