"""A matter comes in, is passed on and classified."""

from __future__ import annotations

from typing import ClassVar, Literal

from schemas.complaint import Complaint
from schemas.dispatch.base import Carrying, Dated, DispatchFact
from schemas.values import (
    Actor,
    CategoryCode,
    Channel,
    Clock,
    Code,
    Contact,
    DepartmentCode,
    Instant,
    Kind,
    Place,
    Receipt,
    RequesterKind,
    StopWord,
    Text,
    TicketId,
    Tier,
    Utterance,
    VisitRef,
)


class Opened(Complaint, Carrying):
    """The life of a ticket began; the citizen's clock runs from here, a part's from where its whole was registered.

    `recurrence_of` is an earlier ticket whose matter came back. `hinted_tier` is what the channel proposed where that
    was not taken, for it gave more time than is usual. `contacts` are the other ones that the requester of a part was
    known under in its whole.
    """

    tier: Tier
    hinted_tier: Tier | None = None
    suggested_department: DepartmentCode | None = None
    visit: VisitRef | None = None
    part_of: TicketId | None = None
    recurrence_of: TicketId | None = None
    registered_at: Instant | None = None
    contacts: tuple[Contact, ...] | None = None

    def as_urgent(self) -> Opened:
        """The same beginning of an urgent matter."""
        return self.model_copy(update={"tier": Tier.URGENT})


class AnsweredOnLine(DispatchFact):
    """A ticket was born closed: the agent answered on the line (直办)."""

    receipt: Receipt
    channel: Channel
    kind: Kind
    requester_kind: RequesterKind
    requester: str | None = None
    place: Place | None = None
    category: CategoryCode | None = None
    answer: Text


class StopWordsFound(Dated):
    """What was said has words that no machine may answer: nothing of this ticket is dispatched by itself any more.

    `tier` is what they make it, where it was another one; `named` are departments that the text itself names beside
    words of misconduct: until a person clears them they take no part. `called_for` says that whoever is on duty has to
    know, although the ticket has ended. `waits` says that they wait for a person of the centre by themselves, for
    somebody had the ticket already; of what is recognised before, whoever dispatches it hears. `said` is where
    urgent ones were recognised; None where that is the text of the matter itself.
    """

    found: tuple[StopWord, ...]
    tier: Tier | None = None
    named: tuple[DepartmentCode, ...] = ()
    called_for: bool | None = None
    said: Utterance | None = None
    waits: Literal[True] | None = None


class StopWordsSeenTo(DispatchFact):
    """A person of the centre saw to what the machine had recognised, and says how; `cleared` are not accused."""

    note: Text
    cleared: tuple[DepartmentCode, ...] = ()


class PassOnAwaited(DispatchFact):
    """A survey ticket waits for the visitor's unit or for the survey office to pass it on."""

    stage: Literal["unit", "survey_office"]
    unit: Code | None = None


class PassedOn(DispatchFact):
    """The unit or the survey office passed the ticket on, or policy did."""

    stage: Literal["unit", "survey_office"]


class SettledAtUnit(Dated):
    """The visitor's unit settled the problem on the spot; the ticket is closed."""

    dates: ClassVar[Clock] = Clock.REOPEN_WINDOW

    reply: Text


class CategorySuggested(DispatchFact):
    """A category was suggested from the text; above the threshold of the policy it counts.

    `model` is the identity of the model that was asked, so that its suggestions can be counted.
    """

    category: CategoryCode
    score: float
    method: Code
    taken: bool
    model: Code | None = None


class Classified(Dated):
    """Category and tier stand, or were changed under way."""

    category: CategoryCode
    tier: Tier
    raised_by: Actor | None = None


class DispatchAwaited(DispatchFact):
    """The ticket waits on the desk for a dispatcher, and why.

    `alternatives` are the categories that come after the suggested one, the likeliest first; `refer` is the outside
    body that the policy refers such matters to; `model` is the identity of the model that suggested none or several.
    """

    reason: Code
    suggestion: CategoryCode | None = None
    alternatives: tuple[CategoryCode, ...] | None = None
    model: Code | None = None
    refer: Code | None = None
    precedents: tuple[TicketId, ...] = ()
