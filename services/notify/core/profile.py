"""What notify knows of a ticket in order to tell people about it: a fold of what others said, contact included."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from chassis.frozen import replace
from schemas.values import Channel, Clock, Contact, Due, OfficialDue, ProvisionalDue, TicketState, Tier, Utterance

REMEMBERED: Final = frozenset({Clock.HANDLING, Clock.REWORK, Clock.URGENT_FIRST_REPORT})
"""The clocks whose due times stand in messages about something else, beside the citizen's."""

STANDS_STILL: Final = frozenset({Clock.HANDLING, Clock.REWORK})
"""The clocks among them that stand still while a ticket is suspended."""


@dataclass(frozen=True)
class Profile:
    """A ticket as far as messages need it; the only place where notify keeps the requester's contact.

    `contacts` are the other ones that the requester is or was known under: nobody is told anything there.

    `upstream` is the city's own number of what it handed down; parts of a split have none.

    `handler` is the department whose handling time `due` tells; it lags behind `lead` until the clock has started.
    Of a clock that a calendar can still move, `due` is the earliest and `latest` the latest moment; `begun` is when it
    started. Likewise `citizen_tier` is the tier that `citizen_due` was derived for. `promised` and `responsible` are
    the date and the department that the requester was told last; `tentative` says that the date was told as one that is
    not settled; `promised_by` is the clock that a promise goes by where that is no longer the citizen's; `suspended`
    says that nobody can promise anything, `resumed` that the requester is still to hear of a date after that. `said` is
    what came in about the ticket last, `cry` what made it urgent last and `cried_at` when that was said; `accepted`
    says that the lead has signed for the order, `ended` how the ticket ended, where it did, and `wanted` that its
    requester wants it to go on; `watched` says that a supervision order runs, `reviewed` that a callback review does,
    `takes_returns` that the newest order is neither binding nor accepted.
    """

    ticket: str
    receipt: str | None = None
    channel: Channel | None = None
    anonymous: bool = False
    contact: Contact = field(default_factory=Contact)
    contacts: tuple[Contact, ...] = ()
    upstream: str | None = None
    visitor: str | None = None
    confidential: bool = False
    accused: tuple[str, ...] = ()
    kind: str | None = None
    tier: Tier | None = None
    tier_decided: bool = False
    category: str | None = None
    place: str = ""
    text: str = ""
    said: str = ""
    lead: str | None = None
    supporting: tuple[str, ...] = ()
    orders: int = 0
    extension_ground: str | None = None
    suspension_ground: str | None = None
    reply: str = ""
    due: Mapping[Clock, datetime] = field(default_factory=dict)
    latest: Mapping[Clock, datetime] = field(default_factory=dict)
    begun: Mapping[Clock, datetime] = field(default_factory=dict)
    handler: str | None = None
    citizen_due: Due | None = None
    citizen_tier: Tier | None = None
    receipt_told: bool = False
    promised: str = ""
    tentative: bool = False
    promised_by: Clock | None = None
    suspended: bool = False
    resumed: bool = False
    responsible: str | None = None
    order_told: int = 0
    final: bool = False
    accepted: bool = False
    ended: TicketState | None = None
    wanted: bool = False
    cry: Utterance | None = None
    cried_at: datetime | None = None
    watched: bool = False
    reviewed: bool = False
    takes_returns: bool = False

    @property
    def returnable(self) -> bool:
        """Whether the lead may ask to return the order now."""
        return self.takes_returns and not (self.watched or self.reviewed or self.tier is Tier.URGENT)

    def due_of(self, clock: Clock) -> Due | None:
        """When a clock that is remembered is due."""
        due, latest = self.due.get(clock), self.latest.get(clock)
        if due is None:
            return None
        return OfficialDue(at=due) if latest is None else ProvisionalDue(earliest=due, latest=latest)

    def without_older(self, clocks: Iterable[Clock], at: datetime) -> Profile:
        """The profile without the due times of such of these clocks as started before a moment.

        A clock that started since is another one under the same name: it can be heard of before what started it.
        """
        gone = {clock for clock in clocks if (began := self.begun.get(clock)) is None or began < at}
        return replace(
            self,
            due={clock: due for clock, due in self.due.items() if clock not in gone},
            latest={clock: due for clock, due in self.latest.items() if clock not in gone},
            handler=None if Clock.HANDLING in gone else self.handler,
        )
