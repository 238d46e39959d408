"""What stands on the topics, boiled down while it is read: which number of which source is which event."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from sys import intern
from typing import NamedTuple

from schemas.envelope import Envelope
from tools.client.log import TopicRecord
from tools.verify.findings import Finding
from tools.verify.marks import Mark, Marks, NumberMarks
from tools.verify.redactions import Redaction
from vocabulary import Chinese

_PUBLIC = "liuhen.public."


class Writer(NamedTuple):
    """One writer on one partition; its numbers run from 1."""

    topic: str
    partition: int
    source: str

    @property
    def service(self) -> str:
        """The service that the writer is a lane of."""
        return self.source.split("/")[1] if self.source.count("/") > 1 else ""


class Newest(NamedTuple):
    """The newest message on a public topic about a subject; it replaces all earlier ones."""

    envelope: Envelope
    value: bytes


class Contents:
    """Everything that stood on the topics."""

    def __init__(
        self,
        trimmed: Collection[tuple[str, int]] = (),
        compacted: Collection[str] = (),
        redactions: Mapping[str, Redaction] | None = None,
    ) -> None:
        """`trimmed` are partitions whose beginning is gone by retention; of `compacted` topics the newest is left.

        What a topic still says of a ticket is read as its `redactions` leave it.
        """
        self.marks: dict[Writer, Marks] = {}
        self.newest: dict[tuple[str, str, str], Newest] = {}
        """By topic, subject and, where a topic tells of several things of one subject, which of them."""
        self.ends: dict[tuple[str, int], int] = {}
        self.disorder: list[Finding] = []
        self.skipped: dict[Writer, set[int]] = {}
        """Numbers that are missing on a compacted topic: legal where a newer message replaced each."""
        self.only: Collection[str] | None = None
        """The keys that are looked at, where these are not all."""
        self.said_again: list[Finding] = []
        """Redacted passages that were said after they had been redacted."""
        self._redactions = redactions or {}
        self._trimmed = frozenset(trimmed)
        self._compacted = frozenset(compacted)

    def take(self, record: TopicRecord) -> None:
        """Note one record; a repeat is legal, another event under the same number is not, nor is a gap."""
        self.ends[record.topic, record.partition] = record.offset + 1
        envelope = record.envelope
        if envelope is None or not envelope.sequence or record.value is None:
            self.disorder.append(Finding(place_of(record), Chinese("没有可读的信封或者序号")))
            return
        value = self._as_left(record, envelope, record.value)
        source = Writer(intern(record.topic), record.partition, intern(envelope.source))
        marks = self.marks.setdefault(source, Marks())
        mark = Mark(envelope.id, intern(envelope.subject), _digest(value))
        before = marks.get(envelope.sequence)
        if before is None and self.is_gone(source, envelope.sequence) and marks:
            return  # said again, of what stood there before the beginning
        if before is None:
            self._note(record._replace(value=value), source, marks, mark)
        elif before != mark:
            text = Chinese(f"{envelope.source} 的第 {envelope.sequence} 号说了两次，内容不同，在 {place_of(record)}")
            self.disorder.append(Finding(envelope.subject, text))

    def _as_left(self, record: TopicRecord, envelope: Envelope, value: bytes) -> bytes:
        """The body as redactions leave it; one that was said after them had nothing to be covered."""
        redaction = self._redactions.get(envelope.subject)
        if redaction is None:
            return value
        covered = redaction.overlay.body(value.decode()).encode()
        if covered != value and envelope.time > redaction.at:
            text = Chinese(f"涂去的内容在 {place_of(record)} 又说了一次：请有权涂去的人再涂去一次")
            self.said_again.append(Finding(envelope.subject, text))
        return covered

    def _note(self, record: TopicRecord, source: Writer, marks: Marks, mark: Mark) -> None:
        envelope = record.envelope
        assert envelope is not None  # noqa: S101 - the caller looked
        last = marks.last
        begins = not marks and (record.topic, record.partition) in self._trimmed
        if envelope.sequence > last + 1 and not begins and record.topic in self._compacted:
            self.skipped.setdefault(source, set()).update(range(last + 1, envelope.sequence))
        elif envelope.sequence != last + 1 and not begins:
            text = Chinese(f"{source.source} 在 {place_of(record)} 从第 {last} 号跳到第 {envelope.sequence} 号")
            self.disorder.append(Finding(envelope.subject, text))
        marks[envelope.sequence] = mark
        if record.topic.startswith(_PUBLIC) and record.value is not None:
            self._replace(record.topic, envelope, record.value)

    def _replace(self, topic: str, envelope: Envelope, value: bytes) -> None:
        about = ""
        if envelope.type.endswith(".desk-task.v1"):
            about = value.partition(b'"task":"')[2].partition(b'"')[0].decode()
        elif not envelope.type.endswith((".order.v1", ".callback-request.v1")):
            return
        self.newest[topic, intern(envelope.subject), about] = Newest(envelope, value)

    def was_told(self, topic: str, envelope: Envelope, value: str) -> None:
        """Note what stands on a public topic before what is going to be read of it."""
        self._replace(topic, envelope, value.encode())

    def mark(self, source: Writer, sequence: int) -> Mark | None:
        """What stands under a number of a source."""
        marks = self.marks.get(source)
        return None if marks is None else marks.get(sequence)

    def last(self, source: Writer) -> int:
        """The highest number of a source, 0 for none."""
        marks = self.marks.get(source)
        return 0 if marks is None else marks.last

    def is_gone(self, source: Writer, sequence: int) -> bool:
        """Whether a number may have stood there before retention took the beginning."""
        marks = self.marks.get(source)
        first = None if marks is None else marks.first
        return source[:2] in self._trimmed and (first is None or sequence < first)

    def is_replaced(self, source: Writer, sequence: int, subject: str, about: str) -> bool:
        """Whether compaction may have taken what stood there: a newer message about the same thing stands instead."""
        newest = self.newest.get((source.topic, subject, about))
        return source.topic in self._compacted and newest is not None and newest.envelope.sequence > sequence

    def left(
        self, seen: Mapping[Writer, NumberMarks], sources: Collection[Writer]
    ) -> Iterator[tuple[Writer, int, Mark]]:
        """What stands there of these sources and was not seen elsewhere."""
        for source in sources:
            known, marks = seen.get(source, NumberMarks()), self.marks[source]
            for sequence in marks:
                if sequence not in known:
                    yield source, sequence, marks[sequence]


def contents_of(records: Sequence[TopicRecord], trimmed: Collection[tuple[str, int]] = ()) -> Contents:
    """Boil records down."""
    contents = Contents(trimmed)
    for record in records:
        contents.take(record)
    return contents


def place_of(record: TopicRecord) -> str:
    """Name the place of a record."""
    return f"{record.topic}/{record.partition}@{record.offset}"


def _digest(value: bytes) -> bytes:
    return hashlib.md5(value, usedforsecurity=False).digest()
