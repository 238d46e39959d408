"""The promise about referrals (转介): the record is whole or awaited, and nobody calls back."""

from __future__ import annotations

from collections.abc import Iterator

from schemas import dispatch as d
from schemas.referral import Referral
from schemas.values import TicketState
from tools.verify.life import Elsewhere, Life
from vocabulary import FIELDS, Chinese, word


def referral_is_whole(life: Life, elsewhere: Elsewhere) -> Iterator[Chinese]:
    """What was said to the others is written down, or the desk knows what is missing; nobody is called back for it."""
    if life.state is not TicketState.TRANSFERRED:
        return
    record, called = _of_the_last(life)
    if record.missing and not elsewhere.desk.get("referral"):
        yield Chinese(f"已转介，记录缺{'、'.join(FIELDS[f'record.{name}'] for name in record.missing)}，待办里没有")
    if called:
        yield Chinese(f"已转介，之后又有{called}")
    if elsewhere.callback not in (None, "cancelled"):
        yield Chinese("已转介，回访单位却还有这件回访")


def _of_the_last(life: Life) -> tuple[Referral, str]:
    """What is written down of the last referral, and what word of a callback came after it."""
    record, called = Referral(), ""
    for step in life.steps:
        match step.fact:
            case d.Transferred() as fact:
                record, called = fact.record or Referral(), ""
            case d.ReferralRecorded() as fact:
                record = record.with_more(fact.record)
            case d.CallbackAwaited() | d.CallbackRecorded() | d.CallbackTried() | d.CallbackGivenUp() as fact:
                called = word(type(fact))
            case _:
                pass
    return record, called
