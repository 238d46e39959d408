"""Rows of different people with the same complaint (多人同诉), found by how alike their words are."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from rapidfuzz import fuzz, process

from rulebook import Policy
from rulebook.codes import Role
from schemas.inbound import JoinIncident, OpenIncident
from schemas.values import Person
from services.intake.for_tools import incident_of
from tools.client.desk import SOURCE, act_of
from tools.replay.casebook import Casebook
from tools.replay.mapping import SameComplaint
from tools.replay.records import CaseRecord
from tools.replay.speaking import OFFICE, Speaker

_SHORTEST: Final = 6


def incidents(records: Sequence[CaseRecord], rule: SameComplaint) -> dict[str, str]:
    """Tell for each row that repeats another person's complaint which row was the first of that incident."""
    candidates = [record for record in records if record.at is not None and len(record.said) >= _SHORTEST]
    words = [record.said for record in candidates]
    likeness = process.cdist(words, words, scorer=fuzz.ratio, score_cutoff=rule.likeness, dtype=np.uint8)
    first: dict[str, str] = {}
    for before, after in zip(*np.nonzero(np.triu(likeness, 1)), strict=True):
        one, two = candidates[before], candidates[after]
        near = one.at is not None and two.at is not None and two.at - one.at <= rule.within
        if near and _author(one) != _author(two) and two.id not in first:
            first[two.id] = first.get(one.id, one.id)
    return first


def _author(record: CaseRecord) -> Any:
    return json.loads(record.body).get("contact")


class Dispatcher:
    """The one who notices on the desk that people have the same complaint, and says so."""

    def __init__(self, firsts: dict[str, str], book: Casebook, speaker: Speaker, policy: Policy) -> None:
        self._firsts = firsts
        self._book = book
        self._speaker = speaker
        self._opened: set[str] = set()
        found = policy.with_role(Role.DISPATCHER, speaker.clock.now())[0]
        self._who = Person(id=found.id, name=found.name)

    def began(self, ticket: str, record: CaseRecord) -> None:
        """Put a new ticket into the incident of the first of its kind, where that became a ticket."""
        first = self._firsts.get(record.id)
        if first is None:
            return
        of_first = self._book.ticket_of.get(first)
        if of_first is None:
            return
        act, submission = self._joined(ticket, of_first, f"incident-{first}")
        self._speaker.later(self._speaker.clock.now(), lambda: self._speaker.say(OFFICE, act, submission=submission))

    def _joined(self, ticket: str, of_first: str, opening: str) -> tuple[OpenIncident | JoinIncident, str]:
        """The second of a kind opens the incident, together with the first; those after it join."""
        if opening not in self._opened:
            self._opened.add(opening)
            return OpenIncident(by=self._who, title="多人反映同一问题", tickets=(of_first, ticket)), opening
        incident = incident_of(OFFICE, SOURCE, act_of(self._who.id, opening))
        joined = JoinIncident(ticket=ticket, by=self._who, incident=incident, reason="多人反映同一问题。")
        return joined, f"{opening}-{ticket}"
