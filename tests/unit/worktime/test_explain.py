"""A due time can be computed again from its explanation alone, and is told day by day in Chinese."""

from datetime import datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from worktime import (
    SHANGHAI,
    Budget,
    Calendar,
    Due,
    Explanation,
    Extension,
    FreshStart,
    Held,
    Ledger,
    OfficeHours,
    Official,
    Pause,
    Provisional,
    StartRule,
    Unit,
    calendar_days,
    due,
    explain,
    explain_lines,
    half_working_days,
    hours_budget,
    working_days,
    works,
)

CALENDAR = Calendar.published()
HOURS = OfficeHours()
FOREVER = datetime(2100, 1, 1, tzinfo=SHANGHAI)
Span = tuple[datetime, datetime]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def recompute(why: Explanation) -> Due:
    """The due time from the explanation alone: free time is cut out of the listed days and spent span by span."""
    ends = [spend(why, maybe) for maybe in (True, False)]
    held = [end for end in ends if isinstance(end, Held)]
    if held:
        return held[-1]
    earliest, latest = (end for end in ends if not isinstance(end, Held))
    if not why.days or earliest.date() <= why.official_until:
        return Official(at=earliest)
    return Provisional(earliest=earliest, latest=latest)


def spend(why: Explanation, open_days_work: bool) -> datetime | Held:  # noqa: FBT001
    """Pause by pause: one that comes before what was told as the end moves it, by what was left then."""
    spans, left, cut = worked_spans(why, open_days_work), granted(why), list[Pause]()
    for pause in (counted.pause for counted in why.pauses):
        end = told(why, spans, cut, left)
        if end != FOREVER and not any(max(first, pause.start) < min(last, end) for first, last in spans):
            break
        if pause.end is None:
            spent = sum(
                (min(end, pause.start) - start for start, end in before(pause, cut_out(spans, cut))), timedelta(0)
            )
            return Held(since=pause.start, remaining=max(left - spent, timedelta(microseconds=1)))
        cut.append(pause)
    return told(why, spans, cut, left)


def before(pause: Pause, spans: list[Span]) -> list[Span]:
    return [(start, end) for start, end in spans if start < pause.start]


def told(why: Explanation, spans: list[Span], cut: list[Pause], left: timedelta) -> datetime:
    """When the time is used up; where days are counted, the end of that day, and never before somebody could go on."""
    ends = [pause.end for pause in cut if pause.end is not None]
    goes_on = min((max(start, *ends) for start, end in spans if max(ends) < end), default=FOREVER) if ends else None
    for start, end in cut_out(spans, cut):
        if end - start >= left:
            return whole_day(why, max(start + left, goes_on or start))
        left -= end - start
    return FOREVER


def whole_day(why: Explanation, end: datetime) -> datetime:
    if why.budget.unit is Unit.WORKING_DAYS:
        return at(f"{end.date()} {max(period.closes for period in why.hours.periods)}")
    midnight = datetime.combine(end.date(), time(0), SHANGHAI)
    is_day = why.budget.unit is Unit.CALENDAR_DAYS and end > midnight
    return midnight + timedelta(days=1) if is_day else end


def granted(why: Explanation) -> timedelta:
    periods = [(at(f"2000-01-01 {period.opens}"), at(f"2000-01-01 {period.closes}")) for period in why.hours.periods]
    day = sum((closes - opens for opens, closes in periods), timedelta(0))
    of = {
        Unit.MINUTES: timedelta(minutes=1),
        Unit.HOURS: timedelta(hours=1),
        Unit.CALENDAR_DAYS: timedelta(days=1),
        Unit.OFFICE_MINUTES: timedelta(minutes=1),
        Unit.HALF_WORKING_DAYS: day / 2,
        Unit.WORKING_DAYS: day,
    }
    return of[why.budget.unit] * why.budget.amount + sum((of[e.unit] * e.amount for e in why.extensions), timedelta(0))


def first_counted(why: Explanation) -> datetime:
    start = max([why.started_at, *(fresh.at for fresh in why.fresh_starts)]).astimezone(SHANGHAI)
    after = datetime.combine(start.date() + timedelta(days=1), time(0), SHANGHAI)
    if why.budget.start is StartRule.MOMENT:
        return start
    closed = why.budget.unit is Unit.WORKING_DAYS and start.time() >= max(p.closes for p in why.hours.periods)
    return after if why.budget.start is StartRule.DAY_AFTER or closed else after - timedelta(days=1)


def worked_spans(why: Explanation, open_days_work: bool) -> list[Span]:  # noqa: FBT001
    begin = first_counted(why)
    if why.budget.unit in {Unit.MINUTES, Unit.HOURS, Unit.CALENDAR_DAYS}:
        return [(begin, FOREVER)]
    spans = []
    for counted in why.days:
        if works(counted.day) or (works(counted.day) is None and open_days_work):
            date = counted.day.date
            spans += [(at(f"{date} {period.opens}"), at(f"{date} {period.closes}")) for period in why.hours.periods]
    return [(max(start, begin), end) for start, end in spans if end > begin]


def cut_out(spans: list[Span], pauses: list[Pause]) -> list[Span]:
    for pause in pauses:
        first, last = pause.start, pause.end or FOREVER
        before = [(start, min(end, first)) for start, end in spans]
        after = [(max(start, last), end) for start, end in spans]
        spans = [span for span in (*before, *after) if span[0] < span[1]] if first < last else spans
    return sorted(spans)


@st.composite
def ledgers(draw: st.DrawFn) -> Ledger:
    start = draw(st.datetimes(datetime(2020, 1, 1), datetime(2028, 1, 1))).replace(tzinfo=SHANGHAI)  # noqa: DTZ001
    unit = draw(st.sampled_from(Unit))
    rules = (StartRule.DAY_AFTER, StartRule.SAME_DAY) if unit.is_days else (StartRule.MOMENT, StartRule.DAY_AFTER)
    ledger = Ledger(
        policy="handling.complex",
        policy_version="v3",
        budget=Budget(unit=unit, amount=draw(st.integers(1, 16)), start=draw(st.sampled_from(rules))),
        started_at=start,
    )
    minutes = st.integers(0, 12 * 24 * 60).map(lambda amount: timedelta(minutes=amount))
    for number in range(draw(st.integers(0, 3))):
        first, length = start + draw(minutes), draw(minutes)
        ended = None if draw(st.integers(0, 7)) == 0 else first + length
        ledger = ledger.with_pause(Pause(start=first, end=ended, ground=f"ground {number}", approver="张三"))
    if draw(st.booleans()):
        granted_at = start + draw(minutes)
        ledger = ledger.extended(Extension(at=granted_at, unit=unit, amount=3, ground="works", approver="李四"))
    if draw(st.integers(0, 3)) == 0:
        ledger = ledger.restarted(FreshStart(at=start + draw(minutes), ground="new lead"))
    return ledger


@settings(max_examples=300, deadline=None)
@given(ledger=ledgers())
def test_the_due_time_follows_from_its_explanation_alone(ledger: Ledger) -> None:
    why = explain(ledger, CALENDAR, HOURS)
    stored = Explanation.model_validate_json(why.model_dump_json())

    assert stored == why
    assert recompute(stored) == why.due == due(ledger, CALENDAR, HOURS)


@settings(deadline=None)
@given(ledger=ledgers())
def test_the_charges_of_the_days_add_up_to_what_was_spent(ledger: Ledger) -> None:
    why = explain(ledger, CALENDAR, HOURS)

    if why.days and not isinstance(why.due, Held):
        # a limit in days lasts until the end of the day in which it is used up, and so does what each pause interrupted
        most = HOURS.day * len(why.pauses) if why.budget.unit is Unit.WORKING_DAYS else timedelta(0)
        for spent in (day.earliest for day in why.days), (day.latest for day in why.days):
            assert timedelta(0) <= sum(spent, timedelta(0)) - why.total <= most


def complex_case() -> Ledger:
    ledger = Ledger(
        policy="handling.complex", policy_version="v3", budget=working_days(5), started_at=at("2026-02-13 10:00")
    )
    ledger = ledger.paused(at("2026-02-24 10:00"), "needs-info", "u-7").resumed(at("2026-02-24 15:00"), "needs-info")
    granted_at = at("2026-02-25 09:00")
    return ledger.extended(
        Extension(at=granted_at, unit=Unit.WORKING_DAYS, amount=3, ground="材料待补", approver="李四")
    )


def test_policy_calendar_skipped_days_make_up_days_pauses_and_approvers_are_all_told() -> None:
    words = {"handling.complex": "处置（复杂）", "needs-info": "待补充信息", "u-7": "张三"}

    lines = explain_lines(explain(complex_case(), CALENDAR, HOURS), words)

    assert lines[:6] == [
        "规则：处置（复杂）（v3），5个工作日，收到当日不计，次日起算",
        f"日历：{CALENDAR.version}，官方公布至 2026-12-31",
        "办公时间：09:00–11:30、13:30–17:30，每个工作日 6小时30分",
        "开始：2026-02-13 周五 10:00",
        "计时：自 2026-02-14 周六 00:00",
        "延期：2026-02-25 周三 09:00 准延 3个工作日（材料待补，批准人 李四）",
    ]
    assert lines[6] == ("暂停：2026-02-24 周二 10:00 至 2026-02-24 周二 15:00（待补充信息，批准人 张三），不计 3小时")
    assert lines[7:10] == [
        "  2026-02-13 周五：收到当日，不计",
        "  2026-02-14 周六 调休上班（春节）：第1个工作日",
        "  2026-02-15 周日 春节：不计",
    ]
    assert "  2026-02-24 周二：计 3小时30分" in lines
    assert "  2026-02-28 周六 调休上班（春节）：第5个工作日" in lines
    assert "  2026-03-01 周日：不计" in lines
    assert lines[-1] == "到期：2026-03-04 周三 17:30（按日计，当日下班为止）"


def test_a_provisional_deadline_is_told_with_both_bounds_and_why() -> None:
    ledger = Ledger(policy="p", policy_version="v", budget=working_days(3), started_at=at("2027-02-01 10:00"))

    lines = explain_lines(explain(ledger, CALENDAR, HOURS))

    assert "  2027-02-03 周三 春节前后（待公布）：最早按 6小时30分 计，最晚按 0分 计" in lines
    assert "  2027-02-06 周六 春节（待公布）：不计" in lines
    assert lines[-1] == ("到期（暂定）：最早 2027-02-04 周四 17:30，最晚 2027-02-16 周二 17:30；放假安排公布后重新计算")


@pytest.mark.parametrize("start", ["2026-02-16 22:03:05"])
def test_hours_are_told_to_run_through_nights_and_holidays(start: str) -> None:
    ledger = Ledger(policy="urgent", policy_version="v", budget=hours_budget(24), started_at=at(start))

    assert explain_lines(explain(ledger, CALENDAR, HOURS)) == [
        "规则：urgent（v），24小时，即时起算",
        "连续计时：夜间、周末、节假日照计",
        "开始：2026-02-16 周一 22:03:05",
        "到期：2026-02-17 周二 22:03:05",
    ]


def test_a_deadline_at_midnight_is_told_as_the_end_of_the_day_before() -> None:
    ledger = Ledger(policy="p", policy_version="v", budget=calendar_days(14), started_at=at("2026-02-10 15:00"))

    assert explain_lines(explain(ledger, CALENDAR, HOURS))[-1] == "到期：2026-02-24 周二 24:00"


def test_half_a_working_day_is_told_as_such() -> None:
    ledger = Ledger(policy="p", policy_version="v", budget=half_working_days(1), started_at=at("2026-03-03 09:00"))

    assert explain_lines(explain(ledger, CALENDAR, HOURS))[0] == "规则：p（v），半个工作日，即时起算"


def test_a_held_clock_tells_since_when_and_what_is_left() -> None:
    ledger = Ledger(policy="p", policy_version="v", budget=working_days(2), started_at=at("2026-03-03 10:00"))
    ledger = ledger.paused(at("2026-03-05 10:00"), "挂账", "王五")
    ledger = ledger.restarted(FreshStart(at=at("2026-03-04 10:00"), ground="更换牵头单位", approver="李四"))

    lines = explain_lines(explain(ledger, CALENDAR, HOURS))

    assert "重新起算：2026-03-04 周三 10:00（更换牵头单位，批准人 李四）" in lines
    assert "暂停：自 2026-03-05 周四 10:00 起（挂账，批准人 王五），尚未恢复" in lines
    assert lines[-1] == "暂停中：剩余 12小时，恢复后续计"
