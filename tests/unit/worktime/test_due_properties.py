"""What holds for every due time: order, justice to pauses, and bounds that contain whatever notice comes."""

from datetime import date, datetime, time, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from worktime import (
    SHANGHAI,
    Budget,
    Calendar,
    Due,
    Held,
    Ledger,
    Notice,
    NoticeDay,
    OfficeHours,
    Pause,
    StartRule,
    Unit,
    breach_after,
    due,
    office_time_between,
    remaining,
    remind_by,
)
from worktime.festivals import festivals, statutory_days

CALENDAR = Calendar.published()
HOURS = OfficeHours()
OFFICE_UNITS = (Unit.OFFICE_MINUTES, Unit.HALF_WORKING_DAYS, Unit.WORKING_DAYS)


def moments(first: datetime, last: datetime) -> st.SearchStrategy[datetime]:
    return st.datetimes(first, last).map(lambda at: at.replace(tzinfo=SHANGHAI))


PUBLISHED = moments(datetime(2008, 1, 1), datetime(2026, 6, 30))  # noqa: DTZ001
AROUND_UNPUBLISHED = moments(datetime(2026, 11, 1), datetime(2028, 11, 30))  # noqa: DTZ001


@st.composite
def budgets(draw: st.DrawFn, units: tuple[Unit, ...] = tuple(Unit)) -> Budget:
    unit = draw(st.sampled_from(units))
    rules = (StartRule.DAY_AFTER, StartRule.SAME_DAY) if unit.is_days else (StartRule.MOMENT, StartRule.DAY_AFTER)
    return Budget(unit=unit, amount=draw(st.integers(1, 20)), start=draw(st.sampled_from(rules)))


@st.composite
def pauses_after(draw: st.DrawFn, start: datetime, days: int = 20) -> list[Pause]:
    lengths = st.integers(0, days * 24 * 60)
    pairs = draw(st.lists(st.tuples(lengths, lengths), max_size=4))
    spans = [(start + timedelta(minutes=min(pair)), start + timedelta(minutes=max(pair))) for pair in pairs]
    return [Pause(start=first, end=last, ground="needs-info", approver="张三") for first, last in spans]


def clock(budget: Budget, start: datetime, pauses: list[Pause] | None = None) -> Ledger:
    return Ledger(policy="p", policy_version="v", budget=budget, started_at=start, pauses=tuple(pauses or ()))


def bounds(found: Due) -> tuple[datetime, datetime]:
    earliest, latest = remind_by(found), breach_after(found)
    assert earliest is not None
    assert latest is not None
    assert earliest <= latest
    return earliest, latest


@given(start=PUBLISHED, later=st.timedeltas(timedelta(0), timedelta(days=20)), budget=budgets(), data=st.data())
def test_a_later_start_or_a_larger_budget_is_never_due_earlier(
    start: datetime, later: timedelta, budget: Budget, data: st.DataObject
) -> None:
    pauses = data.draw(pauses_after(start))
    more = budget.model_copy(update={"amount": budget.amount + data.draw(st.integers(0, 5))})

    first = bounds(due(clock(budget, start, pauses), CALENDAR, HOURS))

    assert start < first[0]
    assert first <= bounds(due(clock(budget, start + later, pauses), CALENDAR, HOURS))
    assert first <= bounds(due(clock(more, start, pauses), CALENDAR, HOURS))


@given(start=PUBLISHED, budget=budgets(), data=st.data())
def test_a_pause_never_shortens_and_the_order_of_pauses_does_not_matter(
    start: datetime, budget: Budget, data: st.DataObject
) -> None:
    pauses = data.draw(pauses_after(start))
    first, length, more = data.draw(st.tuples(*[st.integers(0, 9999).map(lambda n: timedelta(minutes=n))] * 3))
    pause = Pause(start=start + first, end=start + first + length, ground="suspended", approver="李四")
    longer = Pause(start=start + first, end=start + first + length + more, ground="suspended", approver="李四")

    without, reversed_, paused, paused_longer = (
        bounds(due(clock(budget, start, all_), CALENDAR, HOURS))
        for all_ in (pauses, pauses[::-1], [*pauses, pause], [longer, *pauses])
    )

    assert without == reversed_
    assert without <= paused <= paused_longer


@given(start=PUBLISHED, budget=budgets(OFFICE_UNITS), data=st.data())
def test_one_pause_moves_the_deadline_by_the_office_time_it_covered_before_it(
    start: datetime, budget: Budget, data: st.DataObject
) -> None:
    pauses = data.draw(pauses_after(start))[:1]
    ledger = clock(budget, start, pauses)
    plain, _ = bounds(due(clock(budget, start), CALENDAR, HOURS))
    moved, _ = bounds(due(ledger, CALENDAR, HOURS))
    midnight = start.replace(hour=0, minute=0, second=0, microsecond=0)
    too_late = budget.start is StartRule.SAME_DAY and start.time() >= HOURS.close
    begin = midnight + timedelta(days=1) if budget.start is StartRule.DAY_AFTER or too_late else start

    covered = timedelta(0)
    for pause in pauses:
        assert pause.end is not None
        first, last = max(pause.start, begin), min(max(pause.end, begin), moved)
        covered += max(office_time_between(first, last, CALENDAR, HOURS), timedelta(0))
    rounded = office_time_between(plain, moved, CALENDAR, HOURS) - covered
    if budget.unit is Unit.WORKING_DAYS:
        # a limit in days ends at the close of the day in which it is used up
        assert moved.time() == HOURS.close
        assert timedelta(0) <= rounded < HOURS.day
    else:
        assert rounded == timedelta(0)


@given(start=PUBLISHED, budget=budgets(), data=st.data())
def test_at_the_deadline_nothing_is_left_and_a_moment_before_something_is(
    start: datetime, budget: Budget, data: st.DataObject
) -> None:
    ledger = clock(budget, start, data.draw(pauses_after(start)))

    at, _ = bounds(due(ledger, CALENDAR, HOURS))

    if budget.unit.is_days:
        closing = HOURS.close if budget.unit is Unit.WORKING_DAYS else time(0)
        assert at.time() == closing
        assert remaining(ledger, at, CALENDAR, HOURS) <= timedelta(0)
        assert remaining(
            clock(budget, start), bounds(due(clock(budget, start), CALENDAR, HOURS))[0], CALENDAR, HOURS
        ) == (timedelta(0))
    else:
        assert remaining(ledger, at, CALENDAR, HOURS) == timedelta(0)
        assert remaining(ledger, at - timedelta(microseconds=1), CALENDAR, HOURS) > timedelta(0)


@given(start=PUBLISHED, budget=budgets(OFFICE_UNITS), after=st.integers(0, 30 * 24 * 60), data=st.data())
def test_an_open_pause_holds_unless_the_clock_ran_out_before(
    start: datetime, budget: Budget, after: int, data: st.DataObject
) -> None:
    pauses = data.draw(pauses_after(start))
    since = start + timedelta(minutes=after)
    ran_to, _ = bounds(due(clock(budget, start, pauses), CALENDAR, HOURS))

    found = due(clock(budget, start, pauses).paused(since, "suspended"), CALENDAR, HOURS)

    match found:
        case Held():
            assert since < ran_to
            assert found.remaining > timedelta(0)
        case _:
            assert bounds(found) == (ran_to, ran_to)


@st.composite
def notices(draw: st.DrawFn, year: int) -> Notice:
    """A notice as the decision record describes practice, drawn without looking at how the bounds are computed."""
    fixed, off, on = statutory_days(year), dict[date, str](), dict[date, str]()
    for festival in festivals(year):
        short = festival.name in {"元旦", "清明节", "端午节", "中秋节"}
        if short and festival.day.weekday() in {0, 4}:
            following = [festival.day + timedelta(days=offset) for offset in range(3, 10)]
            weekend = [day for day in following if day.weekday() >= 5 and day not in fixed]
            on |= dict.fromkeys(draw(st.sets(st.sampled_from(weekend), max_size=2)), festival.name)
            continue
        before, after = {"春节": (3, 8), "国庆节": (2, 8), "劳动节": (2, 5)}.get(festival.name, (2, 2))
        first, last = draw(st.integers(-before, 0)), draw(st.integers(0, after))
        block = {festival.day + timedelta(days=offset) for offset in range(first, last + 1)}
        off |= {day: festival.name for day in block if day not in fixed}
        back, ahead = (7, 9) if short else (14, 14)
        near = [festival.day + timedelta(days=offset) for offset in range(-back, ahead + 1)]
        weekend = [day for day in near if day.weekday() >= 5 and day not in fixed and day not in block]
        on |= dict.fromkeys(draw(st.sets(st.sampled_from(weekend), max_size=4)), festival.name)
    days = {day: NoticeDay(name=name, date=day, is_off_day=True) for day, name in (off | fixed).items()}
    days |= {day: NoticeDay(name=name, date=day, is_off_day=False) for day, name in on.items() if day not in days}
    return Notice(year=year, papers=(), days=tuple(days[day] for day in sorted(days)))


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_the_bounds_contain_the_deadline_of_whatever_notices_come(data: st.DataObject) -> None:
    notice, next_notice = data.draw(notices(2027)), data.draw(notices(2028))
    one_year = CALENDAR.with_notice(notice)
    both_years = one_year.with_notice(next_notice)

    for _ in range(8):
        start = data.draw(AROUND_UNPUBLISHED)
        ledger = clock(data.draw(budgets(OFFICE_UNITS)), start, data.draw(pauses_after(start)))
        foreseen, closer, settled = (
            bounds(due(ledger, calendar, HOURS)) for calendar in (CALENDAR, one_year, both_years)
        )
        assert foreseen[0] <= closer[0] <= settled[0] <= settled[1] <= closer[1] <= foreseen[1]
