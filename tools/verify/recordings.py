"""What services of a release said, and what they knew then, is kept: code of today has to come to the same.

`python -m tools.verify.recordings VERSION` records the golden lives under a version's name, once and never again.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, JsonValue
from pydantic_core import to_json

from schemas.message import Message
from schemas.registry import model_of
from tools.layout import ROOT
from tools.verify.folds import FOLDS

RECORDINGS: Final = ROOT / "schemas" / "recorded"
_LIVES: Final = ROOT / "schemas" / "golden"


class Said(BaseModel):
    """A fact as it stood on its topic."""

    model_config = ConfigDict(frozen=True)

    type: str
    time: datetime
    body: JsonValue

    def read(self) -> Message:
        """The fact as code of today reads it."""
        model = model_of(self.type)
        if model is None:
            raise LookupError(f"{self.type} is not a type of message that this version knows")
        return model.model_validate_json(to_json(self.body))


class Recording(BaseModel):
    """What a service said of one key, in order, and the state in which it kept that."""

    model_config = ConfigDict(frozen=True)

    service: str
    life: str
    key: str
    facts: tuple[Said, ...]
    state: JsonValue

    def folded(self) -> object:
        """What code of today remembers of these facts."""
        state: object = None
        for fact in self.facts:
            state = FOLDS[self.service].evolve(state, fact.read(), fact.time)
        return state

    def kept(self) -> object:
        """The state that was kept then, as code of today reads it."""
        found: object = FOLDS[self.service].state.validate_json(to_json(self.state))
        return found


def read(path: Path) -> list[Recording]:
    """Read the recordings of a release."""
    return [Recording.model_validate_json(line) for line in path.read_text("utf-8").splitlines()]


def written(service: str, state: object) -> JsonValue:
    """A state as it is kept."""
    found: JsonValue = FOLDS[service].state.dump_python(state, mode="json", exclude_none=True)
    return found


def missing(then: JsonValue, now: JsonValue, at: str = "") -> Iterator[str]:
    """Where a state of today does not say what one of then said; it may say more."""
    if isinstance(then, dict) and isinstance(now, dict):
        for name, value in then.items():
            yield from missing(value, now.get(name), f"{at}.{name}")
    elif then != now:
        yield f"{at}: {then} became {now}"


def keep(version: str) -> Path:
    """Record today's golden lives under the name of a version; FileExistsError where that was recorded."""
    path = RECORDINGS / f"{version}.jsonl"
    lines = (recording.model_dump_json() for life in sorted(_LIVES.glob("*.jsonl")) for recording in _of_life(life))
    with path.open("x", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines)
    return path


def _of_life(life: Path) -> Iterable[Recording]:
    said: defaultdict[tuple[str, str], list[Said]] = defaultdict(list)
    service_of = {how.topic: service for service, how in FOLDS.items()}
    for line in life.read_text("utf-8").splitlines():
        record = json.loads(line)
        headers = record["headers"]
        if record["topic"] in service_of:
            fact = Said(type=headers["ce_type"], time=headers["ce_time"], body=record["value"])
            said[service_of[record["topic"]], record["key"]].append(fact)
    for (service, key), facts in said.items():
        bare = Recording(service=service, life=life.stem, key=key, facts=tuple(facts), state=None)
        yield bare.model_copy(update={"state": written(service, bare.folded())})


if __name__ == "__main__":
    sys.stdout.write(f"{keep(sys.argv[1]).relative_to(ROOT)}\n")
