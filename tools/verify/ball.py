"""The promise to departments: every minute of a ticket's life is somebody's, and the parts are the whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import pairwise, zip_longest
from typing import Final

from schemas import dispatch as d
from services.trace.for_tools import BallSpan, LifeStep
from tools.verify.findings import whose
from vocabulary import Chinese
from worktime import Calendar, OfficeHours, split_minutes


def ball_adds_up(
    steps: Sequence[LifeStep], spans: Sequence[BallSpan], hours: OfficeHours, calendar: Calendar
) -> Iterator[Chinese]:
    """The stretches of a life lie end to end, but for rests, and their minutes are those of the whole."""
    if not steps:
        return
    moments = [steps[0].at]
    for at, _, _ in steps[1:]:
        moments.append(max(moments[-1], at))
    rests = [at for at, (_, fact, _) in zip(moments, steps, strict=True) if type(fact) in _RESTS]
    for before, after in pairwise(spans):
        if after.start < before.end:
            yield Chinese(f"{after.start} 起，{whose(before.party)} 与 {whose(after.party)} 同时承办")
        elif after.start > before.end and before.end not in rests:
            yield Chinese(f"{before.end} 至 {after.start} 没有结束，却无人承办")
    if spans and (spans[0].start < moments[0] or spans[-1].end > moments[-1]):
        yield Chinese("开始之前或者最后一步之后，有人承办")
    if spans and spans[-1].end < moments[-1] and spans[-1].end not in rests:
        yield Chinese(f"{spans[-1].end} 之后没有结束，却无人承办")
    whole = sum(split_minutes([start, end], calendar, hours)[0] for start, end in _stretches(spans))
    parts = sum(span.minutes for span in spans)
    if parts != whole:
        yield Chinese(f"各段合计 {parts} 个工作分钟，全程为 {whole} 个")


_RESTS: Final = frozenset(
    {
        d.AnsweredOnLine,
        d.SettledAtUnit,
        d.Closed,
        d.NotAccepted,
        d.Withdrawn,
        d.Transferred,
        d.Merged,
        d.SplitUp,
    }
)
"""The facts with which a ticket comes to rest."""


def _stretches(spans: Sequence[BallSpan]) -> Iterator[tuple[datetime, datetime]]:
    start: datetime | None = None
    for span, following in zip_longest(spans, spans[1:]):
        start = start or span.start
        if following is None or following.start != span.end:
            yield start, span.end
            start = None
