"""Every metric of the chassis, by name: one prefix, base units, bounded labels."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from prometheus_client import Counter, Gauge, Histogram, disable_created_metrics

from chassis.lane import Alarm
from chassis.service import Service
from schemas.message import MODELS, Message
from schemas.registry import TopicKind

PREFIX: Final = "liuhen_"
disable_created_metrics()  # type: ignore[no-untyped-call]
_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 30.0, 120.0, 600.0, 3600.0)
"""To an hour: what waited through an outage is told as what it was, and not as the last bucket."""

RECORDS: Final = Counter(PREFIX + "records", "Records by what became of them.", ["service", "topic", "outcome"])
EVENTS: Final = Counter(
    PREFIX + "events", "Facts recorded, by type and by what the type counts apart.", ["service", "type", "detail"]
)
PUBLISHED: Final = Counter(PREFIX + "published", "Messages acknowledged by the broker.", ["service", "topic"])
TURN: Final = Histogram(
    PREFIX + "turn_seconds", "Lane transactions, from lock to commit.", ["service"], buckets=_SECONDS
)
HOP: Final = Histogram(
    PREFIX + "hop_seconds",
    "From a record's append to the acknowledgement of what followed.",
    ["service"],
    buckets=_SECONDS,
)
LAG: Final = Gauge(PREFIX + "lag_seconds", "Age of the oldest record that waits to be handled.", ["service"])
LANES: Final = Gauge(PREFIX + "lanes", "Lanes assigned, by whether they run.", ["service", "state"])
PAUSED: Final = Gauge(
    PREFIX + "lane_paused",
    "1 for each lane that stands still; one of an inbound topic names its sender.",
    ["service", "lane"],
)
RETRIES: Final = Counter(PREFIX + "retries", "Transient failures that were tried again.", ["service", "cause"])
SMALLER_PORTIONS: Final = Counter(
    PREFIX + "smaller_portions", "How often less was done at once, for it took too long or failed.", ["service", "work"]
)
ALARMS: Final = Counter(PREFIX + "alarms", "What must never happen and needs a person.", ["service", "kind"])
DEAD_LETTERS: Final = Counter(
    PREFIX + "dead_letters", "Records that could not be taken.", ["service", "topic", "reason"]
)
DEAD_LETTERS_KEPT: Final = Gauge(
    PREFIX + "dead_letters_kept",
    "Dead letters that lie in the table, of the lanes open here.",
    ["service", "topic", "reason"],
)
PARKED: Final = Gauge(
    PREFIX + "parked_tickets", "Tickets that wait behind a record that could not be read.", ["service"]
)
OUTLET_WAITING: Final = Gauge(
    PREFIX + "outlet_waiting_messages", "Messages for outsiders that wait to be published.", ["service", "topic"]
)
TIMERS_FIRED: Final = Counter(PREFIX + "timers_fired", "Timers that fired.", ["service"])
TIMER_LATE: Final = Histogram(
    PREFIX + "timer_late_seconds", "How long after its due time a timer fired.", ["service"], buckets=_SECONDS
)
HTTP_REQUESTS: Final = Counter(
    PREFIX + "http_requests", "Answers of HTTP doors; 500 is a bug.", ["service", "route", "status"]
)
LOGINS: Final = Counter(PREFIX + "logins", "Logins that were tried, by what became of it.", ["service", "outcome"])
READY: Final = Gauge(PREFIX + "ready", "1 when the service does its work, 0 when something is in its way.", ["service"])
BROKER_AHEAD: Final = Gauge(
    PREFIX + "broker_clock_ahead_seconds",
    "How far the broker's clock is ahead of the service's, by what it stamped last; below zero: behind.",
    ["service"],
)
NOW: Final = Gauge(PREFIX + "now_timestamp_seconds", "The clock by which the service lives.", ["service"])


def begin_at_zero(service: Service) -> None:
    """Let counters exist before they count: a rate cannot see the first step of one that comes out of nothing."""
    own = {
        topic.messages for topic in service.topics if topic.owner == service.name and topic.kind is TopicKind.INTERNAL
    }
    for model in MODELS.values():
        if model.family in own:
            for detail in _details(model):
                EVENTS.labels(service.name, model.type_name, detail)
    for kind in (*Alarm, "paused", "unprocessable", "bug"):
        ALARMS.labels(service.name, kind)


def _details(model: type[Message]) -> Iterable[str]:
    """What messages of a type can be counted under, as far as that is known beforehand."""
    if not model.counted_by:
        return ("",)
    kind = model.model_fields[model.counted_by].annotation
    return tuple(kind) if isinstance(kind, type) and issubclass(kind, StrEnum) else ()
