"""What a ticket is: its matter, where it stands, and the regions that run beside."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from schemas.values import (
    CategoryCode,
    Channel,
    Clock,
    Code,
    Contact,
    DepartmentCode,
    Due,
    Instant,
    Kind,
    Place,
    Receipt,
    RequesterKind,
    Ruling,
    TicketId,
    TicketState,
    Tier,
    Upstream,
)
from services.dispatch.core.base import Part
from services.dispatch.core.regions.commitment import Commitment, Nothing
from services.dispatch.core.regions.contact import FirstContact, NotDue
from services.dispatch.core.regions.escalation import Escalation, NotProposed
from services.dispatch.core.regions.extension import Extension
from services.dispatch.core.regions.extension import NotAsked as NoExtension
from services.dispatch.core.regions.incident import Alone, Heads, Incident
from services.dispatch.core.regions.merging import Merging
from services.dispatch.core.regions.merging import NotAsked as NoMerge
from services.dispatch.core.regions.supervision import CallbackReview, NoReview, Quiet, Supervision
from services.dispatch.core.regions.support import Tasks
from services.dispatch.core.regions.suspension import NotAsked as NoSuspension
from services.dispatch.core.regions.suspension import Suspending
from services.dispatch.core.standing import LED, NeedsInfo, Standing


class Matter(Part):
    """What was raised, by whom, where; it changes only in category and tier. `accused` must never hear of it."""

    receipt: Receipt
    channel: Channel
    kind: Kind
    requester_kind: RequesterKind
    requester: str | None = None
    contact: Contact
    place: Place
    text: str
    category: CategoryCode | None = None
    tier: Tier
    suggested_department: DepartmentCode | None = None
    confidential: bool = False
    accused: tuple[DepartmentCode, ...] = ()
    upstream: Upstream | None = None
    unit: str | None = None
    part_of: TicketId | None = None
    opened_at: Instant


class Order(Part):
    """The newest order: number, lead and supporting departments; a binding one cannot be returned."""

    number: int
    lead: DepartmentCode
    supporting: tuple[DepartmentCode, ...] = ()
    binding: bool = False
    returnable: bool = True
    presumed_at: Instant | None = None
    reason: Code


class Noted(Part):
    """A due time as sla last told it; None while the clock stands still."""

    clock: Clock
    due: Due | None
    owner: str
    missed: bool = False


class Note(Part):
    """A note that lead and supporters share."""

    department: DepartmentCode | None = None
    text: str
    plan: bool = False


class Seen(Part):
    """What others see of a ticket: who takes part, what waits at the desk, whose task, which callback round runs."""

    departments: tuple[DepartmentCode, ...] = ()
    desk: tuple[Code, ...] = ()
    in_review: DepartmentCode | None = None
    round: int | None = None


class Stub(Part):
    """A number that somebody named before, or without, a ticket of that number."""

    stub: Literal[True] = True


class Ticket(Part):
    """The whole of a ticket as dispatch remembers it; `before` is what others saw before its newest fact."""

    id: TicketId
    matter: Matter
    standing: Standing
    order: Order | None = None
    orders: int = 0
    disputes: int = 0
    refused_by: tuple[DepartmentCode, ...] = ()
    ruled: DepartmentCode | None = None
    contact: FirstContact = NotDue()
    extension: Extension = NoExtension()
    suspension: Suspending = NoSuspension()
    supervision: Supervision = Quiet()
    escalation: Escalation = NotProposed()
    review: CallbackReview = NoReview()
    tasks: Tasks = Field(default_factory=dict)
    commitment: Commitment = Nothing()
    incident: Incident = Alone()
    merging: Merging = NoMerge()
    taken: dict[TicketId, tuple[DepartmentCode, ...]] = Field(default_factory=dict)
    avoids: tuple[DepartmentCode, ...] = ()
    rounds: int = 0
    failures: int = 0
    follow_ups: int = 0
    presses: int = 0
    reopened: int = 0
    reply: str | None = None
    ruling: Ruling | None = None
    dues: dict[str, Noted] = Field(default_factory=dict)
    notes: tuple[Note, ...] = ()
    before: Seen = Seen()

    @property
    def state(self) -> TicketState:
        """Where the ticket stands, by name."""
        return self.standing.state

    @property
    def led_by(self) -> Order | None:
        """The order that a department works under at this moment."""
        standing = self.standing.back if isinstance(self.standing, NeedsInfo) else self.standing
        return self.order if standing.state in LED else None

    @property
    def shunned(self) -> frozenset[str]:
        """Whom this ticket accuses, or one that it ever took in or that is of its incident: they never hear of it."""
        accused = frozenset((*self.matter.accused, *self.avoids))
        if self.taken:
            accused = accused.union(*self.taken.values())
        if isinstance(self.incident, Heads):
            accused = accused.union(*self.incident.members.values())
        return accused


State = Annotated[Ticket | Stub, Field(union_mode="left_to_right")]
STATE: TypeAdapter[Ticket | Stub] = TypeAdapter(State)
