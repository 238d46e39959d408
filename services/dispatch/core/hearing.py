"""What is recognised in what somebody says, in whatever act: words that no machine may answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from rulebook.stop_words import Recognised
from schemas import inbound as i
from schemas.acts import RELAYS
from schemas.inbound import Action
from schemas.spoken import spoken_fields, spoken_in
from schemas.values import Code, Place
from services.dispatch.core.rules import Rules
from services.dispatch.core.standing import Transferred
from services.dispatch.core.ticket import Ticket

_NOT_WHAT_HAPPENED: Final = frozenset({"contact", "place"})
"""Who and where; the place of a matter is listened to as a place, where it is decided on."""
UNHEARD: Final = (i.Redact, i.SeeToStopWords)
"""Acts of which no word is ever repeated, and those that answer what was recognised."""
_HEARD_ELSEWHERE: Final = {i.Split: frozenset({"parts"}), i.Correct: frozenset({"text", "reply"})}
"""What is listened to as the text of a matter: in the parts that begin, and in the ticket that is corrected."""


class Heard(NamedTuple):
    """What was recognised, the first of each group, and the first text in which something urgent was."""

    found: tuple[Recognised, ...] = ()
    cry: str | None = None


NOTHING: Final = Heard()


def listen(rules: Rules, text: str, place: Place | None = None) -> tuple[Recognised, ...]:
    """Recognise the words in what was said, and in a place; one that a sub-district was found for is ours."""
    where = place.text if place is not None else ""
    known = place is None or place.subdistrict is not None
    return rules.policy.listener.recognised(text, where, located=known)


def urges(found: Sequence[Recognised]) -> bool:
    """Whether policy makes it urgent."""
    return any(each.group.urgent for each in found)


def speaks_of_misconduct(found: Sequence[Recognised]) -> bool:
    """Whether departments must not read it, for one of them may be accused."""
    return any(each.group.accuses for each in found)


def hear(rules: Rules, *texts: str, place: Place | None = None) -> Heard:
    """Recognise the words in several texts, each for itself, and in a place beside the first."""
    said = [(text, listen(rules, text, None if number else place)) for number, text in enumerate(texts)]
    groups = {each.group.code: each for _, found in reversed(said) for each in found}
    first = dict.fromkeys(each.group.code for _, found in said for each in found)
    return Heard(tuple(groups[code] for code in first), next((text for text, found in said if urges(found)), None))


def heard_in(rules: Rules, ticket: Ticket, action: Action) -> Heard:
    """Recognise the words in everything that is said in an act.

    Of what departments and the office write only what nobody had recognised before: a report on a fire says again that
    it burnt. Of what the office decides only what is urgent, for whoever writes it is a person of the centre; and not
    what those are for whom it is told.
    """
    heard = hear(rules, *_said_in(action))
    if isinstance(action, i.FromRequester | i.CallbackAction) or not heard.found:
        return heard
    decides = isinstance(action, i.OfficeAction) and not isinstance(action, RELAYS)
    known, told = ticket.stop_words.groups, _told(ticket, action)
    new = (each for each in heard.found if each.group.code not in known)
    left = tuple(
        each for each in new if not decides or (each.group.urgent and (told is None or each.group.refer != told))
    )
    return Heard(left, heard.cry if urges(left) else None)


def _told(ticket: Ticket, action: Action) -> Code | None:
    """Which outside body is told of it by the act, or was."""
    match action:
        case i.TransferOut(to=to):
            return to
        case i.RecordReferral() if isinstance(ticket.standing, Transferred):
            return ticket.standing.to
        case _:
            return None


def _said_in(action: Action) -> Iterator[str]:
    elsewhere = _HEARD_ELSEWHERE.get(type(action), frozenset())
    names = spoken_fields(type(action)) - _NOT_WHAT_HAPPENED - elsewhere
    if names and not isinstance(action, UNHEARD):
        yield from spoken_in(action.model_dump(mode="json", exclude_none=True, include=set(names)))
