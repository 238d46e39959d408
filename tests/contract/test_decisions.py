"""Each decision can be found, is short, and says what else was thought of."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tools.layout import ROOT
from tools.pages.decisions import Decision, NoDecisionError, files, page, read

FOLDER = ROOT / "docs" / "decisions"
HEADINGS = ("Context", "Decision", "Alternatives", "Consequences")
WORDS = 700


@pytest.mark.parametrize("file", files(FOLDER), ids=lambda file: file.stem)
def test_a_decision_has_context_alternatives_and_consequences_on_one_page(file: Path) -> None:
    decision = read(file)
    assert decision.headings == HEADINGS
    assert decision.alternatives, "each alternative is an item that begins with its name in italics"
    assert decision.words <= WORDS, f"{file.name} has {decision.words} words; two decisions are two files"


def test_the_index_says_of_a_decision_what_its_file_says(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("what was there before")
    (tmp_path / "0007-one-way.md").write_text(
        "# 7. One way\n\nSuperseded by 0009, 2026-11-29.\n\n## Context\n\n- *Not this*: no.\n\n"
        "## Alternatives\n\n- *Another\n  way*: longer.\n- *None*: shorter.\n\n## Consequences\n\n- *Nor this*: no.\n"
    )
    last = page(tmp_path).splitlines()[-1]
    assert last == "| [0007](0007-one-way.md) | One way | Superseded by 0009 | 2026-11-29 | Another way; None |"


@pytest.mark.parametrize(
    "old", [each for each in map(read, files(FOLDER)) if "Superseded" in each.status], ids=lambda old: old.file.stem
)
def test_what_takes_the_place_of_a_decision_links_to_it_and_says_why(old: Decision) -> None:
    numbers = re.findall(r"\d{4}", old.status)
    assert old.status in {f"Superseded {how} {' and '.join(numbers)}" for how in ("by", "in part by")}
    for number in numbers:
        (new,) = FOLDER.glob(f"{number}-*.md")
        assert f"({old.file.name})" in new.read_text("utf-8")


@pytest.mark.parametrize("text", ["# One way\n\nAccepted, 2026-11-29.\n", "# 8. One way\n\nAccepted, 2026-11-29.\n"])
def test_a_file_that_is_no_decision_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "0007-one-way.md").write_text(text)
    with pytest.raises(NoDecisionError, match="0007-one-way"):
        page(tmp_path)
