"""faust's assignor, sharing by lanes: what belongs to one lane goes to one worker, and all workers get alike."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Final

from faust.assignor.client_assignment import ClientAssignment
from faust.assignor.partition_assignor import PartitionAssignor

from chassis.lane import lane_of
from chassis.sharing import Shared, shared_out
from chassis.store import TopicPartition

_OWN: Final = ""
_ALONE: Final = "alone"
"""The kind of all topics that have one partition: there are as many as departments."""


class LaneAssignor(PartitionAssignor):  # type: ignore[misc]
    """Keeps the form of what workers tell one another, so that workers of before and after an upgrade understand it.

    faust's own gives the last of three workers nothing of four lanes, and the topics of all departments to one worker.
    """

    def _perform_assignment(self, cluster: Any, member_metadata: Mapping[str, Any]) -> Any:
        reported = {member: self._get_client_metadata(metadata) for member, metadata in member_metadata.items()}
        self._update_member_urls(reported)
        takers: defaultdict[str, set[str]] = defaultdict(set)
        for member, metadata in member_metadata.items():
            for topic in metadata.subscription:
                takers[topic].add(member)
        places = {topic: sorted(cluster.partitions_for_topic(topic) or ()) for topic in takers}
        lanes = {
            tp: self._shared(tp, len(partitions), takers[topic])
            for topic, partitions in places.items()
            for tp in ((topic, partition) for partition in partitions)
        }
        given = shared_out(set(lanes.values()), _held(lanes, reported))
        assignments = {member: ClientAssignment(actives={}, standbys={}) for member in member_metadata}
        for tp, shared in sorted(lanes.items()):
            assignments[given[shared.lane]].actives.setdefault(tp[0], []).append(tp[1])
        return self._protocol_assignments(assignments, {}, {}, {})

    def _shared(self, tp: TopicPartition, partitions: int, takers: Iterable[str]) -> Shared:
        foreign = tp[0] in self.app.foreign
        kind = _OWN if not foreign else _ALONE if partitions == 1 else tp[0]
        return Shared(lane_of(tp, foreign), kind, frozenset(takers))


def _held(lanes: Mapping[TopicPartition, Shared], reported: Mapping[str, Any]) -> dict[str, str]:
    """Who had which lane, as workers remember it; one that was away remembers what is another's since."""
    return {
        lanes[tp].lane: member
        for member, metadata in sorted(reported.items())
        for topic, partitions in metadata.assignment.actives.items()
        for tp in ((topic, partition) for partition in partitions)
        if tp in lanes
    }
