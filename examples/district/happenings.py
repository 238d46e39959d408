"""What happens in the district and when; simulators turn each into the message that a real party would send.

Times are aware, in Asia/Shanghai. `at` is the moment at which a happening reaches the door.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class WayIn(StrEnum):
    """The way in that somebody chose."""

    HOTLINE = "hotline"
    SURVEY = "survey"
    WECHAT = "wechat"


class Fault(StrEnum):
    """What is wrong with a message that no well-behaved sender would send."""

    NOT_JSON = "not_json"
    WRONG_TYPE = "wrong_type"
    MISSING_FIELD = "missing_field"
    UNKNOWN_FIELD = "unknown_field"
    UNKNOWN_CATEGORY = "unknown_category"
    FUTURE_TIME = "future_time"
    BAD_PHONE = "bad_phone"
    INVALID_UTF8 = "invalid_utf8"
    UNKNOWN_TICKET = "unknown_ticket"


@dataclass(frozen=True)
class Spot:
    """A place in words and parts; degrees are WGS 84 and lie somewhere in the sub-district's made-up area."""

    text: str
    subdistrict: str
    latitude: float
    longitude: float
    road: str | None = None
    number: int | None = None
    compound: str | None = None


@dataclass(frozen=True)
class Somebody:
    """Who asks: kind is resident, enterprise or anonymous; an anonymous one has neither name nor phone."""

    kind: str
    name: str | None
    phone: str | None
    wechat: str | None = None


@dataclass(frozen=True)
class Traits:
    """What nobody tells the system: how things really are with a matter, for the simulated people to act on.

    `difficulty` and `temper` lie between 0 and 1. `burst` names the incident that the matter is part of;
    `same_as` names the earlier matter of the same person that this one repeats.
    """

    category: str
    tier: str
    difficulty: float
    temper: float
    would_be_returned: bool
    burst: str | None = None
    same_as: str | None = None


@dataclass(frozen=True)
class Trouble:
    """One matter that somebody raises; category and department are what the sender states, right or wrong."""

    id: str
    kind: str
    text: str
    spot: Spot
    traits: Traits
    category: str | None = None
    department: str | None = None
    confidential: bool = False
    accused: tuple[str, ...] = ()


@dataclass(frozen=True)
class CityOrder:
    """The city hotline's number and due time of a matter that came down from it."""

    number: str
    due: datetime


@dataclass(frozen=True)
class Call:
    """Somebody calls 12345 and an agent writes it down."""

    id: str
    at: datetime
    agent: str
    caller: Somebody
    trouble: Trouble
    upstream: CityOrder | None = None


@dataclass(frozen=True)
class AnsweredCall:
    """Somebody calls and the agent answers on the line (直办)."""

    id: str
    at: datetime
    agent: str
    caller: Somebody
    trouble: Trouble
    answer: str


@dataclass(frozen=True)
class WechatMessage:
    """Somebody writes on WeChat, at any hour."""

    id: str
    at: datetime
    sender: Somebody
    trouble: Trouble


@dataclass(frozen=True)
class Visit:
    """A visitor was at a household; a phone without network delivers later than `visited_at`.

    `plausible` is false where the phone's position lies far from the household.
    """

    id: str
    at: datetime
    visited_at: datetime
    visitor: str
    device: str
    unit: str
    household: str
    spot: Spot
    accuracy: float
    plausible: bool
    resident: Somebody
    troubles: tuple[Trouble, ...]


@dataclass(frozen=True)
class FollowUp:
    """Somebody asks after an earlier matter (mode press) or adds to it (mode add), by the way it came."""

    id: str
    at: datetime
    way: WayIn
    trouble: str
    mode: str
    text: str


@dataclass(frozen=True)
class Resubmission:
    """An earlier happening is sent once more under its own id, with other content when `altered`."""

    id: str
    at: datetime
    of: str
    altered: bool


@dataclass(frozen=True)
class BadInput:
    """Something arrives that nobody should have sent."""

    id: str
    at: datetime
    way: WayIn
    fault: Fault


@dataclass(frozen=True)
class DeviceLost:
    """A visitor asks to bind a new phone."""

    id: str
    at: datetime
    visitor: str
    device: str
    reason: str


Happening = Call | AnsweredCall | WechatMessage | Visit | FollowUp | Resubmission | BadInput | DeviceLost


def troubles_of(happening: Happening) -> tuple[Trouble, ...]:
    """Return the matters that a happening raises."""
    match happening:
        case Call() | AnsweredCall() | WechatMessage():
            return (happening.trouble,)
        case Visit():
            return happening.troubles
        case FollowUp() | Resubmission() | BadInput() | DeviceLost():
            return ()
