"""Notes that lead and supporters share, or that a department keeps: what many facts add to a ticket.

Each order repeats them, and the ticket is written with them at each step: so they are few, and together no longer than
one text may be.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final, Literal, TypeVar

from chassis.frozen import replace
from schemas.values import TEXT_LIMIT, DepartmentCode
from services.dispatch.core.draft import Draft
from services.dispatch.core.episode import Refusal, state_guard
from services.dispatch.core.regions import InsideNote, Note, Noting
from services.dispatch.core.ticket import Ticket

MOST: Final = 20
_BEGINNING: Final = 500
"""So many characters are left at most of a note for which there is no room any more."""
_ENDS: Final = "。！？；\n"
_WENT_ON: Final = "……（其余见办理经过）"
_WINDOW: Final = timedelta(hours=24)

_Any = TypeVar("_Any", Note, InsideNote)


def noted(ticket: Ticket, department: DepartmentCode | None, text: str, *, plan: bool = False) -> Ticket:
    """The ticket with one note more; old ones stand in the trace."""
    return replace(ticket, notes=kept((*ticket.notes, Note(department=department, text=text, plan=plan))))


def with_word(
    ticket: Ticket, kind: Literal["press", "add", "dispatch"], text: str, at: datetime, *, unverified: bool = False
) -> Ticket:
    """The ticket with one note more for all who work on it, of the requester or of the dispatcher."""
    note = Note(text=text, kind=kind, at=at, unverified=unverified)
    return replace(ticket, notes=kept((*ticket.notes, note)))


def kept(notes: Sequence[_Any]) -> tuple[_Any, ...]:
    """The newest notes, and of those for which there is no room their beginning; the newest of all is whole."""
    if len(notes) <= MOST and sum(len(note.text) for note in notes) <= TEXT_LIMIT:
        return tuple(notes)
    newest_first = tuple(_with_room(notes[: -MOST - 1 : -1]))
    return newest_first[::-1]


def _with_room(newest_first: Sequence[_Any]) -> Iterator[_Any]:
    room = TEXT_LIMIT
    for number, note in enumerate(newest_first):
        fits = number == 0 or len(note.text) <= room
        left = note if fits else replace(note, text=_beginning(note.text))
        room -= len(left.text)
        yield left


def _beginning(text: str) -> str:
    """Whole sentences alone: half a number or a name would be hidden from nobody."""
    if text.endswith(_WENT_ON) or len(text) <= _BEGINNING:
        return text
    last = max(text.rfind(end, 0, _BEGINNING) for end in _ENDS)
    return text[: last + 1] + _WENT_ON


# --- how often -------------------------------------------------------------------------------------------------------


@state_guard
def not_too_many_notes(draft: Draft) -> Refusal | None:
    """A department writes so many notes of a ticket within a day as policy lets it: everybody hears each of them."""
    most, department = draft.rules.policy.limits.notes_per_day, draft.department or ""
    noting = draft.ticket.noting.get(department)
    if noting is None or noting.count < most or draft.at - noting.since >= _WINDOW:
        return None
    return Refusal(
        "too_many_notes",
        f"你单位24小时内在该工单上已记{most}条，达到上限。请把后续情况并作一条，迟些再记；签收、联系、申请、办结不受此限。",
    )


def counted(ticket: Ticket, department: DepartmentCode, at: datetime) -> Ticket:
    """The ticket with one note more of a department's count."""
    noting = ticket.noting.get(department)
    if noting is None or at - noting.since >= _WINDOW:
        noting = Noting(since=at)
    else:
        noting = replace(noting, count=noting.count + 1)
    return replace(ticket, noting={**ticket.noting, department: noting})
