"""What the door of persons answers, as types: OpenAPI is made of them, and tools read by them."""

from __future__ import annotations

from typing import Any, Literal, NotRequired

from pydantic import AwareDatetime
from typing_extensions import TypedDict

from schemas.public import DeskTask, Order, ShownContact
from schemas.rules import NamedDay
from schemas.values import Clock, Code, IncidentId, Kind, Person, Receipt, TicketId, TicketState


class ActTaken(TypedDict):
    """The broker has the act; what becomes of it stands at `href`. `repeated` says that it was known already."""

    act: str
    state: Literal["pending"]
    href: str
    repeated: bool


class ActAnswer(TypedDict):
    """What became of an act: pending, accepted or refused, and then why.

    `final` says that nothing refuses it any more, 60 s after its receipt at the latest; `version` is that of the ticket
    now, where its author had seen an older one, and `left_out` names the members of an incident that it was refused
    for, each with the reason; `notice` is what the author has to know. `shown` is the contact that the act made be
    shown, until it is sealed again.
    """

    act: str
    do: Code
    about: str | None
    at: AwareDatetime
    state: Literal["pending", "accepted", "refused"]
    receipt: Receipt | None
    final: NotRequired[bool]
    tickets: NotRequired[list[TicketId]]
    incident: NotRequired[IncidentId | None]
    left_out: NotRequired[dict[str, str]]
    notice: NotRequired[str | None]
    shown: NotRequired[dict[str, Any]]
    code: NotRequired[Code]
    field: NotRequired[str | None]
    reason: NotRequired[str]
    version: NotRequired[int | None]


class TasksAnswer(TypedDict):
    """A page of what waits for the office, what waits longest first, and how much there is in all."""

    tasks: list[DeskTask]
    total: int
    next: str | None
    now: AwareDatetime


class OrderStep(TypedDict):
    """What happened to an order, the version of its ticket then, and when; of what was heard long ago not when.

    `clock` is the limit that it is about, where it is about one.
    """

    version: int
    happened: Code
    at: AwareDatetime | None
    clock: Clock | None


class OrderAnswer(TypedDict):
    """An order as the topic of its department says it, and its last steps, newest first."""

    order: Order
    steps: list[OrderStep]


class OneOrderAnswer(OrderAnswer):
    """An order with what its department was shown of a sealed contact, until it is sealed again."""

    shown: ShownContact | None


class OrdersAnswer(TypedDict):
    """A page of the orders of a department, what is due first at the top, and how many there are in all."""

    orders: list[OrderAnswer]
    total: int
    next: str | None
    now: AwareDatetime


class CallerTicket(TypedDict):
    """A ticket of a caller: what it was about, where it stands, who leads, what waits for the office.

    It is `due` when its requester was promised it, once somebody has it. Of a ticket that no department had, `state`
    is only known where the agent answered it on the line. A `confidential` one is told to those alone who may look at
    contacts. `upstream` is the city's own number of it.
    """

    ticket: TicketId
    at: AwareDatetime
    kind: Kind
    category: str | None
    place: str | None
    text: str | None
    confidential: bool
    state: TicketState | None
    lead: str | None
    due: AwareDatetime | None
    incident: str | None
    waits: list[str]
    upstream: str | None


class CallerAnswer(TypedDict):
    """The newest tickets of a telephone number, and how many there are in all."""

    tickets: list[CallerTicket]
    total: int
    now: AwareDatetime


class CalendarAnswer(TypedDict):
    """One year's working days, as somebody published them."""

    version: str
    at: AwareDatetime
    by: Person
    year: int
    papers: NotRequired[list[str]]
    days: list[NamedDay]


class CalendarsAnswer(TypedDict):
    """Published calendars, in the order in which they were published."""

    calendars: list[CalendarAnswer]


class RulesChanged(TypedDict):
    """A change of the rules that is on its way to every clock; `version` stands in each event that follows."""

    version: str
    fact: dict[str, Any]
