"""docs/decisions/README.md: the index, made of what each decision says of itself."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_HEAD: Final = re.compile(r"# (\d+)\. (.+)\n\n(\w[^,\n]*), (\d{4}-\d\d-\d\d)\.\n")
_ALTERNATIVE: Final = re.compile(r"^- \*(.+?)\*", flags=re.MULTILINE | re.DOTALL)
_HEADING: Final = re.compile(r"^## (.+)$", flags=re.MULTILINE)
_INDEX: Final = """\
# Decisions

Why things are as they are, one page each: what the matter was, what was decided, what else was thought of, what
follows. A decision that no longer holds is not rewritten: its status becomes `Superseded by 00NN`, or `Superseded in
part by 00NN` where the rest stands; the new one links to it and says why. `make pages` writes this page;
`tests/contract/test_decisions.py` holds the form.

A new decision takes the number after the highest one (gaps between subjects stay), begins with `# NUMBER. TITLE` and
`Accepted, DATE.`, has the headings Context, Decision, Alternatives (a list; each item begins with a name in italics)
and Consequences, and stays under 700 words.

| | decision | status | since | instead of |
|---|---|---|---|---|
"""


class NoDecisionError(ValueError):
    """A file of the folder does not begin as a decision does."""


@dataclass(frozen=True)
class Decision:
    """A decision, as far as the index and the rules of its form speak of it."""

    file: Path
    title: str
    status: str
    date: str
    headings: tuple[str, ...]
    alternatives: tuple[str, ...]
    words: int

    @property
    def row(self) -> str:
        """Its line of the index."""
        link = f"[{self.file.name[:4]}]({self.file.name})"
        return f"| {link} | {self.title} | {self.status} | {self.date} | {'; '.join(self.alternatives)} |"


def files(folder: Path) -> Iterable[Path]:
    """The decisions of a folder, by number."""
    return sorted(file for file in folder.glob("*.md") if file.name != "README.md")


def read(file: Path) -> Decision:
    """Read a decision; NoDecisionError names one that begins otherwise, or has another number than its file."""
    text = file.read_text("utf-8")
    head = _HEAD.match(text)
    if head is None:
        raise NoDecisionError(f"{file.name} has to begin with `# NUMBER. TITLE`, a blank line, and `Accepted, DATE.`")
    number, title, status, date = head.groups()
    if not file.name.startswith(f"{int(number):04d}-"):
        raise NoDecisionError(f"{file.name} calls itself {number}: give the file that number, or the title its own")
    section = text.partition("\n## Alternatives\n")[2].partition("\n## ")[0]
    alternatives = tuple(" ".join(each.split()) for each in _ALTERNATIVE.findall(section))
    return Decision(file, title, status, date, tuple(_HEADING.findall(text)), alternatives, len(text.split()))


def page(folder: Path) -> str:
    """The index of a folder of decisions."""
    return _INDEX + "".join(f"{read(file).row}\n" for file in files(folder))
