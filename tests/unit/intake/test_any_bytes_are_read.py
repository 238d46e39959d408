"""Whatever bytes come on an inbound topic: they are an action, a refusal or unreadable, and reading never raises."""

from __future__ import annotations

from collections import Counter

from bench.mutated import originals, outcome_of, records
from schemas.registry import party_of
from schemas.values import PartyKind


def test_thousands_of_mutated_records_are_read_refused_or_unreadable() -> None:
    """A million: `python -m bench.mutated`."""
    outcomes = Counter(outcome_of(sent) for _, sent in records(5_000, seed=1))
    assert set(outcomes) == {"read", "refused", "unreadable"}


def test_every_kind_of_party_has_a_record_that_is_mutated() -> None:
    assert {party_of(sent.topic).kind for sent in originals()} == set(PartyKind)
