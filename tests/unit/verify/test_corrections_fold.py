"""A correction says what stood there: one that says otherwise is found."""

from __future__ import annotations

from datetime import timedelta

from schemas import dispatch as d
from schemas.correction import Correction
from schemas.values import Place
from tests.support.verify import BY, LIFE, MONDAY, TICKET
from tools.verify.corrections import corrections_fold
from tools.verify.folds import Fact

BEFORE: list[Fact] = [(fact, at) for at, fact in LIFE]
(STOOD,) = {fact.text for fact, _ in BEFORE if isinstance(fact, d.Opened)}


def corrected(old: Correction, new: Correction, hours: int) -> Fact:
    return d.Corrected(ticket=TICKET, by=BY, old=old, new=new, reason="记录有误"), MONDAY + timedelta(hours=hours)


def test_what_a_correction_replaces_is_what_stood() -> None:
    first = corrected(Correction(text=STOOD), Correction(text="二"), 5)
    second = corrected(Correction(text="二"), Correction(text="三"), 6)
    assert list(corrections_fold(TICKET, BEFORE)) == []
    assert list(corrections_fold(TICKET, [*BEFORE, first, second])) == []
    wrong = [*BEFORE, corrected(Correction(text="一"), Correction(text="二"), 5), second]
    assert [found.subject for found in corrections_fold(TICKET, wrong)] == [TICKET]
    lost = [*BEFORE, corrected(Correction(), Correction(place=Place(text="四平路1号")), 5)]
    assert [found.subject for found in corrections_fold(TICKET, lost)] == [TICKET]
