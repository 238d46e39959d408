"""`liuhen.dispatch.v1`: the life of a ticket. Owner: dispatch.

Every fact names the ticket and who did it; the moment stands in the envelope.
"""

# ruff: noqa: F403 - every fact is read by its class's name here, wherever it stands: no list to keep

from __future__ import annotations

from typing import Final

from schemas.dispatch.alike import *
from schemas.dispatch.approved import *
from schemas.dispatch.automation import *
from schemas.dispatch.base import *
from schemas.dispatch.closed import *
from schemas.dispatch.corrected import *
from schemas.dispatch.dispatched import *
from schemas.dispatch.handled import *
from schemas.dispatch.incidents import *
from schemas.dispatch.linked import *
from schemas.dispatch.looked import *
from schemas.dispatch.noted import *
from schemas.dispatch.pressed import *
from schemas.dispatch.recorded import *
from schemas.dispatch.redacted import *
from schemas.dispatch.urgent import *

REFUSALS: Final = (ActionRefused, RequestRefused)  # noqa: F405 - read above
"""What answers with words of ours, where nothing was done."""
