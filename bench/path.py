"""`python -m bench.path`: the modules whose code runs from a department's `report_handled` to its own order.

The door and dispatch take a matter from its registration on as they do in life, without the chassis between them. It
runs in whichever tree is first on the path of modules, so that an earlier one can be measured by the same steps.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from importlib import import_module
from inspect import signature
from pathlib import Path
from types import FrameType
from typing import Any, Final
from zoneinfo import ZoneInfo

from chassis.service import Cause, Heard, Record
from schemas.envelope import Envelope
from schemas.registry import TICKETS, department_topic, party_of
from services.dispatch.core.rules import Rules
from services.dispatch.work import decider
from services.intake.core import numbers
from services.intake.core.decide import Moment, decide
from services.intake.core.reading import Reading, read
from services.intake.settings import IntakeSettings


def first_of(*places: str) -> Any:
    """What stands at the first of these places that there is: earlier trees have it elsewhere."""
    for module, _, name in (place.partition(":") for place in places):
        try:
            return getattr(import_module(module), name)
        except (ImportError, AttributeError):
            continue
    raise ImportError(f"none of {places} is there")


load_policy: Final = first_of("rulebook:load_policy", "schemas.policy:load_policy")
config_of: Final = first_of("services.intake.__main__:config_of", "services.intake.__main__:house_of")
door_state: Final = first_of("services.intake.core.state:DoorState", "services.intake.core.desk:Desk")

# Earlier trees made numbers and receipts without a key.
_READS_WITH_A_KEY: Final = "key" in signature(read).parameters
ROOT: Final = Path(sys.modules[Rules.__module__].__file__ or "").parents[3]
BEGAN: Final = datetime(2026, 9, 14, 2, tzinfo=UTC)
MATTER: Final[Mapping[str, object]] = {
    "kind": "complain",
    "contact": {"phone": "13800000001"},
    "place": {"text": "四平路街道某小区", "subdistrict": "siping"},
    "text": "物业费涨价没有公示。",
    "category": "0101-02",
}


class Town:
    """The door and dispatch with one ticket, and nothing between them."""

    def __init__(self, policy: Any) -> None:
        self.door = door_state(config_of(IntakeSettings(), policy))
        numbering: Any = numbers.Numbering(0, bytes(16)) if hasattr(numbers, "Numbering") else 0
        self.numbers = numbers.Numbers(numbering, {}, ZoneInfo(policy.office.zone))
        self.dispatch = decider(Rules(policy))
        self.state: Any = None
        self.now = BEGAN

    def takes(self, party: str, action: str, **values: object) -> set[str]:
        """Take a record from a party's inbound topic; returns the topics on which anything is said of it."""
        self.now += timedelta(minutes=10)
        envelope = Envelope(f"s-{self.now:%H%M}", "bench", f"liuhen.inbound.{action}.v1", self.now, "")
        key = (b"bench",) if _READS_WITH_A_KEY else ()
        said = envelope.headers(), json.dumps(values).encode()
        reading = read(party_of(f"liuhen.inbound.{party}.v1"), *said, *key)
        if not isinstance(reading, Reading):
            raise TypeError(reading)
        decision = decide(self.door, reading, Moment(self.now, self.now), self.numbers)
        self.door.note((str(reading.party), reading.source, reading.id), decision)
        return {topic for said in decision.says for topic in (said.topic, *self._hears(said.topic, said.message))}

    def _hears(self, topic: str, message: Any) -> Iterator[str]:
        if topic != TICKETS:
            return
        envelope = Envelope("e", "bench", message.type_name, self.now, message.ticket)
        heard = Heard("0", Record(topic, 0, 0, None, None, (), self.now), envelope, message)
        cause = Cause("c", message.ticket, self.now)
        for _, command in self.dispatch.react(heard):
            for fact in self.dispatch.decide(self.state, command, cause):
                self.state = self.dispatch.evolve(self.state, fact, self.now)
                yield from (said_onward.topic for said_onward in self.dispatch.tell(self.state, fact, cause))


@contextmanager
def watched(seen: set[str]) -> Iterator[None]:
    """Note the files whose functions run meanwhile."""

    def note(frame: FrameType, event: str, _argument: object) -> None:
        if event == "call":
            seen.add(frame.f_code.co_filename)

    sys.setprofile(note)
    try:
        yield
    finally:
        sys.setprofile(None)


def walked() -> list[str]:
    """The modules in alphabetical order; this one and the chassis, which every record passes, are left out."""
    policy = load_policy(ROOT / "policy")
    town = Town(policy)
    town.takes("hotline", "register", **MATTER)
    lead, supporter = "housing", "siping"
    by = {"ticket": town.state.id, "by": {"id": "d-1", "name": "经办人"}}
    for who, action, values in (
        (lead, "accept", {}),
        (supporter, "accept", {}),
        (lead, "make-first-contact", {"reached": True}),
        (supporter, "report-task-done", {"reply": "已配合。"}),
    ):
        town.takes(f"department.{who}", action, **by, **values)
    seen: set[str] = set()
    with watched(seen):
        said = town.takes(f"department.{lead}", "report-handled", **by, reply="已处理。")
    if department_topic(lead) not in said or town.state.state != "handled":
        raise RuntimeError(f"the report was not taken: {town.state.state}, heard on {said}")
    inside = {Path(name).relative_to(ROOT) for name in seen if name.startswith(f"{ROOT}/")}
    return sorted(str(path) for path in inside if path.parts[0] in {"services", "schemas", "rulebook", "worktime"})


if __name__ == "__main__":
    print("\n".join(walked()))
