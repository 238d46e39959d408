"""The list of the city's platform against what trace noted: both hold the same tickets, or each difference is named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Final, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, StringConstraints, field_validator

from schemas.values import CARRIED_ON, ENDED, Grade, Solved, TicketState
from vocabulary import GRADES, SOLVED, STATES, Chinese
from worktime import SHANGHAI

_SAME: Final = timedelta(minutes=1)
"""Lists are written to the minute."""
_HERE: Final[Mapping[str, str]] = {"open": "在办", "ended": "已了结", "returned": "已退回市级"}
Different = Literal["missing_here", "missing_there", "repeated", "state", "due", "solved", "satisfaction"]


class CityTicket(BaseModel):
    """A ticket as the city holds it: in hand, over or given back to it; what is left empty is compared with nothing."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: Annotated[str, StringConstraints(min_length=1, max_length=60)]
    state: Literal["open", "ended", "returned"]
    due: datetime | None = None
    solved: Solved | None = None
    satisfaction: Grade | None = None

    @field_validator("due")
    @classmethod
    def _in_its_zone(cls, due: datetime | None) -> datetime | None:
        """A moment without a zone is one of the city's."""
        return due.replace(tzinfo=SHANGHAI) if due is not None and due.tzinfo is None else due


class OurTicket(NamedTuple):
    """A ticket that came down from the city, as the trace noted it."""

    ticket: str
    number: str
    state: TicketState
    due: datetime | None
    solved: str | None
    satisfaction: str | None


class Difference(NamedTuple):
    """What one side holds otherwise than the other; one of the two may have no ticket at all."""

    number: str
    ticket: str | None
    what: Different
    words: Chinese


class OnCitysList(CityTicket):
    """A ticket as the city's platform tells it: what else it says is passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class CitysList(BaseModel):
    """What the city holds of ours at a moment."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    tickets: tuple[OnCitysList, ...]


def differences(theirs: Sequence[CityTicket], here: Sequence[OurTicket]) -> list[Difference]:
    """Name each difference, by the city's numbers: of several tickets with one number the newest counts."""
    known = dict[str, list[OurTicket]]()
    for each in here:
        known.setdefault(each.number, []).append(each)
    listed = {each.number for each in theirs}
    found = list[Difference]()
    for city in theirs:
        held = known.get(city.number, [])
        if not held:
            found.append(Difference(city.number, None, "missing_here", Chinese("市级清单上有，这里没有这个编号的工单")))
            continue
        found += _compared(city, held[-1])
    for number, held in known.items():
        if number not in listed:
            found.append(Difference(number, held[-1].ticket, "missing_there", Chinese("这里有，市级清单上没有")))
        in_hand = [each.ticket for each in held if _standing(each) == "open"]
        if len(in_hand) > 1:
            words = Chinese(f"同一编号有 {len(in_hand)} 件在办：{'、'.join(in_hand)}")
            found.append(Difference(number, in_hand[-1], "repeated", words))
    return sorted(found, key=lambda each: (each.number, each.what))


def _standing(ticket: OurTicket) -> str | None:
    """What a ticket is to the city; None where other tickets carry it on, which say it themselves."""
    if ticket.state is TicketState.TRANSFERRED:
        return "returned"
    return None if ticket.state in CARRIED_ON else "ended" if ticket.state in ENDED else "open"


def _compared(city: CityTicket, here: OurTicket) -> Iterator[Difference]:
    standing = _standing(here)
    if standing is not None and standing != city.state:
        words = Chinese(f"市级记为“{_HERE[city.state]}”，这里是“{STATES[here.state]}”")
        yield Difference(city.number, here.ticket, "state", words)
    if city.due is not None and (here.due is None or abs(city.due - here.due) >= _SAME):
        words = Chinese(f"市级时限为 {_moment(city.due)}，这里记的是 {_moment(here.due)}")
        yield Difference(city.number, here.ticket, "due", words)
    if city.solved is not None and city.solved.value != here.solved:
        said = SOLVED.said(here.solved) if here.solved else "没有记"
        words = Chinese(f"市级回访为“{SOLVED.said(city.solved)}”，这里{said}")
        yield Difference(city.number, here.ticket, "solved", words)
    if city.satisfaction is not None and city.satisfaction.value != here.satisfaction:
        said = GRADES.said(here.satisfaction) if here.satisfaction else "没有记"
        words = Chinese(f"市级评价为“{GRADES.said(city.satisfaction)}”，这里{said}")
        yield Difference(city.number, here.ticket, "satisfaction", words)


def _moment(at: datetime | None) -> str:
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M") if at is not None else "没有时限"
