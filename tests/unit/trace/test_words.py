"""What people read of a clock is what the policy says of it."""

from __future__ import annotations

from pathlib import Path

from rulebook import load_policy
from services.trace.edges.words import Words

WORDS = Words(load_policy(Path(__file__).resolve().parents[3] / "policy"))


def test_why_due_quotes_what_the_policy_notes_on_the_clock() -> None:
    assert WORDS.rule("supervision") == ("规定：督办单不得退回。",)
    assert WORDS.rule("first_contact") == ()
