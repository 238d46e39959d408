"""Structured logs without personal data: JSON lines for machines, colours for a terminal."""

from __future__ import annotations

import json.encoder
import logging
import re
import sys
import traceback
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final, Literal, NamedTuple

import structlog

from chassis.clock import wall
from chassis.service import Record
from schemas.recognised import masked

_MOBILE: Final = re.compile(r"(?<![0-9])(1[3-9][0-9])[0-9]{4}([0-9]{4})(?![0-9])")
_REMEMBERED: Final = 4_096
_TEXT: Final = json.encoder.encode_basestring


def configure(kind: Literal["json", "console"], service: str, worker: str) -> None:
    """Set up structlog, and let what libraries say through the same door; call once, before anything is logged."""
    fixed = {"service": service, "worker": worker}

    def named(_: Any, __: str, event: Any) -> Any:
        return fixed | event

    shared: list[Any] = [
        named,
        _without_numbers,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False, default=str)
        if kind == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(sys.stdout),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(processors=[_without_traceback, renderer], foreign_pre_chain=shared)
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)


def _without_numbers(_: Any, __: str, event: Any) -> Any:
    """Whatever text a line quotes: no identity-card, bank-card or mobile number of anybody stands in it."""
    return {name: hidden(value) if isinstance(value, str) else value for name, value in event.items()}


@lru_cache(_REMEMBERED)
def hidden(text: str) -> str:
    """The text as a line of a log may quote it; what subjects are called stands in many lines."""
    return _MOBILE.sub(r"\1****\2", masked(text))


def _without_traceback(_: Any, __: str, event: Any) -> Any:
    """Library tracebacks may quote what they worked on: keep where it happened, drop the words."""
    for name in ("_record", "_from_structlog"):
        event.pop(name, None)
    if (info := event.pop("exc_info", None)) and isinstance(info, tuple):
        event["exception"] = where(info[1])
    return event


def where(error: BaseException) -> list[str]:
    """The kinds and places of an exception and its causes, without their texts, which may hold personal data."""
    found: list[str] = []
    current: BaseException | None = error
    while current is not None:
        found.append(type(current).__qualname__)
        found += [
            f"{frame.filename}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(current.__traceback__)[-6:]
        ]
        current = current.__cause__ or current.__context__
    return found


class Line(NamedTuple):
    """What became of one record; no field may hold personal data."""

    record: Record
    outcome: str
    reason: str = ""
    type: str = ""
    subject: str = ""
    events: int = 0


class Canonical:
    """One line for each record handled, a whole batch written at once."""

    def __init__(self, kind: Literal["json", "console"], service: str, worker: str) -> None:
        """`kind` is as in `configure`; each line names the service and the worker."""
        self._head = f'{{"service":{_TEXT(service)},"worker":{_TEXT(worker)},"event":"record","level":"info"'
        self._json = kind == "json"
        self._log = structlog.get_logger()

    def write(self, lines: Sequence[Line], milliseconds: float) -> None:
        """Write the lines of a transaction that took so long."""
        if not self._json:
            for (topic, partition, offset, *_), *rest in lines:
                place = {"topic": topic, "partition": partition, "offset": offset, "ms": milliseconds}
                self._log.info("record", **place, **dict(zip(Line._fields[1:], rest, strict=True)))
            return
        # Written by hand, for it is done for every record: a JSON encoder takes four times as long.
        head = f'{self._head},"timestamp":"{wall().isoformat()}","ms":{milliseconds}'
        texts = [
            f'{head},"topic":{_TEXT(record[0])},"partition":{record[1]},"offset":{record[2]},"outcome":"{outcome}"'
            f',"reason":"{reason}","type":{_TEXT(kind)},"subject":{_TEXT(hidden(subject))},"events":{events}}}\n'
            for record, outcome, reason, kind, subject, events in lines
        ]
        sys.stdout.write("".join(texts))
        sys.stdout.flush()
