"""By which acts each thing that waits can be answered: answers.yaml, held against the acts that there are."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from schemas.files import read_yaml
from schemas.values import DeskTaskKind
from services.desk.core.forms import acts


def answers_to(task: str) -> tuple[str, ...]:
    """Name the acts by which what waits can be answered, the usual one first; none where there is no such task."""
    return _answers().get(task, ())


@cache
def _answers() -> Mapping[str, tuple[str, ...]]:
    """Read the file; a ValueError or KeyError names a task or an act that there is not."""
    found = read_yaml(Path(__file__).with_name("answers.yaml"))
    return {DeskTaskKind(task): tuple(each for each in named if acts()[each]) for task, named in found.items()}
