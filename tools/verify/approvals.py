"""The promise about approval: it is somebody else's act than that of whoever asked, and of whoever acts for them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from schemas import dispatch as d
from schemas.message import Message
from schemas.values import Actor
from tools.verify.life import Elsewhere, Life
from vocabulary import Chinese, word

_EXTENSION: Final = "extension"
_SUSPENSION: Final = "suspension"


def nobody_approves_their_own(life: Life, _elsewhere: Elsewhere) -> Iterator[Chinese]:
    """Whatever somebody asked for was decided by somebody else, and what needs an approver names another one."""
    asked: dict[str, Actor] = {}
    for _, fact, _ in life.steps:
        if not isinstance(fact, d.DispatchFact):
            continue
        request = _asked_for(fact)
        if request is not None:
            asked[request] = fact.by
        decided = _decided(fact)
        if decided is not None and decided in asked and _same(asked.pop(decided), fact.by):
            yield Chinese(f"{_name(fact.by)} 决定了自己申请的事：{word(type(fact))}")
        approver = _approver(fact)
        if approver is not None and _same(fact.by, approver):
            yield Chinese(f"{_name(approver)} 批准了自己所做的：{word(type(fact))}")


def _asked_for(fact: Message) -> str | None:
    match fact:
        case d.ExtensionRequested():
            return _EXTENSION
        case d.SuspensionRequested():
            return _SUSPENSION
        case d.ApprovalRequested():
            return fact.request.value
        case _:
            return None


def _decided(fact: Message) -> str | None:
    match fact:
        case d.ExtensionGranted() | d.ExtensionRefused():
            return _EXTENSION
        case d.Suspended() | d.SuspensionRefused():
            return _SUSPENSION
        case d.ApprovalGranted() | d.ApprovalDeclined():
            return fact.request.value
        case _:
            return None


def _approver(fact: Message) -> Actor | None:
    match fact:
        case d.Classified():
            return fact.raised_by
        case d.ReturnUpheld() | d.ReturnOverruled() | d.FinalAnswerGiven():
            return fact.approver
        case _:
            return None


def _same(one: Actor, other: Actor) -> bool:
    if one.person is None or one.party != other.party:
        return False
    return one.person.id in {each.id for each in (other.person, other.acting_for) if each is not None}


def _name(actor: Actor) -> str:
    return actor.person.id if actor.person else "无名者"
