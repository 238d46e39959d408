"""Texts whose category is known, read from a file."""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


class TrainingDataError(Exception):
    """A file that nothing can be learned from; the text says where and why."""


@dataclass(frozen=True)
class Example:
    """A text and its true label; examples of one group are variations of one another."""

    text: str
    label: str
    group: str | None = None

    @property
    def several(self) -> bool:
        """Whether more than one category fits; the label names them all, with spaces between."""
        return " " in self.label


def read_examples(path: Path, text: Sequence[str], label: str, group: str | None = None) -> tuple[Example, ...]:
    """Read examples from a CSV file, the text from one or more columns.

    Raises TrainingDataError when a column is missing or no row is usable.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            wanted = [*text, label, *([group] if group else [])]
            missing = [name for name in wanted if name not in (reader.fieldnames or ())]
            if missing:
                has = "、".join(reader.fieldnames or ())
                raise TrainingDataError(f"{path} 缺少列 {'、'.join(missing)}，有的是 {has}。")
            rows = [
                (" ".join(row[name] for name in text), row[label], (row[group] or None) if group else None)
                for row in reader
            ]
    except FileNotFoundError:
        raise TrainingDataError(f"没有文件 {path}。") from None
    found = tuple(Example(said, meant, kin) for said, meant, kin in rows if said.strip() and meant)
    if len({example.label for example in found}) < 2:  # noqa: PLR2004 - one label leaves nothing to decide
        raise TrainingDataError(f"{path} 的列 {label} 至少要有两个不同的分类。")
    return found


def fingerprint(examples: Sequence[Example]) -> str:
    """Return a hash of what a model learns from."""
    digest = hashlib.sha256()
    for example in examples:
        digest.update(f"{example.label}\0{example.text}\0".encode())
    return digest.hexdigest()[:16]
