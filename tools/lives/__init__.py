"""The golden messages: lives of tickets from the call to archiving, as the services' own cores live them.

A life is a script beside this file (who says what at which moment); `schemas/golden/` has what followed, record by
record as on the topics. `make pages` writes them anew.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from rulebook import load_policy
from schemas.lives import GOLDEN, Golden, records
from tools.layout import ROOT
from tools.lives.script import lived, read
from tools.lives.town import OnTopic
from worktime import load_calendar

SCRIPTS: Final = Path(__file__).parent


@cache
def files() -> Mapping[Path, str]:
    """Name the file of each life, with its records as JSON, one a line."""
    policy = load_policy(ROOT / "policy")
    # Without the digest of its files: a life changes where what it says changes.
    policy = policy.model_copy(update={"version": policy.version.partition("+")[0]})
    calendar, known, found = load_calendar(ROOT / "policy" / "calendar"), set[str](), dict[Path, str]()
    for script in sorted(SCRIPTS.glob("*.yaml")):
        life = read(script)
        chosen = [each for each in lived(life, policy, calendar) if life.whole or _is_new(each, known)]
        known |= {each.envelope.type for each in chosen}
        lines = (json.dumps(each.told(), ensure_ascii=False) for each in chosen)
        found[GOLDEN / f"{script.stem}.jsonl"] = "".join(f"{line}\n" for line in lines)
    return found


@cache
def golden() -> Mapping[str, tuple[Golden, ...]]:
    """Every record of every life as it would be told now, by the type of its message."""
    return records({path.stem: text for path, text in files().items()})


def _is_new(said: OnTopic, known: set[str]) -> bool:
    if said.envelope.type in known:
        return False
    known.add(said.envelope.type)
    return True
