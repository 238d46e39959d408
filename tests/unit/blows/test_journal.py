"""Whoever keeps a journal outside sees what a system lost, made up, doubled or did not answer."""

from __future__ import annotations

from pathlib import Path

from bench.journal import Journal, Remembered, Spoken, held_against, read

ONE, TWO = Spoken("bench/hotline", "1"), Spoken("door/wechat", "2")
TICKET = Remembered("R1", tickets=1, traced=1, born=1, refused=False)


def findings(path: Path, *known: tuple[Spoken, Remembered]) -> list[str]:
    return [finding.subject for result in held_against(read(path), known) for finding in result.findings]


def spoken(path: Path) -> Path:
    """One was sent and taken; of the other it was never heard what became of it."""
    with Journal(path / "journal") as journal:
        journal.sending([ONE, TWO])
        journal.taken([ONE], "R1")
    return path / "journal"


def test_what_was_taken_is_known_and_what_was_only_sent_may_be(tmp_path: Path) -> None:
    path = spoken(tmp_path)
    assert findings(path, (ONE, TICKET)) == []
    assert findings(path, (ONE, TICKET), (TWO, TICKET)) == []


def test_what_was_taken_and_is_not_known_is_lost(tmp_path: Path) -> None:
    assert findings(spoken(tmp_path), (TWO, TICKET)) == [ONE.id]


def test_another_receipt_than_was_given_is_found(tmp_path: Path) -> None:
    assert findings(spoken(tmp_path), (ONE, TICKET._replace(receipt="R2"))) == [ONE.id]


def test_what_nobody_said_is_found(tmp_path: Path) -> None:
    assert findings(spoken(tmp_path), (ONE, TICKET), (Spoken("bench/hotline", "3"), TICKET)) == ["3"]


def test_what_is_known_twice_or_made_two_tickets_is_found(tmp_path: Path) -> None:
    assert findings(spoken(tmp_path), (ONE, TICKET), (ONE, TICKET)) == [ONE.id]
    assert findings(spoken(tmp_path), (ONE, TICKET._replace(tickets=2, traced=2, born=2))) == [ONE.id]


def test_what_has_neither_ticket_nor_refusal_is_found(tmp_path: Path) -> None:
    nothing = Remembered("R1", tickets=0, traced=0, born=0, refused=False)
    assert findings(spoken(tmp_path), (ONE, nothing)) == [ONE.id]
    assert findings(spoken(tmp_path), (ONE, nothing._replace(refused=True))) == []


def test_a_ticket_that_the_trace_does_not_have_is_found(tmp_path: Path) -> None:
    assert findings(spoken(tmp_path), (ONE, TICKET._replace(traced=0))) == [ONE.id]
