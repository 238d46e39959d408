"""The templates of citizens' pages, and what every one of them may say."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal

from pydantic import TypeAdapter
from typing_extensions import TypedDict

import vocabulary
from doors.attachments.words import KNOWN
from doors.pages import Pages
from schemas.files import read_yaml
from schemas.values import TicketState

_HERE: Final = Path(__file__).parent


class Meaning(TypedDict):
    """What a state means for the citizen whose ticket it is: who has it now, and what they can do."""

    who: Literal["lead", "centre", "survey", "you", "nobody"]
    means: str
    next: str


MEANINGS: Final = TypeAdapter(dict[TicketState, Meaning]).validate_python(read_yaml(_HERE / "standing.yaml"))
PAGES: Final = Pages(_HERE, states=vocabulary.STATES, meanings=MEANINGS, **KNOWN)
