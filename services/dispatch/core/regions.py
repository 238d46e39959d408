"""The small machines that run beside the main state of a ticket: one frozen type for each state of each region.

What moves them stands in the episode of the same name. `desk` names what a state lets wait at the desk.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar, Final, Literal

from pydantic import Field

from schemas.inbound import Approvable
from schemas.more_time import TimeUnit
from schemas.owner import Owner
from schemas.values import (
    Actor,
    CategoryCode,
    Clock,
    Code,
    Contacted,
    DepartmentCode,
    DeskTaskKind,
    Due,
    Grade,
    IncidentId,
    Instant,
    Party,
    Person,
    Receipt,
    RequestKind,
    Solved,
    StopWord,
    Text,
    TicketId,
    Verified,
)

NOBODY: Final = Actor()
"""Who asked, where that was not kept."""

# --- first contact (先行联系) ---------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class NotDue:
    """Nobody leads."""

    at: Literal["not_due"] = "not_due"


@dataclass(frozen=True, kw_only=True)
class Owed:
    """The lead owes it; attempts in vain are counted."""

    at: Literal["owed"] = "owed"
    tries: int = 0
    note: str | None = None


@dataclass(frozen=True, kw_only=True)
class Made:
    """The lead reached the requester; `note` is what was said."""

    at: Literal["made"] = "made"
    note: str | None = None


@dataclass(frozen=True, kw_only=True)
class Exempt:
    """An anonymous requester cannot be contacted."""

    at: Literal["exempt"] = "exempt"


FirstContact = Annotated[NotDue | Owed | Made | Exempt, Field(discriminator="at")]


# --- the callback (回访): what was heard, round by round -----------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Heard:
    """What the requester said at the callback of a round, after so many reopenings, about what was `handled_at`.

    Departments read the `note`, unless it is withheld from them. Of whoever rated nothing it is the agent's own.
    """

    round: int
    reopened: int = 0
    handled_at: Instant | None = None
    contacted: Contacted
    solved: Solved
    attitude: Grade
    result: Grade
    note: str | None = None
    withheld: bool = False

    @property
    def declined(self) -> bool:
        """Whether the requester rated nothing: then there are no words of theirs."""
        return self.solved is Solved.NOT_RATED and {self.attitude, self.result} == {Grade.NOT_RATED}

    @property
    def spoken(self) -> str | None:
        """What the requester said."""
        return None if self.declined else self.note

    @property
    def said(self) -> str | None:
        """What departments read of it."""
        return None if self.withheld else self.spoken


# --- extensions (延期) ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class NoExtensionAsked:
    """Nothing waits for an approver; so many were granted."""

    at: Literal["not_asked"] = "not_asked"
    desk: ClassVar[None] = None
    granted: int = 0


@dataclass(frozen=True, kw_only=True)
class ExtensionAsked:
    """An approver has to answer."""

    at: Literal["asked"] = "asked"
    desk: ClassVar[DeskTaskKind] = DeskTaskKind.EXTENSION
    granted: int = 0
    amount: int
    unit: TimeUnit
    ground: Code
    by: Actor = NOBODY


Extension = Annotated[NoExtensionAsked | ExtensionAsked, Field(discriminator="at")]


# --- what the lead asked for before a suspension (挂账), which itself is a main state -------------------------------


@dataclass(frozen=True, kw_only=True)
class NoSuspensionAsked:
    """Nothing waits for an approver."""

    at: Literal["not_asked"] = "not_asked"
    desk: ClassVar[None] = None


@dataclass(frozen=True, kw_only=True)
class SuspensionAsked:
    """An approver has to answer."""

    at: Literal["asked"] = "asked"
    desk: ClassVar[DeskTaskKind] = DeskTaskKind.SUSPENSION
    ground: Code
    until: Instant
    by: Actor = NOBODY
    for_requester: Text | None = None


Suspending = Annotated[NoSuspensionAsked | SuspensionAsked, Field(discriminator="at")]


# --- what waits for an approver (报批) --------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Asked:
    """An act that waits for somebody else: who asked for it, by which receipt, and after how many orders."""

    request: RequestKind
    act: Approvable
    by: Actor
    receipt: Receipt
    orders: int

    @property
    def kind(self) -> str:
        """The kind of the act, which is its row in the table."""
        return self.act.do

    @property
    def desk(self) -> DeskTaskKind:
        """The act waits for whoever decides on such a request."""
        return DeskTaskKind(self.request)


# --- a commitment (承诺) --------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class NothingPromised:
    """Nothing is promised, or it has been checked."""

    at: Literal["nothing"] = "nothing"
    desk: ClassVar[None] = None


@dataclass(frozen=True, kw_only=True)
class Promised:
    """The date is still to come."""

    at: Literal["promised"] = "promised"
    desk: ClassVar[None] = None
    department: DepartmentCode
    until: Instant


@dataclass(frozen=True, kw_only=True)
class PromiseDue:
    """The date has come: the centre checks."""

    at: Literal["due"] = "due"
    desk: ClassVar[DeskTaskKind] = DeskTaskKind.COMMITMENT_CHECK
    department: DepartmentCode


Commitment = Annotated[NothingPromised | Promised | PromiseDue, Field(discriminator="at")]


# --- one task for each supporting department (协办) -----------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Doing:
    """The supporting department works; a blocking task holds up the lead's `handled`."""

    at: Literal["doing"] = "doing"
    blocking: bool


@dataclass(frozen=True, kw_only=True)
class Done:
    """The supporting department reported its task done; the centre may have to review that before the lead reports."""

    at: Literal["done"] = "done"
    blocking: bool
    awaits_review: bool = False


SupportTask = Annotated[Doing | Done, Field(discriminator="at")]


Tasks = dict[DepartmentCode, SupportTask]


# --- a step of the ladder that a person has to order ----------------------------------------------------------------


LadderStep = Literal["nudge", "supervise", "interview"]


@dataclass(frozen=True, kw_only=True)
class NotProposed:
    """The ladder asks nobody for anything."""

    at: Literal["not_proposed"] = "not_proposed"
    desk: ClassVar[None] = None


@dataclass(frozen=True, kw_only=True)
class Proposed:
    """The ladder asks for a step: for the breach of the clock `breach`, or for what stays unanswered."""

    at: Literal["proposed"] = "proposed"
    step: LadderStep
    breach: str | None = None

    @property
    def desk(self) -> DeskTaskKind:
        """The step waits for whoever orders it."""
        return DeskTaskKind(self.step)


Escalation = Annotated[NotProposed | Proposed, Field(discriminator="at")]


# --- supervision (催办、督办、约谈), and beside it the callback review (回访复核) -----------------------------------


Cause = Literal["breach", "nudges", "callbacks"]
"""Why a rule orders supervision."""


@dataclass(frozen=True, kw_only=True)
class Nudge:
    """One nudge; `breach` is the clock whose breach the rule ordered it for."""

    at: Instant
    breach: str | None = None


@dataclass(frozen=True, kw_only=True)
class Quiet:
    """Nobody was nudged; `orders` were issued before."""

    at: Literal["quiet"] = "quiet"
    desk: ClassVar[None] = None
    orders: int = 0


@dataclass(frozen=True, kw_only=True)
class Nudged:
    """Pressed, unanswered since the first time."""

    at: Literal["nudged"] = "nudged"
    desk: ClassVar[None] = None
    orders: int = 0
    nudges: tuple[Nudge, ...]

    @property
    def since(self) -> datetime:
        """The first of the nudges that were not answered."""
        return self.nudges[0].at


@dataclass(frozen=True, kw_only=True)
class Ordered:
    """An order waits for the department's answer: since when, why, by which rule (None: a person), nudges before."""

    at: Literal["ordered"] = "ordered"
    desk: ClassVar[None] = None
    orders: int
    interviews: int = 0
    since: Instant
    reason: str = ""
    cause: Cause | None = None
    breach: str | None = None
    nudges: tuple[Nudge, ...] = ()

    def reported(self) -> Reported:
        """The same order once the department answered."""
        return Reported(
            orders=self.orders,
            interviews=self.interviews,
            since=self.since,
            reason=self.reason,
            cause=self.cause,
            breach=self.breach,
            nudges=self.nudges,
        )


@dataclass(frozen=True, kw_only=True)
class Reported:
    """The department answered; the supervisor has to be content, or go on."""

    at: Literal["reported"] = "reported"
    desk: ClassVar[DeskTaskKind] = DeskTaskKind.SUPERVISION
    orders: int
    interviews: int = 0
    since: Instant
    reason: str = ""
    cause: Cause | None = None
    breach: str | None = None
    nudges: tuple[Nudge, ...] = ()


Supervision = Annotated[Quiet | Nudged | Ordered | Reported, Field(discriminator="at")]


@dataclass(frozen=True, kw_only=True)
class NoReview:
    """Nothing that a callback heard has to be checked."""

    at: Literal["none"] = "none"
    desk: ClassVar[None] = None


@dataclass(frozen=True, kw_only=True)
class ReviewOrdered:
    """The department checks what a callback heard; what the `city` heard, after the closing too."""

    at: Literal["ordered"] = "ordered"
    desk: ClassVar[None] = None
    city: bool = False


@dataclass(frozen=True, kw_only=True)
class ReviewReported:
    """The department said what it found."""

    at: Literal["reported"] = "reported"
    desk: ClassVar[DeskTaskKind] = DeskTaskKind.CALLBACK_REVIEW
    city: bool = False


CallbackReview = Annotated[NoReview | ReviewOrdered | ReviewReported, Field(discriminator="at")]


# --- a merge that was asked for (并案) ------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class NoMergeAsked:
    """No merge is asked for."""

    at: Literal["not_asked"] = "not_asked"


@dataclass(frozen=True, kw_only=True)
class MergeWanted:
    """Another ticket was asked to take this one in; the office asked by `receipt`."""

    at: Literal["asked"] = "asked"
    into: TicketId
    reason: str
    receipt: Receipt


Merging = Annotated[NoMergeAsked | MergeWanted, Field(discriminator="at")]


# --- membership of an incident (多人同诉) ---------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Alone:
    """The ticket belongs to no incident; those that it left it joins again only if a person says so."""

    at: Literal["alone"] = "alone"
    left: tuple[IncidentId, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Joining:
    """The incident was asked to admit the ticket: by the office, by `receipt`, or by a rule."""

    at: Literal["joining"] = "joining"
    incident: IncidentId
    receipt: Receipt | None = None
    left: tuple[IncidentId, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Member:
    """The ticket is a member; `avoids` are whom other members accused when it joined."""

    at: Literal["member"] = "member"
    incident: IncidentId
    title: str
    lead: DepartmentCode | None = None
    avoids: tuple[DepartmentCode, ...] = ()
    left: tuple[IncidentId, ...] = ()


Incident = Annotated[Alone | Joining | Member, Field(discriminator="at")]


# --- somebody on duty knows of what is urgent (紧急件知悉) ------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class NotUrgent:
    """Nobody on duty has to know."""

    at: Literal["not_urgent"] = "not_urgent"
    desk: ClassVar[None] = None


@dataclass(frozen=True, kw_only=True)
class Calling:
    """The `call`-th call went to `person`; nobody has said yet that they know. `called` are all who were called."""

    at: Literal["calling"] = "calling"
    desk: ClassVar[DeskTaskKind] = DeskTaskKind.URGENT_CALL
    call: int
    person: Person
    called: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Acknowledged:
    """`by` knows, after the `call`-th call, which went to `person`."""

    at: Literal["acknowledged"] = "acknowledged"
    desk: ClassVar[None] = None
    call: int
    person: Person
    by: Person | None


Urgency = Annotated[NotUrgent | Calling | Acknowledged, Field(discriminator="at")]


# --- what the requester wishes: that it be withdrawn (撤诉待确认), or reopened (重启待决定) ---------------------------


@dataclass(frozen=True, kw_only=True)
class NoWish:
    """Nothing of the requester's waits for the centre to decide; `asked` counts the reopenings that it declined."""

    at: Literal["none"] = "none"
    desk: ClassVar[None] = None
    asked: int = 0


@dataclass(frozen=True, kw_only=True)
class WithdrawalWanted:
    """The requester takes it back: `taken_by` is the agent who took the call, `verified` how it was verified."""

    at: Literal["withdrawal"] = "withdrawal"
    desk: ClassVar[DeskTaskKind] = DeskTaskKind.WITHDRAWAL
    text: str
    verified: Verified | None = None
    taken_by: Person | None = None


@dataclass(frozen=True, kw_only=True)
class ReopeningWanted:
    """The requester spoke up about what has ended, so many times; `text` is what was said last."""

    at: Literal["reopening"] = "reopening"
    desk: ClassVar[DeskTaskKind] = DeskTaskKind.REOPENING
    text: str
    count: int = 1


Wish = Annotated[NoWish | WithdrawalWanted | ReopeningWanted, Field(discriminator="at")]


# --- words that stop the machine --------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class StopWords:
    """What was recognised so far, the first of each group; `named` take no part until a person clears them.

    `unseen` says that words came in after somebody had the ticket, and that no person has seen to them yet;
    `called_for` that some of them were urgent when the ticket had ended.
    """

    found: tuple[StopWord, ...] = ()
    named: tuple[DepartmentCode, ...] = ()
    unseen: bool = False
    called_for: bool = False

    @property
    def groups(self) -> frozenset[str]:
        return frozenset(each.group for each in self.found)

    @property
    def desk(self) -> DeskTaskKind | None:
        return DeskTaskKind.STOP_WORDS if self.unseen else None


# --- the check of what policy dispatched -----------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class NotDrawn:
    """Nobody checks it."""

    at: Literal["not_drawn"] = "not_drawn"
    desk: ClassVar[None] = None


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """A person checks what policy dispatched with this order, whatever becomes of the ticket."""

    at: Literal["drawn"] = "drawn"
    desk: ClassVar[DeskTaskKind] = DeskTaskKind.DISPATCH_CHECK
    order: int
    category: CategoryCode | None
    lead: DepartmentCode
    suggested: bool = False


@dataclass(frozen=True, kw_only=True)
class Checked:
    """A person has said whether it was right."""

    at: Literal["checked"] = "checked"
    desk: ClassVar[None] = None


Check = Annotated[NotDrawn | Drawn | Checked, Field(discriminator="at")]


# --- due times ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class NotedDue:
    """A due time as sla last said it; None while the clock stands still."""

    clock: Clock
    due: Due | None
    owner: Owner


@dataclass(frozen=True, kw_only=True)
class Note:
    """A note that lead and supporters share; `unverified` where it may not be the requester who spoke."""

    department: DepartmentCode | None = None
    text: str
    plan: bool = False
    kind: Literal["press", "add", "dispatch"] | None = None
    at: Instant | None = None
    unverified: bool = False


@dataclass(frozen=True, kw_only=True)
class InsideNote:
    """A note that a department made for itself."""

    by: Person | None = None
    at: Instant
    text: str


@dataclass(frozen=True, kw_only=True)
class Inside:
    """What is nobody's business but one department's: who has the order there, and its own notes."""

    section: str | None = None
    handler: Person | None = None
    notes: tuple[InsideNote, ...] = ()

    @property
    def is_delegated(self) -> bool:
        """Whether a section or a person has it."""
        return self.section is not None or self.handler is not None


@dataclass(frozen=True, kw_only=True)
class RecentAct:
    """An act on the ticket: its number, what happened, whose it was and when."""

    number: int
    word: str
    by: Person | None
    party: Party
    at: Instant
