"""The nightly lesson: one at a time, from what was assigned to a model that is written whole, or not at all."""

from __future__ import annotations

import csv
import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from classification.corpus import Example
from classification.learning import Assigned, Lesson, TooLittleError, learn, learned_already
from classification.model import ModelRefusedError
from classification.suggest import Suggester
from rulebook import Policy
from tools.errors import SaidClearly


class Ended(StrEnum):
    """How a lesson ended."""

    WRITTEN = "written"
    NOTHING_NEW = "nothing_new"
    WORSE = "worse"
    TOO_LITTLE = "too_little"


class Taught(NamedTuple):
    """How a lesson ended, in words where nothing was compared, with figures where it was."""

    ended: Ended
    said: str
    lesson: Lesson | None = None


def give_lesson(  # noqa: PLR0913 - what is learned, on what, under which policy, where to, and when
    assigned: Sequence[Assigned],
    base: Sequence[Example],
    policy: Policy,
    out: Path,
    shipped: Path,
    today: date,
    *,
    even_if_worse: bool = False,
) -> Taught:
    """Learn on top of the base, compare with the model in use, and write the new one unless it is worse.

    The model in use is the one at `out`, or the shipped one as long as there is none.
    """
    with _alone(out):
        present = _present(out, shipped, policy)
        if learned_already(assigned, base, present):
            return Taught(Ended.NOTHING_NEW, "在用的模型学的就是这些工单。")
        try:
            lesson = learn(assigned, base, present, today)
        except TooLittleError as error:
            return Taught(Ended.TOO_LITTLE, str(error))
        if not lesson.better and not even_if_worse:
            return Taught(Ended.WORSE, "新模型在留出的日子上变差，仍用原来的。", lesson)
        lesson.model.save(out)
        return Taught(Ended.WRITTEN, f"模型 {lesson.model.identity} 在 {out}，各服务下次启动时起用。", lesson)


def _present(out: Path, shipped: Path, policy: Policy) -> Suggester:
    """The model in use; one that cannot be used any more is as none, so that the keywords alone are compared with."""
    for path in (out, shipped):
        if path.exists():
            try:
                return Suggester.load(path, policy)
            except ModelRefusedError:
                continue
    return Suggester(policy, None)


@contextmanager
def _alone(out: Path) -> Iterator[None]:
    out.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(out.with_name(f"{out.name}.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise SaidClearly(f"另一次学习正在写 {out}，请等它结束。") from None
    try:
        yield
    finally:
        os.close(descriptor)


COLUMNS = ("ticket", "text", "category", "day")


def read_file(path: Path) -> tuple[Assigned, ...]:
    """Read what was assigned from a CSV file with the columns ticket, text, category and day (YYYY-MM-DD)."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
            if missing:
                raise SaidClearly(f"{path} 缺少列 {'、'.join(missing)}。")
            return tuple(_row(path, reader.line_num, row) for row in reader)
    except FileNotFoundError:
        raise SaidClearly(f"没有文件 {path}。") from None


def _row(path: Path, line: int, row: dict[str, str]) -> Assigned:
    try:
        return Assigned(row["ticket"], row["text"], row["category"], date.fromisoformat(row["day"]))
    except ValueError:
        raise SaidClearly(f"{path}:{line} day 是“{row['day']}”，应为 YYYY-MM-DD。") from None
