"""The promises about events and offsets: what was recorded, published and heard, held against one another."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime

from pydantic_core import from_json

from schemas.public import DeskTask
from tools.client.backlog import NextOffset, unread
from tools.verify.contents import Contents, Writer
from tools.verify.findings import CheckResult, Finding
from tools.verify.marks import Mark, NumberMarks
from tools.verify.rows import EntryRow, EventRow, HeardRow
from vocabulary import Chinese

Partition = tuple[str, int]


def order_kept(contents: Contents) -> CheckResult:
    """Each source's numbers follow one another on each partition, and stand for one event each."""
    events = sum(map(len, contents.marks.values()))
    return CheckResult("每个来源的事件连续、有序", events, contents.disorder)


class EventsCheck:
    """Holds the event tables against the topics, row by row."""

    def __init__(
        self,
        contents: Contents,
        before: Mapping[tuple[str, str], int],
        services: Collection[str],
        certain_since: datetime | None = None,
    ) -> None:
        """`before` is each lane's next number before the topics were read: what lies below must stand on them.

        Where a window is looked at, what was recorded from `certain_since` on cannot stand before it.
        """
        self._certain_since = certain_since
        self.moved: set[str] = set()
        """The keys of which something was recorded that was not yet on its topic when that was read."""
        self._contents, self._before, self._services = contents, before, services
        self._seen: defaultdict[Writer, NumberMarks] = defaultdict(NumberMarks)
        self._ids: defaultdict[str, set[int]] = defaultdict(set)
        self._replaced: dict[Writer, set[int]] = {}
        self._rows = 0
        self._unpublished: list[Finding] = []
        self._altered: list[Finding] = []
        self._doubled: list[Finding] = []

    def take(self, event: EventRow) -> None:
        """Look at one row."""
        self._rows += 1
        name = f"{event.service} 的 {event.type} {event.id} "
        ids, number = self._ids[event.service], int(event.id.replace("-", ""), 16)
        if number in ids:
            self._doubled.append(Finding(event.key, Chinese(f"{name}记录了不止一次")))
        ids.add(number)
        source = Writer(event.topic, event.partition, f"liuhen/{event.service}/{event.lane}")
        mark = self._contents.mark(source, event.sequence)
        if mark is not None and mark.id == event.id:
            self._seen[source].add(event.sequence)
            if event.digest is not None and mark.digest != event.digest:
                self._altered.append(Finding(event.key, Chinese(f"{name}在主题 {event.topic} 上与表里的内容不同")))
        elif mark is None and event.number >= self._before.get((event.service, event.lane), 1):
            self.moved.add(event.key)
        elif mark is None and self._contents.is_replaced(source, event.sequence, event.key, _task_of(event)):
            self._replaced.setdefault(source, set()).add(event.sequence)
        elif mark is not None or not self._may_be_gone(source, event):
            self._unpublished.append(Finding(event.key, Chinese(f"{name}已记录，不在主题 {event.topic} 上")))

    def _may_be_gone(self, source: Writer, event: EventRow) -> bool:
        certain = self._certain_since is not None and event.recorded >= self._certain_since
        return not certain and self._contents.is_gone(source, event.sequence)

    def unmatched(self) -> Iterator[tuple[Writer, int, Mark]]:
        """What stands on the topics and in no row that was taken."""
        ours = [source for source in self._contents.marks if source.service in self._services]
        return self._contents.left(self._seen, ours)

    def results(self) -> list[CheckResult]:
        """Return what was found, once all rows were taken."""
        ours = [source for source in self._contents.marks if source.service in self._services]
        strangers = [
            Finding(mark.subject, Chinese(f"{source.source} 的第 {sequence} 号在主题 {source.topic} 上，从未记录"))
            for source, sequence, mark in self.unmatched()
        ]
        marks = sum(len(self._contents.marks[source]) for source in ours)
        return [
            CheckResult("表里的每个事件都在主题上", self._rows, [*self._unpublished, *self._lost()]),
            CheckResult("主题上的每个事件都在表里", marks, strangers),
            CheckResult("主题与表里的内容一字不差", self._rows, self._altered),
            CheckResult("没有重复的效果", sum(map(len, self._ids.values())), self._doubled),
        ]

    def _lost(self) -> list[Finding]:
        """Numbers that compaction cannot have taken, for nothing in the tables says what they were."""
        return [
            Finding(_at(source[:2]), Chinese(f"{source.source} 的第 {sequence} 号既没有记录，也不在主题上"))
            for source, sequences in self._contents.skipped.items()
            for sequence in sorted(sequences - self._replaced.get(source, set()))
        ]


class EntriesCheck:
    """Holds trace's entries against the topics that it hears, row by row."""

    def __init__(self, contents: Contents, topics: Collection[str]) -> None:
        """`topics` are those that trace hears."""
        self._contents, self._topics = contents, topics
        self._seen: defaultdict[Writer, NumberMarks] = defaultdict(NumberMarks)
        self._rows = 0
        self._findings: list[Finding] = []

    def take(self, entry: EntryRow) -> None:
        """Look at one entry; what came after the topics were read is left out."""
        self._rows += 1
        source = Writer(entry.topic, entry.partition, entry.source)
        mark = self._contents.mark(source, entry.sequence)
        name = f"主题 {entry.topic} 上 {entry.source} 的第 {entry.sequence} 号"
        if mark is None:
            if entry.sequence <= self._contents.last(source) and not self._contents.is_gone(source, entry.sequence):
                self._findings.append(Finding(entry.ticket, Chinese(f"留痕记有{name}，主题上没有")))
            return
        seen = self._seen[source]
        if entry.sequence in seen:
            self._findings.append(Finding(entry.ticket, Chinese(f"留痕把{name}记了两次")))
        elif mark.id != entry.id:
            self._findings.append(Finding(entry.ticket, Chinese(f"留痕记的{name}是另一个标识")))
        seen.add(entry.sequence)

    def result(self) -> CheckResult:
        """Return what was found, once all entries were taken."""
        heard = [source for source in self._contents.marks if source.topic in self._topics]
        missing = [
            Finding(mark.subject, Chinese(f"{source.source} 的第 {sequence} 号在主题 {source.topic} 上，留痕里没有"))
            for source, sequence, mark in self._contents.left(self._seen, heard)
        ]
        return CheckResult("留痕一条不少、一条不多", self._rows, [*self._findings, *missing])


def everything_heard(
    listened: Sequence[HeardRow], contents: Contents, readers: Mapping[str, Sequence[str]]
) -> CheckResult:
    """Each reader of a topic heard each source to its end."""
    heard = {(each.service, each.topic, each.partition, each.source): each.sequence for each in listened}
    findings = []
    looked_at = 0
    for source in contents.marks:
        for service in readers.get(source.topic, ()):
            looked_at += 1
            last, reached = contents.last(source), heard.get((service, *source), 0)
            if reached < last:
                text = Chinese(f"{service} 听 {source.source} 只到第 {reached} 号，共 {last} 号")
                findings.append(Finding(_at((source.topic, source.partition)), text))
    return CheckResult("每个事件都被下游听到", looked_at, findings)


def offsets_behind(
    next_offsets: Sequence[NextOffset], ends: Mapping[Partition, int], committed: Mapping[str, Mapping[Partition, int]]
) -> CheckResult:
    """No service says that it read what is not there, and none committed more than it did."""
    findings = []
    for each in next_offsets:
        place = (each.topic, each.partition)
        if place in ends and each.offset > ends[place]:
            findings.append(
                Finding(_at(place), Chinese(f"{each.service} 要从 {each.offset} 读起，主题到 {ends[place]} 为止"))
            )
        offset = committed.get(each.service, {}).get(place, 0)
        if offset > each.offset:
            findings.append(Finding(_at(place), Chinese(f"{each.service} 提交了 {offset}，只做到 {each.offset}")))
    return CheckResult("位移从未超前", len(next_offsets), findings)


def everything_read(next_offsets: Sequence[NextOffset], ends: Mapping[Partition, int]) -> CheckResult:
    """Each service read its inputs to their ends."""
    findings = [
        Finding(
            _at((each.topic, each.partition)),
            Chinese(f"{each.service} 读了 {each.offset} 条，共 {each.offset + waiting} 条"),
        )
        for each in next_offsets
        if (waiting := unread(each, ends))
    ]
    return CheckResult("每条输入都已读完", len(next_offsets), findings)


def standing_services(
    before: Sequence[NextOffset], now: Sequence[NextOffset], ends: Mapping[Partition, int]
) -> list[Finding]:
    """Services with records before them that read none of them all the while."""
    moved = {each.service for each in set(now) - set(before)}
    backlog: Counter[str] = Counter()
    for each in now:
        backlog[each.service] += unread(each, ends)
    return [
        Finding(service, Chinese(f"停住了：什么也没有听到，有 {count} 条在等它"))
        for service, count in sorted(backlog.items())
        if count and service not in moved
    ]


def _task_of(event: EventRow) -> str:
    """Which task of a ticket a message at the desk tells of."""
    return str(from_json(event.body)["task"]) if event.type == DeskTask.type_name else ""


def _at(place: Partition) -> str:
    return f"{place[0]}/{place[1]}"
