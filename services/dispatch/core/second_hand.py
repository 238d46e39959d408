"""A second hand notices the first: an act that says what its author saw is refused when others acted in between."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import vocabulary
from chassis.frozen import replace
from schemas import dispatch as d
from schemas.acts import STAFF, is_act
from schemas.inbound import Action, DepartmentAction, OnTicket
from schemas.values import Party, PartyKind, Person
from services.dispatch.core.draft import Draft
from services.dispatch.core.episode import Refusal
from services.dispatch.core.holder import participants
from services.dispatch.core.regions import RecentAct
from services.dispatch.core.ticket import Ticket
from worktime import SHANGHAI

_REMEMBERED: Final = 10
"""So many people are remembered, each with the last of their acts."""

_INSIDE: Final = frozenset({d.Delegated.type_name, d.DelegationTakenBack.type_name, d.InternallyNoted.type_name})
"""What is nobody's business but the department's own."""

SAYS_VERSION: Final = frozenset({"changed_meanwhile", "never_seen"})
"""The refusals that say which version there is."""


def with_act(ticket: Ticket, fact: d.DispatchFact, at: datetime) -> Ticket:
    """The ticket after a fact that may be somebody's act; only acts of staff count."""
    party = fact.by.party
    if party is None or not is_act(fact.type_name, party.kind):
        return ticket
    act = RecentAct(number=ticket.version + 1, word=fact.type_name, by=fact.by.person, party=party, at=at)
    others = [each for each in ticket.acts if _whose(each) != _whose(act)]
    return replace(ticket, version=act.number, acts=(*others, act)[-_REMEMBERED:])


def _whose(act: RecentAct) -> tuple[Party, Person | None, bool]:
    """What a department does inside hides nothing of what the same person did for all to see."""
    return act.party, act.by, act.word in _INSIDE


def changed_meanwhile(draft: Draft, action: Action) -> Refusal | None:
    """What others did after the version that the author saw; nothing where that is not said.

    For the office, others are those of the office: what a department does in between moves the ticket, which the table
    catches, or changes nothing that the office decides about. For a department they are all.
    """
    if not isinstance(action, OnTicket | DepartmentAction) or action.if_seen is None:
        return None
    if isinstance(action, DepartmentAction) and draft.department not in participants(draft.ticket):
        return None
    if action.if_seen > draft.ticket.version:
        reason = f"该工单最新是版本{draft.ticket.version}，没有版本{action.if_seen}。请查看最新情况，填写所看到的版本。"
        return Refusal("never_seen", reason)
    ticket, me = draft.ticket, (draft.by.party, action.by)
    kinds = {PartyKind.OFFICE} if isinstance(action, OnTicket) else STAFF
    since = [
        act
        for act in ticket.acts
        if act.number > action.if_seen
        and act.party.kind in kinds
        and (act.party, act.by) != me
        and not (act.word in _INSIDE and act.party != draft.by.party)
    ]
    if not since:
        return None
    said = "、".join(_said(act) for act in since)
    reason = f"您查看之后，该工单已有他人操作：{said}。请查看最新情况（版本{ticket.version}）后再办理。"
    return Refusal("changed_meanwhile", reason)


def _said(act: RecentAct) -> str:
    who = act.by.name if act.by else ""
    return f"{act.at.astimezone(SHANGHAI):%m-%d %H:%M}{who}{vocabulary.FACTS.said(act.word)}"
