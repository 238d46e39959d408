"""A changed file of a policy, tried: everything that is wrong with it, or how the policy would differ."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from datetime import datetime
from difflib import unified_diff
from pathlib import Path
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from rulebook.duty import Gap, gaps
from rulebook.load import load_policy, validate
from rulebook.orphans import Orphan, orphans
from rulebook.policy import FILES, Policy
from rulebook.previewing import ChangedMessage, changed
from rulebook.problems import Problem
from rulebook.rights import change, rights_of
from schemas.rules import RightsChanged
from schemas.values import Person

_AROUND: Final = 2
"""Lines that are shown before and after each that differs."""
_NOBODY: Final = Person(id="unnamed", name="未署名")


class TriedChange(NamedTuple):
    """What a changed file makes of a policy: its version, the lines, the rights, and what should be seen to before.

    `rights` is None where nobody's change; `gaps` are hours ahead without a shift that had one before;
    `messages` are those that would read otherwise.
    """

    version: str
    lines: Sequence[str]
    rights: RightsChanged | None
    gaps: Sequence[Gap]
    orphans: Sequence[Orphan]
    messages: Sequence[ChangedMessage]


def file_of(directory: Path, name: str) -> str:
    """Read a file of a policy as it stands; KeyError for one that a policy does not consist of."""
    FILES[name]
    return (directory / name).read_text("utf-8-sig")


def tried(
    directory: Path, name: str, text: str, leads: Sequence[str], at: datetime
) -> TriedChange | tuple[Problem, ...]:
    """Try a file beside the others of a policy, which stay as they are; `leads` are those of all open tickets."""
    before, present = file_of(directory, name), load_policy(directory)
    with tempfile.TemporaryDirectory() as folder:
        beside = Path(folder)
        for each in FILES:
            shutil.copyfile(directory / each, beside / each)
        (beside / name).write_text(text, "utf-8")
        if problems := validate(beside):
            return problems
        other = load_policy(beside)
    lines = list(unified_diff(before.splitlines(), text.splitlines(), n=_AROUND, lineterm=""))[2:]
    rights = change(rights_of(present), other, _NOBODY, other.version)
    seen_to = _opened(present, other, at), orphans(other, leads, at)
    return TriedChange(other.version, lines, rights, *seen_to, changed(present, other))


def _opened(present: Policy, other: Policy, at: datetime) -> Sequence[Gap]:
    here = at.astimezone(ZoneInfo(other.office.zone)).replace(tzinfo=None)
    known = gaps(present.duty, here)
    return [each for each in gaps(other.duty, here) if each not in known]
