"""What tools may use of dispatch: its core as one decider, how facts fold to a ticket, the table of its steps.

Nothing here reads or writes a topic or a table. Everything else of this service may change without asking them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from chassis.decider import Change, Decider
from rulebook import Policy
from rulebook.deriving import ClockRules
from services.dispatch.core.categories import Category
from services.dispatch.core.commands import Command
from services.dispatch.core.decide import decide
from services.dispatch.core.episode import SAME, Episode, FactRow, Step
from services.dispatch.core.episodes.correction import what_stands
from services.dispatch.core.episodes.first_contact import exempt_without_reason
from services.dispatch.core.evolve import evolve
from services.dispatch.core.incidents.state import Incident, evolve_incident
from services.dispatch.core.incidents.telling import tell_of_incident
from services.dispatch.core.regions import Member
from services.dispatch.core.rules import Guess, Like, Precedent, Rules, Suggest, by_calendar
from services.dispatch.core.sealing import is_sealed
from services.dispatch.core.seen import seen
from services.dispatch.core.standing import OPEN
from services.dispatch.core.state import STATE, AnyState
from services.dispatch.core.table import EPISODES
from services.dispatch.core.telling.callbacks import tell_callback_agency
from services.dispatch.core.ticket import Seen, Ticket
from services.dispatch.core.words import EXPECTED
from services.dispatch.reactions import LISTENS_TO
from services.dispatch.store import rulings
from services.dispatch.work import decider
from worktime import Calendar

__all__ = [
    "EPISODES",
    "EXPECTED",
    "LISTENS_TO",
    "OPEN",
    "SAME",
    "STATE",
    "AnyState",
    "Category",
    "Command",
    "Core",
    "Episode",
    "FactRow",
    "Guess",
    "Incident",
    "Member",
    "Rules",
    "Seen",
    "Step",
    "Suggest",
    "Ticket",
    "core_under",
    "decide",
    "evolve",
    "evolve_incident",
    "exempt_without_reason",
    "is_sealed",
    "seen",
    "tell_callback_agency",
    "tell_of_incident",
    "what_stands",
]


class Core(NamedTuple):
    """The core of the service under some rules; rulings among the changes that it is shown are its precedents."""

    decider: Decider[AnyState, Command]
    remember: Callable[[Change[AnyState]], None]


def core_under(
    policy: Policy, calendar: Calendar, suggest: Suggest, *, asks_who: bool = False, redaction_key: bytes = b""
) -> Core:
    """The core as it decides recorded acts again: whoever acted then may act, unless it `asks_who`.

    There are no precedents yet.
    """
    precedents: dict[Like, tuple[Precedent, ...]] = {}

    def remember(change: Change[AnyState]) -> None:
        for ticket, _, ruling, category, subdistrict, lead, ground, returned_by in rulings([change]):
            like = category, subdistrict
            found = Precedent._make((ticket, ruling, lead, ground, returned_by))
            precedents[like] = (found, *precedents.get(like, ()))

    rules = Rules(
        policy,
        suggest,
        precedents,
        by_calendar(policy, calendar),
        ClockRules(policy, calendar),
        asks_who=asks_who,
        redaction_key=redaction_key,
    )
    return Core(decider(rules), remember)
