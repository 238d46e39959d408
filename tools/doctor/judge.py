"""What is made of a look at a system: each finding names its consequence and the next thing to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Final, NamedTuple

_SKEW: Final = timedelta(seconds=2)
_MANY_WAITING: Final = 1_000
_CALENDAR_AHEAD: Final = timedelta(days=60)
_ROSTER_AHEAD: Final = timedelta(days=7)
_DAYS_LEFT: Final = 14.0
_CERTIFICATE_AHEAD: Final = timedelta(days=30)
_VERIFIED_WITHIN: Final = timedelta(hours=26)
_STAMP_LATE: Final = timedelta(seconds=5)
"""A stamp travels back to the service that reads it, and a busy machine delays it."""
_WAITS: Final = {
    "broker": "消息系统",
    "database": "数据库",
    "opening": "分区打不开，在重试",
    "start": "还在启动",
}
"""What a worker says is in its way."""
_FREE: Final = 0.1


class Severity(IntEnum):
    """How bad it is; also the exit code: whoever runs it in a script looks at nothing else."""

    FINE = 0
    WARNING = 1
    CRITICAL = 2


class Finding(NamedTuple):
    """What is wrong with what, and what to do."""

    severity: Severity
    about: str
    words: str
    then: str


@dataclass(frozen=True, slots=True)
class Part:
    """A process that was started here."""

    name: str
    alive: bool
    ready: bool
    waits: tuple[str, ...] = ()
    """What is in its way, by the names of `/ready`."""


@dataclass(frozen=True, slots=True)
class Tables:
    """What stands in the tables of one service."""

    paused: tuple[str, ...] = ()
    parked: int = 0
    dead_letters: int = 0
    outside_of_months: int = 0
    """Rows of the default partition: a month's own partition was missing when they came."""
    untold: int = 0
    """Open tickets of which somebody could not be told something by any way; trace knows."""
    otherwise_at_city: int = 0
    """How the city's list differed from what trace noted, this morning."""
    kept_from_city: int = 0
    """What the city's platform was to be told, and did not take so far; notify knows."""


@dataclass(frozen=True, slots=True)
class Disk:
    """The disk on which the system writes; `daily` is what it grew by on a day of the last week, 0 where unknown."""

    total: int
    free: int
    daily: int = 0


class LastVerified(NamedTuple):
    """The newest run of `liuhen verify`."""

    began: datetime
    broken: int
    """How many promises it found broken."""


@dataclass(frozen=True, slots=True)
class Look:
    """Everything that was seen at one moment; None where whoever was asked did not answer."""

    now: datetime
    """By the clock that services live by."""
    real: datetime
    """By this machine's."""
    parts: tuple[Part, ...] = ()
    members: Mapping[str, int] | None = None
    waiting: Mapping[str, int] = field(default_factory=dict)
    tables: Mapping[str, Tables] | None = None
    database_ahead: timedelta = timedelta()
    broker_ahead: timedelta = timedelta()
    """By what services read from its stamps."""
    certificates: Mapping[str, datetime] = field(default_factory=dict)
    """Until when each is good."""
    topics: tuple[str, ...] = ()
    """Those that are missing, or not as the registry asks for."""
    disk: Disk | None = None
    verified: LastVerified | None = None
    """None where it never ran."""
    first_step: datetime | None = None
    """When the oldest step that the database still has was recorded."""
    calendar_until: datetime | None = None
    roster_until: datetime | None = None
    """Up to when shifts cover every moment from now on; None where the standing order alone is told."""


def judge(look: Look) -> list[Finding]:
    """Tell what is wrong, the worst first."""
    found = [
        *_parts(look),
        *_services(look),
        *_tables(look),
        *_verified(look),
        *_clocks(look),
        *_disk(look),
        *_dates(look),
    ]
    return sorted(found, key=lambda finding: -finding.severity)


def _parts(look: Look) -> Iterator[Finding]:
    for part in look.parts:
        if not part.alive:
            yield Finding(
                Severity.CRITICAL, part.name, "已经结束", "运行 liuhen up 重新启动；先看其日志末尾为什么结束。"
            )
        elif not part.ready and not _follows(part, look):
            causes = "、".join(_WAITS.get(name, name) for name in part.waits)
            words = f"在运行，没有就绪：{causes}" if causes else "在运行，没有就绪"
            yield Finding(Severity.CRITICAL, part.name, words, "先恢复挡住它的；看它的 /ready 和日志末尾。")


def _follows(part: Part, look: Look) -> bool:
    """Whether a worker only waits for what is known to be away: that is said once."""
    away = {"broker"} if look.members is None else set[str]()
    away |= {"database", "opening"} if look.tables is None else set()
    return bool(part.waits) and away >= set(part.waits)


def _services(look: Look) -> Iterator[Finding]:
    if look.members is None:
        yield Finding(Severity.CRITICAL, "消息系统", "没有应答", "先恢复消息系统，各服务随后自行就绪。")
        return
    if look.topics:
        some = "、".join(look.topics[:3]) + (f" 等 {len(look.topics)} 个" if len(look.topics) > 3 else "")  # noqa: PLR2004
        then = "用 liuhen topics apply 先看差在哪里，再改正。分区数不同的不会改：查是不是连错了消息系统。"
        yield Finding(Severity.CRITICAL, "主题", f"{some} 没有，或者与登记的不同", then)
    for service, members in look.members.items():
        waiting = look.waiting.get(service, 0)
        if members == 0:
            words = f"没有一个进程在处理，{waiting} 条在等"
            yield Finding(Severity.CRITICAL, service, words, f"运行 liuhen worker start {service}。")
        elif waiting > _MANY_WAITING:
            words = f"{members} 个进程在处理，{waiting} 条在等"
            then = f"过一分钟再看：在减少就等着；不减少查数据库，或者用 liuhen worker start {service} 加一个进程。"
            yield Finding(Severity.WARNING, service, words, then)


def _tables(look: Look) -> Iterator[Finding]:
    if look.tables is None:
        yield Finding(Severity.CRITICAL, "数据库", "没有应答", "先恢复数据库，各服务随后自行就绪。")
        return
    for service, its in look.tables.items():
        for lane in its.paused:
            then = f"排除原因后 liuhen lanes resume {service} {lane}；原因见 liuhen lanes list --paused。"
            yield Finding(Severity.CRITICAL, service, f"分区 {lane} 停住，其中的工单都在等", then)
        if its.parked:
            then = "用 liuhen dead-letters list 看原因，改好后 liuhen dead-letters replay。"
            yield Finding(Severity.CRITICAL, service, f"{its.parked} 张工单被搁置", then)
        if its.dead_letters:
            then = "用 liuhen dead-letters list 看原因；是来件方的错请其改正重发，是我们的错改好后 replay。"
            yield Finding(Severity.WARNING, service, f"{its.dead_letters} 件死信", then)
        if its.outside_of_months:
            then = "服务每天自建以后月份的分区；仍有增加，请看其日志里的 months。"
            yield Finding(Severity.WARNING, service, f"{its.outside_of_months} 行在默认分区，不在所属月份", then)
        if its.untold:
            then = "在工作台的“通知送不到”队列里逐件人工告知；同一方式大量送不到，查该方式的网关。"
            yield Finding(Severity.WARNING, "通知", f"{its.untold} 件在办工单有通知没有送到", then)
        if its.otherwise_at_city:
            then = "用 liuhen reconcile 逐件看是哪一边的错，按各自的办法改正；明早自动再对。"
            yield Finding(Severity.WARNING, "市级平台", f"两边所记有 {its.otherwise_at_city} 处不同", then)
        if its.kept_from_city:
            then = "查对方是否应答、LIUHEN_CITY_TOKEN 是否有效；恢复后按顺序自行补报，不要手工重报。"
            yield Finding(Severity.WARNING, "市级平台", f"{its.kept_from_city} 条办理情况报过，对方没有收下", then)


def _verified(look: Look) -> Iterator[Finding]:
    last = look.verified
    if last is not None and last.broken:
        then = "运行 liuhen verify 看是哪些工单；不要改任何表，请开发人员来看。"
        yield Finding(Severity.CRITICAL, "核验", f"最近一次发现 {last.broken} 项承诺没有守住", then)
    since = last.began if last is not None else look.first_step
    if since is not None and look.real - since > _VERIFIED_WITHIN:
        hours = (look.real - since) // timedelta(hours=1)
        words = f"{hours} 小时没有核验了" if last is not None else f"运行了 {hours} 小时，从来没有核验"
        then = "运行 liuhen verify --since 26h；再查每夜的定时任务为什么没有运行。"
        yield Finding(Severity.WARNING, "核验", words, then)


def _clocks(look: Look) -> Iterator[Finding]:
    ahead = look.database_ahead
    if abs(ahead) > _SKEW:
        words = f"比本机{'快' if ahead > timedelta() else '慢'} {abs(ahead).total_seconds():.1f} 秒"
        yield Finding(Severity.WARNING, "数据库的时钟", words, "各台机器都对时（NTP）：时限按消息系统盖的时刻算。")
    stamped = look.broker_ahead
    if abs(stamped) > _STAMP_LATE:
        words = f"比服务所在的机器{'快' if stamped > timedelta() else '慢'} {abs(stamped).total_seconds():.1f} 秒"
        then = "消息系统所在的机器立即对时（NTP）：它盖的时刻就是来件时刻，期限由此算起。"
        yield Finding(Severity.CRITICAL, "消息系统的时钟", words, then)


def _disk(look: Look) -> Iterator[Finding]:
    disk = look.disk
    if disk is None:
        return
    days = disk.free / disk.daily if disk.daily else None
    if disk.free < _FREE * disk.total or (days is not None and days < _DAYS_LEFT):
        left = "" if days is None else f"，按近一周的增长还够 {days:.0f} 天"
        words = f"只剩 {disk.free / 2**30:.1f} GiB（{disk.free / disk.total:.0%}）{left}"
        yield Finding(
            Severity.WARNING, "磁盘", words, "扩容，或者把旧月份的分区归档后移走。写满之前，来件会先交不进来。"
        )


def _dates(look: Look) -> Iterator[Finding]:
    for name, end in look.certificates.items():
        if end - look.real < _CERTIFICATE_AHEAD:
            over = end <= look.real
            words = "证书已过期" if over else f"证书还剩 {(end - look.real).days} 天（到 {end:%Y-%m-%d}）"
            then = "换上新的证书并重启用它的进程；试用的用 liuhen certificates 重做。"
            yield Finding(Severity.CRITICAL if over else Severity.WARNING, name, words, then)
    until = look.calendar_until
    if until is not None and until - look.now < _CALENDAR_AHEAD:
        over = until <= look.now
        words = f"官方日历{'已到头' if over else f'还剩 {(until - look.now).days} 天'}（{until:%Y-%m-%d} 起没有）"
        then = "国务院公布下一年安排后，运行 liuhen calendar apply。"
        yield Finding(Severity.CRITICAL if over else Severity.WARNING, "日历", words, then)
    roster = look.roster_until
    if roster is not None and roster - look.now < _ROSTER_AHEAD:
        words = f"值班表只排到 {roster:%m月%d日%H:%M}，其后只叫 duty.yaml 里的 default"
        yield Finding(Severity.WARNING, "值班", words, "在 policy/duty.yaml 里续排，再用 liuhen policy validate 检查。")
