"""What whoever is summoned reads of an urgent matter: the words that made it so, and how the ticket stands."""

from __future__ import annotations

from typing import Final

from rulebook import Policy
from schemas.acts import RELAYS
from schemas.values import Clock, DeskTaskKind, PartyKind, TicketState
from services.notify.core.book import AddressBook
from services.notify.core.profile import Profile
from services.notify.core.values import deadline
from vocabulary import STATES, TASKS

_TOLD_ANYWAY: Final = frozenset(str(each.model_fields["do"].default) for each in RELAYS)
"""Acts of the centre of which a department is told, with what was said there."""


def cry(profile: Profile, policy: Policy) -> str:
    """What made it urgent last, who said it, and when; empty where that is the text of the matter itself."""
    return policy.uttered(profile.cry, deadline(profile.cried_at)) if profile.cry else ""


def cry_to_department(profile: Profile, policy: Policy, code: str) -> str:
    """The same, as far as a department may read it."""
    said = profile.cry
    if said is None or said.withheld:
        return ""
    party = said.by.party
    if said.inside and (party is None or party.department != code):
        return ""
    if party is not None and party.kind is PartyKind.OFFICE and said.act not in _TOLD_ANYWAY:
        return ""
    return cry(profile, policy)


def standing(profile: Profile, book: AddressBook) -> str:
    """How the ticket stands, as whoever is called has to know it."""
    if profile.ended is not None:
        wanted = f"，{TASKS.said(DeskTaskKind.REOPENING)}" if profile.wanted else ""
        return f"工单{STATES[profile.ended]}{wanted}"
    if profile.lead is None:
        return STATES[TicketState.PENDING_DISPATCH]
    lead = book.name(profile.lead)
    if profile.reply:
        return f"{lead}已报办结"
    if profile.suspended:
        return f"{lead}承办，{STATES[TicketState.SUSPENDED]}"
    if profile.promised_by is Clock.REWORK:
        return f"{lead}{STATES[TicketState.REWORK]}"
    return f"{lead}已签收" if profile.accepted else f"已派{lead}，未签收"
