"""What every address of the door finds beside a request."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from chassis.contacts import WordSeal
from chassis.service import EdgeContext
from doors.people import Known
from rulebook.deriving import ClockRules

CONTEXT: Final = web.AppKey("context", EdgeContext)
PATIENCE: Final = web.AppKey("patience", float)
LANES: Final = web.AppKey("lanes", int)
"""How many lanes hear of a change of the rules."""
WORDS: Final = web.AppKey("words", WordSeal)
SECRET: Final = web.AppKey("secret", bytes)
"""The key of the hashes by which callers are compared, and of the mark on what this door writes."""
REDACTION: Final = web.AppKey("redaction", bytes)
"""The key of the hashes by which redacted passages are known."""
RULES: Final = web.AppKey("clock_rules", ClockRules)
"""By what clocks are derived, for pages that say why something is due when it is."""
BOARD: Final = web.AppKey("board", str)
"""Where browsers reach the trace; '' where nobody said."""
CITIZENS: Final = web.AppKey("citizens", str)
"""Where citizens reach the page that their receipts open; '' where nobody said."""
WHO: Final = web.RequestKey("who", Known)
"""Who asks, once the guard let them in."""

USUAL_PAGE: Final = 100
LARGEST_PAGE: Final = 1_000
