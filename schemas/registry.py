"""The topics, and which message stands on which: read once from `topics.yaml`, checked against the message classes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from schemas import clocks, dispatch, inbound, notices, public, requests, rules, tickets
from schemas.files import read_yaml
from schemas.layout import ONE_MACHINE, Compression, Layout
from schemas.message import MODELS, Message, contracts
from schemas.values import Channel, Party, PartyKind

TOPICS_FILE: Final = Path(__file__).with_name("topics.yaml")
FAMILIES: Final = (inbound, tickets, dispatch, requests, clocks, notices, rules, public)
DEAD_LETTER_SUFFIX: Final = "-dlt"
VERSION: Final = "1.0.0"
"""The version of the published contract: the first digit changes when a client of before would be lost."""

TICKETS: Final = "liuhen.tickets.v1"
DISPATCH: Final = "liuhen.dispatch.v1"
CLOCKS: Final = "liuhen.clocks.v1"
NOTICES: Final = "liuhen.notices.v1"
REQUESTS: Final = "liuhen.requests.v1"
RULES: Final = "liuhen.rules.v1"
CALLBACKS: Final = "liuhen.public.callbacks.v1"
DESK: Final = "liuhen.public.desk.v1"

_INBOUND_DEPARTMENT: Final = "liuhen.inbound.department."
_PUBLIC_DEPARTMENT: Final = "liuhen.public.dispatch."
_STANDS_ON: Final[Mapping[str, tuple[str, ...]]] = {
    "liuhen.public.dispatch.{department}.v1": ("Order", "ReceiptGiven", "ReceiptRefused", "ShownContact"),
    "liuhen.public.callbacks.v1": ("CallbackRequest",),
    "liuhen.public.desk.v1": ("DeskTask", "ShownContact"),
    "liuhen.public.channel.callback.v1": ("ReceiptGiven", "ReceiptRefused"),
    "liuhen.public.channel.{channel}.v1": ("ReceiptGiven", "ReceiptRefused", "TicketNews"),
    "liuhen.public.channel.office.v1": ("ReceiptGiven", "ReceiptRefused", "DeviceAsked"),
}
ANSWERED: Final = (*(channel.value for channel in Channel), PartyKind.CITY.value, PartyKind.CALLBACK.value)
"""Who hears answers on a topic of its own, beside office and departments: channels, city and callback agency."""


class TopicKind(StrEnum):
    """Who writes and who reads: from outside, between services, to the outside, or what nobody could take."""

    INBOUND = "inbound"
    INTERNAL = "internal"
    PUBLIC = "public"
    DEAD_LETTER = "dead_letter"


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic as it must exist on the broker."""

    name: str
    kind: TopicKind
    writers: tuple[str, ...]
    """Principals that may write it: first its owner."""
    readers: tuple[str, ...]
    partitions: int
    config: Mapping[str, str]
    messages: str
    replicas: int = 1

    @property
    def owner(self) -> str:
        """The principal whose word this topic is."""
        return self.writers[0]

    @property
    def compacted(self) -> bool:
        """Whether of messages that replace one another only the newest is sure to stand there."""
        return "compact" in self.config.get("cleanup.policy", "")


def inbound_topic(party: Party) -> str:
    """Name the topic that a party, and nobody else, writes."""
    if party.kind is PartyKind.DEPARTMENT:
        return f"{_INBOUND_DEPARTMENT}{party.department}.v1"
    return f"liuhen.inbound.{party.kind}.v1"


def party_of(topic: str) -> Party:
    """Tell who speaks on an inbound topic; ValueError for any other topic."""
    if topic.startswith(_INBOUND_DEPARTMENT):
        code = topic.removeprefix(_INBOUND_DEPARTMENT).removesuffix(".v1")
        return Party(kind=PartyKind.DEPARTMENT, department=code)
    return Party(kind=PartyKind(topic.removeprefix("liuhen.inbound.").removesuffix(".v1")))


def department_topic(department: str) -> str:
    """Name the topic on which a department hears all that it must know."""
    return f"{_PUBLIC_DEPARTMENT}{department}.v1"


def department_of(topic: str) -> str | None:
    """Tell which department hears on a topic; None for any other topic."""
    inside = topic.startswith(_PUBLIC_DEPARTMENT)
    return topic.removeprefix(_PUBLIC_DEPARTMENT).removesuffix(".v1") if inside else None


def channel_topic(channel: str) -> str:
    """Name the topic on which a channel, the office or the callback agency hears answers."""
    return f"liuhen.public.channel.{channel}.v1"


def answer_topic(party: Party) -> str:
    """Name the topic on which a party hears what became of its submissions."""
    return department_topic(party.department) if party.department else channel_topic(party.kind)


def dead_letter_topic(topic: str) -> str:
    """Name the topic of what could not be taken from a topic."""
    return topic + DEAD_LETTER_SUFFIX


def model_of(type_name: str) -> type[Message] | None:
    """Find the class of a type name; None for a type that this version does not know."""
    return MODELS.get(type_name)


def partitions_of(topic: str, layout: Layout = ONE_MACHINE) -> int:
    """Tell how many partitions a topic of ours has; LookupError for a name that the topics file does not know."""
    return 1 if topic.endswith(DEAD_LETTER_SUFFIX) else _partitions(_entry_of(topic)[0], layout)


def _partitions(entry: Mapping[str, Any], layout: Layout) -> int:
    usual = layout.lanes if TopicKind(entry["kind"]) is TopicKind.INTERNAL else layout.channel_lanes
    return int(entry.get("partitions", usual))


def reader_of(topic: str) -> str:
    """Name the principal whose public topic this is; LookupError for a name that no row has."""
    entry, code = _entry_of(topic)
    return str(entry["readers"][0].format(department=code, channel=code))


def _entry_of(topic: str) -> tuple[Mapping[str, Any], str]:
    """Find the row of a topic, and the code in its name."""
    for entry in _file()["topics"]:
        head, _, rest = entry["name"].partition("{")
        tail = rest.partition("}")[2]
        if topic == entry["name"] or (rest and topic.startswith(head) and topic.endswith(tail)):
            return entry, topic.removeprefix(head).removesuffix(tail)
    raise LookupError(f"no topic of ours is called {topic}")


def topics(departments: Iterable[str], layout: Layout = ONE_MACHINE) -> tuple[Topic, ...]:
    """List every topic that must exist for these departments, dead-letter topics included, sorted by name."""
    codes = sorted(departments)
    spelled = [topic for entry in _file()["topics"] for topic in _expand(entry, codes, layout)]
    dead = [
        Topic(
            dead_letter_topic(topic.name),
            TopicKind.DEAD_LETTER,
            tuple(name for name in topic.readers if name in _services()),
            (),
            1,
            _laid_out(_config("internal", "forever"), layout),
            "",
            layout.replicas,
        )
        for topic in spelled
        if topic.kind in (TopicKind.INBOUND, TopicKind.INTERNAL) or not _services().isdisjoint(topic.readers)
    ]
    return tuple(sorted((*spelled, *dead), key=lambda topic: topic.name))


def settings_of(entry: Mapping[str, Any]) -> Mapping[str, str]:
    """Tell how the topics of a row are laid out on the broker."""
    match TopicKind(entry["kind"]):
        case TopicKind.INBOUND:
            return _config("inbound", "inbound")
        case TopicKind.INTERNAL:
            return _config("internal", "forever")
        case _:
            return _config("internal", "states" if entry.get("states") else "public")


def messages_on(entry: Mapping[str, Any]) -> list[type[Message]]:
    """List what may stand on the topics of a row, sorted by type name."""
    models = list(contracts().values())
    match TopicKind(entry["kind"]):
        case TopicKind.INBOUND:
            party = PartyKind(entry["party"])
            return [model for model in models if issubclass(model, inbound.Action) and party in model.spoken_by]
        case TopicKind.PUBLIC:
            return [model for model in models if model.__name__ in _STANDS_ON[entry["name"]]]
        case _:
            return [model for model in models if model.family == entry["messages"]]


def roles() -> tuple[Mapping[str, Any], ...]:
    """List the rows of who speaks, as the topics file has them."""
    return tuple(_file()["principals"])


@cache
def _services() -> frozenset[str]:
    return frozenset(row["name"] for row in roles() if row["kind"] == "service")


@cache
def _file() -> Mapping[str, Any]:
    return MappingProxyType(read_yaml(TOPICS_FILE))


def _expand(entry: Mapping[str, Any], departments: Iterable[str], layout: Layout) -> Iterable[Topic]:
    name = entry["name"]
    for code in _codes(name, departments):
        named = partial(str.format, department=code, channel=code)
        yield Topic(
            named(name),
            TopicKind(entry["kind"]),
            tuple(map(named, (entry["owner"], *entry.get("writers", ())))),
            tuple(map(named, entry["readers"])),
            _partitions(entry, layout),
            _laid_out(settings_of(entry), layout, inbound=entry["kind"] == TopicKind.INBOUND),
            entry.get("messages", "inbound"),
            layout.replicas,
        )


def _laid_out(config: Mapping[str, str], layout: Layout, *, inbound: bool = False) -> Mapping[str, str]:
    """Add what a deployment asks of its topics; what others send uncompressed, the broker compresses."""
    packed = (
        {"compression.type": layout.compression.value} if inbound and layout.compression is not Compression.NONE else {}
    )
    return MappingProxyType({**config, "min.insync.replicas": str(layout.in_sync), **packed})


def _codes(name: str, departments: Iterable[str]) -> Iterable[str]:
    if "{department}" in name:
        return departments
    return channels_of(name) if "{channel}" in name else ("",)


def channels_of(name: str) -> Sequence[str]:
    """Name whom a row with `{channel}` in its name stands for: who is answered there and has no row of their own."""
    known = {entry["name"] for entry in _file()["topics"]}
    return [code for code in ANSWERED if name.format(channel=code) not in known]


def _config(size: str, keep: str) -> Mapping[str, str]:
    retention = _file()["retention_ms"]
    config = {
        "max.message.bytes": str(_file()["max_message_bytes"][size]),
        "retention.ms": str(retention[keep]),
        "cleanup.policy": "delete",
        # The moment of receipt decides what was in time, so the broker stamps it and never the writer.
        "message.timestamp.type": "LogAppendTime",
    }
    if keep == "states":
        # A reader that was away misses no step, as on every public topic.
        config |= {"cleanup.policy": "compact,delete", "min.compaction.lag.ms": str(retention["public"])}
    return MappingProxyType(config)
