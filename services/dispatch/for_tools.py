"""What tools may use of dispatch: its core as one decider, how facts fold to a ticket, the table of its steps.

Nothing here reads or writes a topic or a table. Everything else of this service may change without asking them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from chassis.decider import Change, Decider
from rulebook import Policy
from rulebook.deriving import ClockRules
from rulebook.rules import Alike
from schemas.dispatch import AlikeDismissed, AlikeGathered, AlikeNoticed
from schemas.requests import NoticeAlike
from schemas.values import IncidentId, TicketId
from services.dispatch.core.alike import Crowd, Spot, new_spot, notice, spot_of, spot_of_matter
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
from services.dispatch.work import decider, waits
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
    "Spot",
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
    "spot_of",
    "spot_of_matter",
    "tell_callback_agency",
    "tell_of_incident",
    "what_stands",
]


class Core(NamedTuple):
    """The core of the service under some rules; what it is shown of changes it knows, as the service knows its tables.

    Rulings are its precedents; of many callers about one thing it says what a ticket is asked to point out.
    """

    decider: Decider[AnyState, Command]
    remember: Callable[[Change[AnyState]], Sequence[NoticeAlike]]


class _Crowds:
    """Many callers about one thing, noticed once for each place and category."""

    def __init__(self, policy: Alike | None) -> None:
        self._policy = policy
        self._tickets: dict[str, Ticket] = {}
        self._crowds: dict[Spot, Crowd] = {}
        self._closed: set[IncidentId] = set()

    def came(self, change: Change[AnyState]) -> NoticeAlike | None:
        if self._policy is None:
            return None
        self._answered(change, self._policy)
        if not isinstance(change.after, Ticket):
            return None
        self._tickets[change.key] = change.after
        spot = new_spot(change.before if isinstance(change.before, Ticket) else None, change.after)
        if spot is None:
            return None
        crowd = self._crowds.get(spot, Crowd(spot, (), None, None, None, None))
        crowd = crowd._replace(registered=(*crowd.registered, (change.key, change.after.matter.opened_at)))
        now = change.facts[-1][1].time
        there = crowd.within(self._policy, now)
        quiet = crowd.is_quiet(now)
        asked = None if quiet else notice(crowd, (self._tickets[each] for each in there), self._policy)
        if asked is not None:
            crowd = crowd._replace(told=asked.ticket, told_callers=asked.callers)
        self._crowds[spot] = crowd
        return asked

    def _answered(self, change: Change[AnyState], policy: Alike) -> None:
        """What a person said, or the end of the ticket or incident, changes a place as it does in the service."""
        if isinstance(change.after, Incident):
            if change.after.at == "closed":
                self._closed.add(change.key)
                self._each(lambda crowd: crowd.incident == change.key, incident=None)
            return
        if not waits(change.before) and not any(isinstance(fact, AlikeNoticed) for fact, _ in change.facts):
            return
        for fact, cause in change.facts:
            if isinstance(fact, AlikeDismissed):
                self._each(_pointed_out_at(change.key), quiet_until=cause.time + timedelta(days=policy.quiet_days))
            elif isinstance(fact, AlikeGathered) and fact.incident not in self._closed:
                self._each(_pointed_out_at(change.key), registered=(), incident=fact.incident)
        if not waits(change.after):
            self._each(_pointed_out_at(change.key), told=None, told_callers=None)

    def _each(self, which: Callable[[Crowd], bool], **changed: Any) -> None:
        for spot, crowd in self._crowds.items():
            if which(crowd):
                self._crowds[spot] = crowd._replace(**changed)


def _pointed_out_at(ticket: TicketId) -> Callable[[Crowd], bool]:
    return lambda crowd: crowd.told == ticket


def core_under(
    policy: Policy, calendar: Calendar, suggest: Suggest, *, asks_who: bool = False, redaction_key: bytes = b""
) -> Core:
    """The core as it decides recorded acts again: whoever acted then may act, unless it `asks_who`.

    There are no precedents yet.
    """
    precedents: dict[Like, tuple[Precedent, ...]] = {}

    crowds = _Crowds(policy.automation.alike)

    def remember(change: Change[AnyState]) -> Sequence[NoticeAlike]:
        for ticket, _, ruling, category, subdistrict, lead, ground, returned_by in rulings([change]):
            like = category, subdistrict
            found = Precedent._make((ticket, ruling, lead, ground, returned_by))
            precedents[like] = (found, *precedents.get(like, ()))
        asked = crowds.came(change)
        return () if asked is None else (asked,)

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
