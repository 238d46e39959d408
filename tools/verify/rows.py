"""What verify reads of tables, row by row."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple


class EventRow(NamedTuple):
    """One row of a service's event table.

    `digest` is the MD5 of its body as it was said, None where somebody was forgotten of whom it says something.
    """

    service: str
    lane: str
    number: int
    topic: str
    partition: int
    sequence: int
    id: str
    key: str
    type: str
    digest: bytes | None
    recorded: datetime
    body: str = ""


class HeardRow(NamedTuple):
    """How far a service heard a source."""

    service: str
    topic: str
    partition: int
    source: str
    sequence: int


class EntryRow(NamedTuple):
    """One entry of trace."""

    topic: str
    partition: int
    source: str
    sequence: int
    id: str
    ticket: str


class HistoryRow(NamedTuple):
    """One fact of a history: its type, its body as JSON text, the moment by which it is judged."""

    type: str
    body: str
    at: datetime


class RedactionRow(NamedTuple):
    """One redaction: of which ticket, keyed hash and length of the passage, and the moment by which it is judged."""

    ticket: str
    seal: str
    length: int
    at: datetime


class TimerRow(NamedTuple):
    """One timer of a key as the table has it; `now` is its lane's own time."""

    key: str
    name: str
    due: datetime
    status: str
    now: datetime | None


class DeliveryRow(NamedTuple):
    """One message to one addressee, and how many of its attempts delivered it, or await being told of."""

    ticket: str
    notice: str
    audience: str
    status: str
    delivered: int
    untold: int
