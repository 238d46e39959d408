"""What killed test runs left behind."""

from __future__ import annotations

import shutil

from tools.layout import RUN
from tools.local.process import end, is_running
from tools.local.state import read_state


def end_orphans() -> None:
    """End and remove ephemeral instances whose owner is gone."""
    for state_file in RUN.glob("*/state.json"):
        state = read_state(state_file.parent)
        if state.owner and not is_running(state.owner):
            end(state.processes, at_once=True)
            shutil.rmtree(state_file.parent, ignore_errors=True)
