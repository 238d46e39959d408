"""The dispatcher of a replay: who gets a case, and which cases no department gets, because they went elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from rulebook import Assignment, Policy, responsible
from rulebook.codes import Role
from schemas.inbound import Assign, Merge, OfficeAction, RefuseTicket, TransferOut
from schemas.public import DeskTask
from schemas.values import Person
from tools.replay.casebook import Casebook
from tools.replay.records import CaseRecord
from tools.replay.speaking import OFFICE, Speaker

DUPLICATE: Final = "duplicate"
"""The ground of a policy on which a case is not accepted whose original the file does not hold."""


class Sorting:
    """Answers what waits for dispatch: merges duplicates or does not accept them, transfers, and assigns the rest.

    A case waits for its duplicates: into one that has ended nothing can be merged.
    """

    def __init__(self, book: Casebook, speaker: Speaker, policy: Policy) -> None:
        self._book = book
        self._speaker = speaker
        self._policy = policy
        self._waiting: dict[str, DeskTask] = {}
        self._sorted: set[str] = set()

    def hear(self, task: DeskTask) -> None:
        """Take what waits for dispatch, or does no more, of a ticket that a row became; then do what can be done."""
        if not task.open:
            self._waiting.pop(task.ticket, None)
            self._sorted.add(self._book.tickets[task.ticket].id)
        elif self._book.tickets[task.ticket].id not in self._sorted:
            self._waiting[task.ticket] = task
        for ticket, act in [*self._ready()]:
            self._waiting.pop(ticket)
            self._say(act)

    def _say(self, act: OfficeAction) -> None:
        self._speaker.later(self._speaker.clock.now(), lambda: self._speaker.say(OFFICE, act))

    def _ready(self) -> Iterator[tuple[str, OfficeAction]]:
        for ticket, task in self._waiting.items():
            act = self._act(task, self._book.tickets[ticket])
            if act is not None:
                yield ticket, act

    def _act(self, task: DeskTask, row: CaseRecord) -> OfficeAction | None:
        """What becomes of a case; None while it waits for another one."""
        ticket, by = task.ticket, self._who()
        if row.transferred_to is not None:
            return TransferOut(ticket=ticket, by=by, to=row.transferred_to, reason="文件载明已转其他单位。")
        if row.is_duplicate and not self._is_lost(row.original):
            into = self._book.ticket_of.get(row.original or "")
            return Merge(ticket=ticket, by=by, into=into, reason="文件载明为重复件。") if into else None
        if row.is_duplicate:
            return RefuseTicket(ticket=ticket, by=by, ground=DUPLICATE, reason="文件载明为重复件，原件不在文件中。")
        if any(self._is_awaited(each) for each in self._book.duplicates.get(row.id, ())):
            return None
        found = responsible(self._policy, task.category, task.subdistrict)
        if not isinstance(found, Assignment):
            return None
        return Assign(ticket=ticket, by=by, lead=found.lead, category=task.category)

    def _is_lost(self, row: str | None) -> bool:
        """Whether a row is none of the file, or became no ticket."""
        return row is None or self._book.answered.get(row, "accepted") != "accepted"

    def _is_awaited(self, row: str) -> bool:
        return row not in self._sorted and not self._is_lost(row)

    def _who(self) -> Person:
        found = self._policy.with_role(Role.DISPATCHER, self._speaker.clock.now())[0]
        return Person(id=found.id, name=found.name)
