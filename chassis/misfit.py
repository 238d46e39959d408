"""Settings that do not fit what stands on the broker: a service that went on would send keys to other lanes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from schemas.layout import Layout
from schemas.registry import Topic, TopicKind


class MisfitError(Exception):
    """What a service was told contradicts what is there: it does not start, and says what to do."""


class RestoredError(MisfitError):
    """A database that was replaced by an older copy while the service ran; at its next start it takes back first."""


class UnrecoverableError(MisfitError):
    """A database that was restored from an older copy, and what its topics do not have to make up for it."""


def require_layout(topics: Iterable[Topic], there: Mapping[str, int], layout: Layout) -> None:
    """Hold topics that exist to their number of partitions; MisfitError names the first that has another."""
    for topic in topics:
        has = there.get(topic.name, 0)
        if has not in (0, topic.partitions):
            own = topic.kind is TopicKind.INTERNAL
            said = f"LIUHEN_LANES={layout.lanes}" if own else f"LIUHEN_CHANNEL_LANES={layout.channel_lanes}"
            raise MisfitError(
                f"{topic.name} 有 {has} 个分区，按 {said} 应有 {topic.partitions} 个。"
                "请把设置改回建立主题时的数；分区数不能直接改，否则同一工单的先后会乱。"
            )
