"""What is wrong with a policy, said so that the next step is clear."""

from dataclasses import dataclass

from vocabulary import Chinese


@dataclass(frozen=True)
class Problem:
    """One thing wrong: where it stands, what was found, what was expected, what to do about it.

    `line` counts from 1; 0 means the file as a whole.
    """

    file: str
    line: int
    field: str
    found: str
    expected: Chinese
    next_step: Chinese

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        field = f"{self.field} " if self.field else ""
        return f"{where}：{field}现为：{self.found}；应为：{self.expected}。{self.next_step}"


class PolicyError(ValueError):
    """A policy that cannot be used; carries every problem that was found."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))
