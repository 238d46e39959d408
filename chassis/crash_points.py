"""Named places at which a process can be told to end, as by kill -9, to show that nothing is lost there.

Each stands between two things that cannot happen at once: the database, the broker and people are three.
"""

from __future__ import annotations

import os
import signal
import sys
from enum import StrEnum


class CrashPoint(StrEnum):
    """What has happened when the process ends; what should come next has not."""

    LOADED = "loaded"
    """A lane's state is loaded; what it recorded is not published, nothing is read."""
    DECIDED = "decided"
    """A transaction has written everything and is not committed."""
    COMMITTED = "committed"
    """A transaction is committed; nothing of it is published, the group does not know."""
    HALF_SENT = "half_sent"
    """The broker has the messages of one partition of several."""
    PUBLISHED = "published"
    """The broker has everything; the database does not know."""
    TOLD = "told"
    """Outsiders can read it; the position of their topic does not say so."""
    LETTER_SENT = "letter_sent"
    """A dead letter is on its topic; its row does not say so."""
    NOTICE_SENT = "notice_sent"
    """A person was told; what became of the message is not written down."""
    DOOR_SAID = "door_said"
    """What somebody said at a door is on its topic; they have no answer."""
    MIGRATED = "migrated"
    """A migration is applied in a transaction that is not committed."""


_armed: CrashPoint | None = None


def arm(point: CrashPoint | None) -> None:
    """End this process where it reaches the point for the first time."""
    global _armed  # noqa: PLW0603 - asked at the deepest places of the shell, set once by whoever starts the process
    _armed = point


def armed(point: CrashPoint) -> bool:
    """Whether this process is to end there."""
    return point is _armed


def here(point: CrashPoint) -> None:
    """End at once, without a word to anybody but the log, where that was asked for; else do nothing."""
    if point is _armed:
        sys.stderr.write(f"ends at the crash point {point}\n")
        sys.stderr.flush()
        os.kill(os.getpid(), signal.SIGKILL)
