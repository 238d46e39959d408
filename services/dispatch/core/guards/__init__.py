"""What must hold before an action is taken: each guard of the table, under its name, says what speaks against it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from inspect import getmembers, isfunction
from typing import Any, Final

from schemas.tickets import ActionReceived
from services.dispatch.core.draft import Draft, Refusal
from services.dispatch.core.guards import deciding, dispatching, linking, who, working

Guard = Callable[[Draft, ActionReceived, Any], Refusal]


def _guards() -> Iterator[tuple[str, Guard]]:
    for module in (who, dispatching, working, deciding, linking):
        for name, found in getmembers(module, isfunction):
            if found.__module__ == module.__name__ and not name.startswith("_"):
                yield name, found


GUARDS: Final[Mapping[str, Guard]] = dict(_guards())
"""Every guard of an action by its name in the table."""
