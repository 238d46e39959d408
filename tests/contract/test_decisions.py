"""Each decision can be found, is short, and says what else was thought of."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "decisions"
FILES = sorted(file for file in FOLDER.glob("*.md") if file.name != "README.md")
HEADINGS = ["Context", "Decision", "Alternatives", "Consequences"]
WORDS = 700


@dataclass(frozen=True)
class Decision:
    """A file of the folder, as far as the index speaks of it."""

    title: str
    status: str
    date: str
    headings: list[str]
    alternatives: list[str]
    words: int


def read(file: Path) -> Decision:
    text = file.read_text("utf-8")
    head = re.match(r"# (\d+)\. (.+)\n\n(\w[^,\n]*), (\d{4}-\d\d-\d\d)\.\n", text)
    assert head is not None, f"{file.name} has to begin as docs/decisions/README.md says"
    number, title, status, date = head.groups()
    assert file.name.startswith(f"{int(number):04d}-"), f"{file.name} calls itself {number}"
    section = text.partition("\n## Alternatives\n")[2].partition("\n## ")[0]
    alternatives = re.findall(r"^- \*(.+?)\*", section, flags=re.MULTILINE | re.DOTALL)
    return Decision(
        title, status, date, re.findall(r"^## (.+)$", text, flags=re.MULTILINE), alternatives, len(text.split())
    )


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_decision_has_context_alternatives_and_consequences_on_one_page(file: Path) -> None:
    decision = read(file)
    assert decision.headings == HEADINGS
    assert decision.alternatives, "each alternative is an item that begins with its name in italics"
    assert decision.words <= WORDS, f"{file.name} has {decision.words} words; two decisions are two files"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_index_says_of_a_decision_what_its_file_says(file: Path) -> None:
    decision = read(file)
    alternatives = "; ".join(" ".join(each.split()) for each in decision.alternatives)
    link = f"[{file.name[:4]}]({file.name})"
    row = f"| {link} | {decision.title} | {decision.status} | {decision.date} | {alternatives} |"
    assert row in (FOLDER / "README.md").read_text("utf-8").splitlines(), f"the index needs this row:\n{row}"


def test_the_index_names_nothing_else() -> None:
    named = re.findall(r"^\| \[\d+\]\((.+?)\)", (FOLDER / "README.md").read_text("utf-8"), flags=re.MULTILINE)
    assert named == [file.name for file in FILES]
