"""Every file of a policy, each fitting its own model, and the line of everything in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from rulebook.base import Model
from rulebook.problems import Problem
from rulebook.rules import Template, Templates
from rulebook.source import Source, Trail
from vocabulary import Chinese

M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Checked:
    """Every file of a policy, each fitting its own model."""

    models: Mapping[str, Model]
    sources: Mapping[str, Source]

    def model(self, file: str, kind: type[M]) -> M:
        """Return a file's model.

        Raises TypeError when the file is not of that kind.
        """
        found = self.models[file]
        if not isinstance(found, kind):
            raise TypeError(f"{file} is no {kind.__name__}")
        return found

    @property
    def templates(self) -> tuple[Template, ...]:
        return self.model("templates.yaml", Templates).templates

    def problem(self, file: str, path: Trail, found: object, expected: Chinese, step: Chinese) -> Problem:
        """Name what stands on a path: as it stands there, or in a sentence."""
        field = ".".join(str(part) for part in path)
        return Problem(file, self.sources[file].line(path), field, str(found), expected, step)
