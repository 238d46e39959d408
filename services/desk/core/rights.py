"""Who may read what waits for the office; who may do what, the policy says act by act."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

from doors.people import Known
from rulebook import Policy
from rulebook.codes import APART
from rulebook.desk import TASKS as ASKED
from schemas.public import DeskTask
from schemas.spoken import reworded, withheld

TASKS: Final = "tasks"
"""The right to read what waits, with the words of people in it."""
ORDERS: Final = "orders"
"""The right to read the orders of the department whose desk it is."""
_LOOKS: Final = "look_at_contact"


def may_read_tasks(who: Known) -> bool:
    """Tell whether somebody acts in the office: whoever only asks, looks on or keeps the system running does not."""
    return bool(who.roles - APART)


class Reads(NamedTuple):
    """What somebody reads of what waits: words that were said in confidence are for whoever has to do with them.

    That is who may look at contacts, and who may do what the task asks for.
    """

    looks: bool
    answers: frozenset[str]

    @classmethod
    def of(cls, login: str, policy: Policy, at: datetime) -> Reads:
        """Read off the policy what somebody may do now."""

        def may(act: str) -> bool:
            return any(each.id == login for each in policy.who_may(act, at))

        return cls(may(_LOOKS), frozenset(kind.value for kind, task in ASKED.items() if may(task.act)))

    def document(self, document: Mapping[str, Any]) -> Mapping[str, Any]:
        """One thing that waits, as they read it."""
        mine = self.looks or document["task"] in self.answers or not document.get("confidential")
        return document if mine else reworded(document, withheld)

    def shown(self, task: DeskTask) -> DeskTask:
        """The same of a message."""
        if not task.confidential:
            return task
        return DeskTask.model_validate_json(json.dumps(self.document(task.model_dump(mode="json", exclude_none=True))))


class Mine(NamedTuple):
    """What is somebody's own to do: the tasks that they may answer, and whose requests they may not decide on.

    `own` names these, each as the task, a blank and who asked: nobody decides on what they, or whom they stand in for,
    asked for.
    """

    tasks: frozenset[str]
    own: frozenset[str]

    @classmethod
    def of(cls, login: str, policy: Policy, at: datetime) -> Mine:
        """Read off the policy what somebody may do now, in their own right or in another's stead."""
        tasks, own = set[str](), set[str]()
        for kind, asked in ASKED.items():
            if any(each.id == login for each in policy.who_may(asked.act, at)):
                stead = policy.acts_for(login, asked.act, at)
                tasks.add(kind.value)
                own |= {f"{kind.value} {login}", f"{kind.value} {stead.id if stead else login}"}
        return cls(frozenset(tasks), frozenset(own))
