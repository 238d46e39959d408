"""policy/README.md explains every file and every field of the rulebook, each in one line, and nothing else."""

import re
import typing
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from rulebook.base import Model
from rulebook.limits import Budget, Span
from rulebook.policy import FILES
from rulebook.rules import Ground

PAGE = Path(__file__).parents[3] / "policy" / "README.md"
ONCE: Mapping[str, type[Model]] = {"An amount of time": Budget, "A ground": Ground}
"""What stands in many places is explained in a section of its own."""


def sections() -> dict[str, str]:
    """Each section by its title, of which for a file only the name."""
    parts = re.split(r"^## (.+)$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {title.split(":")[0].strip("`"): text for title, text in zip(parts[1::2], parts[2::2], strict=True)}


def explained(text: str) -> list[str]:
    return re.findall(r"^- `([\w.]+)`: \S.+\.$", text, flags=re.MULTILINE)


def model_in(annotation: object) -> type[Model] | None:
    if isinstance(annotation, type) and issubclass(annotation, Model):
        return annotation
    return next((found for inner in typing.get_args(annotation) if (found := model_in(inner))), None)


def fields(model: type[Model], before: str = "") -> Iterator[str]:
    """Every field by its path, but not the parts of what is explained once for all."""
    for name, info in model.model_fields.items():
        path, inner = f"{before}{info.alias or name}", model_in(info.annotation)
        yield path
        if inner is not None and not issubclass(inner, Span | Ground):
            yield from fields(inner, f"{path}.")


def in_file(file: str) -> list[str]:
    paths = list(fields(FILES[file]))
    return [path.partition(".")[2] for path in paths[1:]] if file.endswith(".csv") else paths


def test_each_file_has_a_section_and_each_section_a_file() -> None:
    assert set(sections()) == {*FILES, *ONCE}


@pytest.mark.parametrize("file", FILES)
def test_each_field_of_a_file_has_one_line(file: str) -> None:
    assert explained(sections()[file]) == in_file(file)


@pytest.mark.parametrize("title", ONCE)
def test_what_stands_in_many_places_is_explained_once(title: str) -> None:
    assert explained(sections()[title]) == list(ONCE[title].model_fields)


def test_there_is_no_line_that_the_test_does_not_read() -> None:
    bullets = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("- ")]
    assert len(bullets) == sum(len(explained(text)) for text in sections().values())
