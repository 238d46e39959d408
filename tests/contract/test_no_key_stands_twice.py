"""In a YAML file a key that stands twice hides the first of its values, without a word: none does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
import yaml

ROOT: Final = Path(__file__).resolve().parents[2]
FOLDERS: Final = ("policy", "vocabulary", "liuhen", "services", "schemas", "deploy", "examples", "tools")
FILES: Final = sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.y*ml"))


def _twice(node: yaml.Node) -> Iterator[str]:
    if isinstance(node, yaml.MappingNode):
        keys = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        yield from (f"{key}, line {node.start_mark.line + 1} ff." for key in dict.fromkeys(keys) if keys.count(key) > 1)
        for _, value in node.value:
            yield from _twice(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _twice(value)


@pytest.mark.parametrize("file", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_key_stands_twice(file: Path) -> None:
    documents = yaml.compose_all(file.read_text("utf-8"), Loader=yaml.SafeLoader)

    assert [each for document in documents for each in _twice(document)] == []
