"""An explanation in Chinese, line by line, for people at a terminal."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final, assert_never

from worktime.days import WEEKDAY_NAMES, Day, Holiday, MakeUpDay, UnpublishedDay, Weekend, WorkingDay
from worktime.due import Held, Official, Provisional
from worktime.explain import CountedDay, CountedPause, Explanation
from worktime.hours import local
from worktime.ledger import Extension, StartRule
from worktime.wording import amount_in_words, last_minute

_STARTS: Final = {
    StartRule.MOMENT: "即时起算",
    StartRule.DAY_AFTER: "收到当日不计，次日起算",
    StartRule.SAME_DAY: "收到当日计入",
}
_NOTHING: Final = timedelta(0)


def explain_lines(explanation: Explanation, words: Mapping[str, str] | None = None) -> list[str]:
    """The explanation day by day in Chinese; ``words`` gives names to policies, grounds and approvers known by code."""
    names = words or {}
    return [
        *_head(explanation, names),
        *(_extension(extension, names) for extension in explanation.extensions),
        *(_pause(pause, names) for pause in explanation.pauses),
        *_days(explanation),
        _due(explanation),
    ]


def _head(explanation: Explanation, names: Mapping[str, str]) -> Iterator[str]:
    budget = explanation.budget
    policy = names.get(explanation.policy, explanation.policy)
    amount = f"{amount_in_words(budget.amount, budget.unit)}，{_STARTS[budget.start]}"
    yield f"规则：{policy}（{explanation.policy_version}），{amount}"
    if budget.unit.is_office_time:
        periods = "、".join(f"{period.opens:%H:%M}–{period.closes:%H:%M}" for period in explanation.hours.periods)
        yield f"日历：{explanation.calendar_version}，官方公布至 {explanation.official_until}"
        yield f"办公时间：{periods}，每个工作日 {_duration(explanation.hours.day)}"
    else:
        yield "连续计时：夜间、周末、节假日照计"
    yield f"开始：{_moment(explanation.started_at)}"
    for fresh in explanation.fresh_starts:
        yield f"重新起算：{_moment(fresh.at)}（{names.get(fresh.ground, fresh.ground)}{_by(fresh.approver, names)}）"
    if explanation.counting_from != explanation.begins_at:
        yield f"计时：自 {_moment(explanation.counting_from)}"


def _extension(extension: Extension, names: Mapping[str, str]) -> str:
    ground = names.get(extension.ground, extension.ground)
    granted = amount_in_words(extension.amount, extension.unit)
    return f"延期：{_moment(extension.at)} 准延 {granted}（{ground}{_by(extension.approver, names)}）"


def _pause(counted: CountedPause, names: Mapping[str, str]) -> str:
    pause = counted.pause
    ground = f"{names.get(pause.ground, pause.ground)}{_by(pause.approver, names)}"
    if pause.end is None:
        return f"暂停：自 {_moment(pause.start)} 起（{ground}），尚未恢复"
    return f"暂停：{_moment(pause.start)} 至 {_moment(pause.end)}（{ground}），不计 {_duration(counted.covered)}"


def _by(approver: str | None, names: Mapping[str, str]) -> str:
    return "" if approver is None else f"，批准人 {names.get(approver, approver)}"


def _days(explanation: Explanation) -> Iterator[str]:
    full, first, earliest, latest = explanation.hours.day, local(explanation.counting_from).date(), 0, 0
    for counted in explanation.days:
        earliest += counted.earliest == full
        latest += counted.latest == full
        day = counted.day
        label = f"{day.date} {WEEKDAY_NAMES[day.date.weekday()]}{_kind(day)}"
        said = "收到当日，不计" if day.date < first else _said(counted, full, earliest, latest)
        yield f"  {label}：{said}"


def _kind(day: Day) -> str:
    match day:
        case WorkingDay() | Weekend():
            return ""
        case Holiday():
            return f" {day.name}"
        case MakeUpDay():
            return f" {day.name}（{day.festival}）"
        case UnpublishedDay():
            plain = day.name == WEEKDAY_NAMES[day.date.weekday()]
            return "（待公布）" if plain else f" {day.name}（待公布）"
        case _:
            assert_never(day)


def _said(counted: CountedDay, full: timedelta, earliest: int, latest: int) -> str:
    if counted.earliest != counted.latest:
        return f"最早按 {_duration(counted.earliest)} 计，最晚按 {_duration(counted.latest)} 计"
    if counted.latest == full:
        return f"第{earliest}个工作日" if earliest == latest else f"最早为第{earliest}个、最晚为第{latest}个工作日"
    return "不计" if counted.latest == _NOTHING else f"计 {_duration(counted.latest)}"


def _due(explanation: Explanation) -> str:
    found = explanation.due
    match found:
        case Official():
            return f"到期：{_deadline(found.at)}{_whole(explanation)}"
        case Provisional():
            bounds = f"最早 {_deadline(found.earliest)}，最晚 {_deadline(found.latest)}"
            between = bounds if found.earliest != found.latest else _deadline(found.latest)
            return f"到期（暂定）：{between}{_whole(explanation)}；放假安排公布后重新计算"
        case Held():
            return f"暂停中：剩余 {_duration(found.remaining)}，恢复后续计"
        case _:
            assert_never(found)


def _whole(explanation: Explanation) -> str:
    """Why a limit that was interrupted does not end to the minute."""
    paused = any(counted.covered for counted in explanation.pauses)
    if not (explanation.budget.unit.is_days and paused):
        return ""
    return "（按日计，当日下班为止）" if explanation.budget.unit.is_office_time else "（按日计，当日二十四时为止）"


def _moment(at: datetime) -> str:
    here = local(at)
    seconds = f"{here:%H:%M}" if not here.second else f"{here:%H:%M:%S}"
    return f"{here.date()} {WEEKDAY_NAMES[here.weekday()]} {seconds}"


def _deadline(at: datetime) -> str:
    day, hour = last_minute(at)
    return _moment(at) if local(at).second else f"{day} {WEEKDAY_NAMES[day.weekday()]} {hour}"


def _duration(length: timedelta) -> str:
    minutes, seconds = divmod(round(length.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    parts = ((hours, "小时"), (minutes, "分"), (seconds, "秒"))
    return "".join(f"{amount}{unit}" for amount, unit in parts if amount) or "0分"
