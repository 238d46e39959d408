"""A happening of the made-up district as the message that a hotline, a survey app or a WeChat account would send."""

from __future__ import annotations

from typing import Final

from examples.district.happenings import (
    AnsweredCall,
    Call,
    FollowUp,
    Happening,
    Somebody,
    Spot,
    Trouble,
    Visit,
    WayIn,
    WechatMessage,
)
from schemas.inbound import AnswerOnLine, Problem, ProvideInfo, RecordVisit, Register
from schemas.inbound import FollowUp as AskAfter
from schemas.values import Contact, Kind, Person, Place, Position, RequesterKind, Upstream, Verified

_DESK: Final = "12345-{}"
_INFORMED: Final = "09"
"""The agent who takes answers."""


def register(happening: Call | WechatMessage) -> Register:
    """Write down a call or a WeChat message."""
    trouble = happening.trouble
    calls = isinstance(happening, Call)
    return Register(
        kind=Kind(trouble.kind),
        requester_kind=RequesterKind(_who(happening).kind),
        contact=contact(_who(happening)),
        place=place(trouble.spot),
        text=trouble.text,
        category=trouble.category,
        suggested_department=trouble.department,
        confidential=trouble.confidential,
        accused=trouble.accused,
        upstream=(
            Upstream(number=happening.upstream.number, due=happening.upstream.due)
            if isinstance(happening, Call) and happening.upstream
            else None
        ),
        occurred_at=happening.at,
        agent=_agent(happening.agent) if calls and isinstance(happening, Call) else None,
    )


def answered(happening: AnsweredCall) -> AnswerOnLine:
    """Write down a call that the agent answered on the line."""
    trouble = happening.trouble
    return AnswerOnLine(
        kind=Kind(trouble.kind),
        requester_kind=RequesterKind(happening.caller.kind),
        contact=contact(happening.caller),
        place=place(trouble.spot),
        text=trouble.text,
        category=trouble.category,
        answer=happening.answer,
        agent=_agent(happening.agent),
    )


def provided(ticket: str, way: WayIn, asked: Happening | None) -> ProvideInfo:
    """Answer a question: by the own account, or over an agent who calls back and says so."""
    own = asked.sender if isinstance(asked, WechatMessage) else None
    by_person = way is not WayIn.WECHAT
    return ProvideInfo(
        ticket=ticket,
        text="是3号楼，晚上六点以后家里有人。",
        contact=contact(own) if own is not None and own.kind != RequesterKind.ANONYMOUS else None,
        agent=_agent(_INFORMED) if by_person else None,
        verified=Verified.CALLED_BACK if by_person else None,
    )


def asked_after(happening: FollowUp, ticket: str, before: Happening) -> AskAfter:
    """Ask after what was told before, as the one who told it."""
    own = _whose(before)
    return AskAfter.model_validate(
        {
            "ticket": ticket,
            "mode": happening.mode,
            "text": happening.text,
            "contact": contact(own) if own is not None and own.kind != RequesterKind.ANONYMOUS else None,
        }
    )


def visit(happening: Visit) -> RecordVisit:
    """Write down a household visit with its problems."""
    spot = happening.spot
    return RecordVisit(
        visitor=happening.visitor,
        device=happening.device,
        unit=happening.unit,
        position=Position(
            latitude=spot.latitude if happening.plausible else spot.latitude - 9.0,
            longitude=spot.longitude,
            accuracy=happening.accuracy,
            at=happening.visited_at,
        ),
        visited_at=happening.visited_at,
        household=happening.household,
        address=place(spot),
        contact=contact(happening.resident),
        requester_kind=RequesterKind(happening.resident.kind),
        problems=tuple(_problem(trouble) for trouble in happening.troubles),
    )


def contact(somebody: Somebody) -> Contact:
    """The personal data of somebody, apart from everything else."""
    return Contact(name=somebody.name, phone=somebody.phone, wechat=somebody.wechat)


def place(spot: Spot) -> Place:
    """A place in the words of the person who named it."""
    return Place(text=spot.text, road=spot.road, number=spot.number, compound=spot.compound)


def _problem(trouble: Trouble) -> Problem:
    return Problem(
        kind=Kind(trouble.kind),
        text=trouble.text,
        place=place(trouble.spot),
        category=trouble.category,
        suggested_department=trouble.department,
    )


def _who(happening: Call | WechatMessage) -> Somebody:
    return happening.caller if isinstance(happening, Call) else happening.sender


def _whose(happening: Happening) -> Somebody | None:
    match happening:
        case Call() | WechatMessage():
            return _who(happening)
        case Visit():
            return happening.resident
        case _:
            return None


def _agent(name: str) -> Person:
    return Person(id=_DESK.format(name), name=name)
