"""Many callers about one thing (多人同诉): policy points it out on one of their tickets, a person says what it is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from chassis.frozen import replace
from schemas import dispatch as d
from schemas import inbound as i
from schemas import requests as r
from schemas.numbering import incident_of
from schemas.text import fitted
from schemas.values import Party, PartyKind, Person
from services.dispatch.core.draft import Draft
from services.dispatch.core.episode import MOOT, Episode, Refusal
from services.dispatch.core.guards import avoids, known
from services.dispatch.core.regions import Alone, Noticed, NotNoticed
from services.dispatch.core.standing import OPEN
from services.dispatch.core.ticket import Ticket

episode = Episode("alike")

_LONGEST_TITLE: Final = 120


# --- noticed ---------------------------------------------------------------------------------------------------------


def in_no_incident(draft: Draft, _request: r.NoticeAlike) -> Refusal | None:
    return None if isinstance(draft.ticket.incident, Alone) else MOOT


@episode.request(r.NoticeAlike, OPEN, in_no_incident)
def notice_alike(draft: Draft, request: r.NoticeAlike) -> None:
    noticed = d.AlikeNoticed(
        **draft.by_author,
        callers=request.callers,
        days=request.days,
        tickets=request.tickets,
        incident=request.incident,
    )
    draft.say(noticed)


@episode.fact(d.AlikeNoticed)
def _noticed(ticket: Ticket, fact: d.AlikeNoticed, _at: datetime) -> Ticket:
    return replace(ticket, alike=Noticed(tickets=fact.tickets, callers=fact.callers, incident=fact.incident))


# --- one thing -------------------------------------------------------------------------------------------------------


def was_noticed(draft: Draft, _action: i.GatherAlike | i.DismissAlike) -> Refusal | None:
    if isinstance(draft.ticket.alike, Noticed):
        return None
    return Refusal("nothing_noticed", "该工单没有待研判的多人同诉；要建立多人同诉的，请直接建立并列出工单。")


def lead_may(draft: Draft, action: i.GatherAlike) -> Refusal | None:
    return None if action.lead is None else known(draft, action.lead) or avoids(draft, action.lead)


@episode.action(i.GatherAlike, OPEN, was_noticed, lead_may)
def gather_alike(draft: Draft, action: i.GatherAlike) -> None:
    noticed = draft.ticket.alike
    if not isinstance(noticed, Noticed):
        return
    opens = noticed.incident is None
    gathered = d.AlikeGathered(
        **draft.by_author,
        incident=noticed.incident or incident_of(f"{draft.ticket.id}\0{draft.receipt}".encode()),
        opens=True if opens else None,
        tickets=noticed.tickets,
        title=action.title or _title(draft) if opens else None,
        lead=action.lead if opens else None,
        gathers=opens and action.gathers and draft.ticket.matter.category is not None,
        reason=action.reason,
        receipt=draft.receipt,
    )
    draft.say(gathered)


def _title(draft: Draft) -> str:
    matter = draft.ticket.matter
    category = draft.rules.policy.category(matter.category) if matter.category else None
    return fitted(f"{matter.place.text}{category.name if category else ''}", _LONGEST_TITLE)


def _asks_to_gather(ticket: Ticket, fact: d.AlikeGathered) -> Iterator[r.IncidentRequest]:
    if fact.by.person is None:
        return
    yield r.GatherMembers(
        incident=fact.incident,
        origin=ticket.id,
        party=Party(kind=PartyKind.OFFICE),
        receipt=fact.receipt,
        action=_on_incident(ticket, fact, fact.by.person),
    )


def _on_incident(ticket: Ticket, fact: d.AlikeGathered, by: Person) -> i.OpenIncident | i.AttachToIncident:
    if fact.opens is None:
        return i.AttachToIncident(incident=fact.incident, by=by, tickets=fact.tickets, reason=fact.reason)
    return i.OpenIncident(
        by=by,
        title=fact.title or fact.incident,
        lead=fact.lead,
        category=ticket.matter.category,
        place=ticket.matter.place,
        gathers=fact.gathers,
        tickets=fact.tickets,
        reason=fact.reason,
    )


@episode.fact(d.AlikeGathered, asks=_asks_to_gather)
def _gathered(ticket: Ticket, _fact: d.AlikeGathered, _at: datetime) -> Ticket:
    return replace(ticket, alike=NotNoticed())


# --- not one thing ---------------------------------------------------------------------------------------------------


@episode.action(i.DismissAlike, OPEN, was_noticed)
def dismiss_alike(draft: Draft, action: i.DismissAlike) -> None:
    draft.say(d.AlikeDismissed(**draft.by_author, reason=action.reason))


@episode.fact(d.AlikeDismissed)
def _dismissed(ticket: Ticket, _fact: d.AlikeDismissed, _at: datetime) -> Ticket:
    return replace(ticket, alike=NotNoticed())
