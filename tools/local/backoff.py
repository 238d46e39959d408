"""When to start again what keeps ending: soon at first, then less and less often."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

_FIRST: Final = 1.0
_LONGEST: Final = 60.0
_STEADY: Final = 300.0
"""Seconds; what lived for so long has done well, and is started again at once."""


@dataclass(slots=True)
class Backoff:
    """Remembers of each process how often it ended lately; moments are seconds of any steady clock."""

    _times: dict[str, int] = field(default_factory=dict)
    _started: dict[str, float] = field(default_factory=dict)
    _due: dict[str, float] = field(default_factory=dict)

    def due(self, name: str, now: float) -> bool:
        """Tell whether a process that is seen to have ended should be started now; seeing it again changes nothing."""
        if name not in self._due:
            if now - self._started.get(name, now) >= _STEADY:
                self._times.pop(name, None)
            times = self._times.get(name, 0)
            self._due[name] = now + (min(_LONGEST, _FIRST * 2.0 ** (times - 1)) if times else 0.0)
        return now >= self._due[name]

    def started(self, name: str, now: float) -> None:
        """Note that it was started, or that starting it was tried."""
        self._times[name] = self._times.get(name, 0) + 1
        self._started[name] = now
        self._due.pop(name, None)
