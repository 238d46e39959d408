"""Working days, office hours and the due times of clocks: pure arithmetic in Asia/Shanghai, time is an argument."""

from worktime.calendar import Calendar, OutOfCalendarError, load_calendar, works
from worktime.days import Day, Holiday, MakeUpDay, UnpublishedDay, Weekend, WorkingDay
from worktime.due import Due, Held, Official, Provisional, breach_after, due, earlier_of, remaining, remind_by
from worktime.explain import CountedDay, CountedPause, Explanation, explain
from worktime.hours import SHANGHAI, OfficeHours, Period, local
from worktime.ledger import (
    Budget,
    Extension,
    FreshStart,
    Ledger,
    Pause,
    StartRule,
    Unit,
    calendar_days,
    half_working_days,
    hours_budget,
    office_minutes,
    working_days,
)
from worktime.lines import explain_lines
from worktime.notices import Notice, NoticeDay, NoticeError, parse_notice, read_notices, unforeseen
from worktime.office import add_office_minutes, office_minutes_between, office_time_between, split_minutes
from worktime.wording import amount_in_words, deadline_in_words, last_minute, moment_in_words, unit_in_words

__all__ = [
    "SHANGHAI",
    "Budget",
    "Calendar",
    "CountedDay",
    "CountedPause",
    "Day",
    "Due",
    "Explanation",
    "Extension",
    "FreshStart",
    "Held",
    "Holiday",
    "Ledger",
    "MakeUpDay",
    "Notice",
    "NoticeDay",
    "NoticeError",
    "OfficeHours",
    "Official",
    "OutOfCalendarError",
    "Pause",
    "Period",
    "Provisional",
    "StartRule",
    "Unit",
    "UnpublishedDay",
    "Weekend",
    "WorkingDay",
    "add_office_minutes",
    "amount_in_words",
    "breach_after",
    "calendar_days",
    "deadline_in_words",
    "due",
    "earlier_of",
    "explain",
    "explain_lines",
    "half_working_days",
    "hours_budget",
    "last_minute",
    "load_calendar",
    "local",
    "moment_in_words",
    "office_minutes",
    "office_minutes_between",
    "office_time_between",
    "parse_notice",
    "read_notices",
    "remaining",
    "remind_by",
    "split_minutes",
    "unforeseen",
    "unit_in_words",
    "working_days",
    "works",
]
