"""A ticket as notify hears of it, and what each fact asks to be told."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rulebook import load_policy
from schemas import clocks as c
from schemas import dispatch as d
from schemas.message import Message
from schemas.owner import Owner
from schemas.values import Actor, Channel, Clock, Contact, Due, Kind, OfficialDue, Place, RequesterKind, Tier
from services.notify.core.dates import as_read
from services.notify.core.notice import Notice
from services.notify.core.profile import Profile
from services.notify.core.wording import DigestWords, Wording
from services.notify.reactions import react

POLICY = load_policy(Path(__file__).resolve().parents[2] / "policy")
WORDING = Wording(POLICY)
DIGEST = DigestWords(POLICY)
TICKET = "26030200000017"
BY = Actor(by_rule="test")
MORNING = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)  # Monday 10:00 in Shanghai
NIGHT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)  # 23:00
DUE = OfficialDue(at=datetime(2026, 3, 9, 9, 30, tzinfo=UTC))


class Teller:
    """Tells facts one after another, and what each asks to be told: as it is sent, or as it is kept until then."""

    def __init__(self, *, as_kept: bool = False) -> None:
        self.as_kept = as_kept
        self.profile = Profile(ticket=TICKET)
        self.number = 0

    def tell(self, fact: Message, at: datetime = MORNING) -> list[Notice]:
        self.number += 1
        self.profile, wishes = react(self.profile, fact, at, WORDING.book)
        notices = [WORDING.notice(wish, self.profile, f"cause-{self.number}", at) for wish in wishes]
        return [notice if self.as_kept else _as_sent(notice) for notice in notices if notice is not None]


def _as_sent(notice: Notice) -> Notice:
    notice = notice._replace(text=as_read(notice.text))
    if notice.veil is None:
        return notice
    words = notice.veil({"title": notice.subject, "text": notice.text})
    return notice._replace(subject=words["title"], text=words["text"])


def registered(**changed: Any) -> d.Opened:
    """What was registered, as dispatch opens it: without a category, and so without a tier that anybody decided."""
    usual: dict[str, Any] = {
        "ticket": TICKET,
        "by": BY,
        "tier": Tier.COMPLEX,
        "receipt": "R0123456789AB",
        "channel": Channel.HOTLINE,
        "kind": Kind.COMPLAIN,
        "requester_kind": RequesterKind.RESIDENT,
        "contact": Contact(name="王小明", phone="+8613800000000", wechat="wx-1"),
        "place": Place(text="平凉路100弄"),
        "text": "楼道堆物",
    }
    return d.Opened(**{**usual, **changed})


def started(clock: Clock, owner: str = "department:housing", **changed: Any) -> c.ClockStarted:
    usual: dict[str, Any] = {"started_at": MORNING, "tier": Tier.COMPLEX, "due": DUE, "explanation": {}}
    return c.ClockStarted(ticket=TICKET, clock_id=clock.value, clock=clock, owner=Owner(owner), **{**usual, **changed})


def citizens(**changed: Any) -> c.ClockStarted:
    return started(Clock.CITIZEN, "office:p-he", **changed)


def rederived(due: Due, tier: Tier = Tier.COMPLEX, because: str = "tier", was: Due = DUE) -> c.ClockRederived:
    about: dict[str, Any] = {"ticket": TICKET, "clock_id": "citizen", "clock": Clock.CITIZEN, "explanation": {}}
    return c.ClockRederived(**about, owner=Owner("office:p-he"), was=was, due=due, tier=tier, because=because)


def classified(tier: Tier, category: str = "0401-04") -> d.Classified:
    return d.Classified(ticket=TICKET, by=BY, category=category, tier=tier)


AWAITED = d.DispatchAwaited(ticket=TICKET, by=BY, reason="no_category")


def dispatched(tier: Tier = Tier.COMPLEX, **changed: Any) -> d.Dispatched:
    usual = {"ticket": TICKET, "by": BY, "order": 1, "lead": "housing", "tier": tier, "reason": "by-hand"}
    return d.Dispatched(**{**usual, **changed})
