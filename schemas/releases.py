"""The contract as it was released: what a client of then writes and reads is read and written still.

`python -m schemas.releases VERSION` keeps today's messages of clients under a version's name; a folder that stands is
never written again.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from schemas.compatibility import breaks
from schemas.export import HERE, JSON, exported, schema_of
from schemas.inbound import Action
from schemas.message import Message

RELEASED: Final = HERE / "released"
_OF_CLIENTS: Final = ("inbound", "public")


def of_clients() -> dict[str, type[Message]]:
    """Every message that a client writes or reads, by type name."""
    return {name: model for name, model in exported().items() if model.family in _OF_CLIENTS}


def broken(released: Path) -> Iterator[tuple[str, str]]:
    """Name each message of a release that a client of then could not write or read any more, and why.

    What comes in is read by us: all that was right has to be right still. What goes out is read by them: all that is
    written today they have to read, passing over fields that they do not know.
    """
    models = of_clients()
    for path in sorted(released.glob("*.json")):
        then, model = json.loads(path.read_text("utf-8")), models.get(path.stem)
        if model is None:
            yield path.stem, "is gone"
            continue
        why = _between(then, schema_of(model), inbound=issubclass(model, Action))
        if why is not None:
            yield path.stem, why


def _between(then: dict[str, Any], now: dict[str, Any], *, inbound: bool) -> str | None:
    return breaks(then, now) if inbound else breaks(now, then)


def keep(version: str) -> Path:
    """Keep today's contract under the name of a version; FileExistsError where that was released."""
    folder = RELEASED / version
    folder.mkdir(parents=True)
    for name in of_clients():
        shutil.copy(JSON / f"{name}.json", folder)
    return folder


if __name__ == "__main__":
    sys.stdout.write(f"{keep(sys.argv[1]).relative_to(HERE)}\n")
