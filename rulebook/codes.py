"""The closed lists that policy files choose from, besides the words of schemas.values: units, owners, roles."""

from enum import StrEnum
from typing import Final

SUBDISTRICT_OF_PLACE: Final = "subdistrict"
"""In the catalogue's lists of departments: whichever sub-district the place lies in."""


PUBLISH_CALENDAR: Final = "publish_calendar"
REDERIVE_CLOCKS: Final = "rederive_clocks"
FIND_CALLER: Final = "find_caller"
"""To search for the tickets of a telephone number."""
TAKE_CALL: Final = "take_call"
"""To say for the hotline what somebody who calls asks for."""
RULE_CHANGES: Final = (PUBLISH_CALENDAR, REDERIVE_CLOCKS)
"""What changes the rules of a running system, beside the acts of the office on tickets."""


class DepartmentKind(StrEnum):
    """A line of business (条) or a territory (块)."""

    BUREAU = "bureau"
    SUBDISTRICT = "subdistrict"


class ContactAccess(StrEnum):
    """How a department comes to a requester's contact: in each of its orders, or by an act that names its reason."""

    IN_ORDERS = "in_orders"
    ON_REQUEST = "on_request"


class Unit(StrEnum):
    """What an amount of time counts, in the words of worktime.

    Minutes, hours and calendar days run by day and night; the others are office time; a working day ends at close of
    business.
    """

    MINUTES = "minutes"
    HOURS = "hours"
    CALENDAR_DAYS = "calendar_days"
    OFFICE_MINUTES = "office_minutes"
    HALF_WORKING_DAYS = "half_working_days"
    WORKING_DAYS = "working_days"


class Start(StrEnum):
    """Where counting begins, in the words of worktime: at the moment itself, with its day, or with the day after it."""

    MOMENT = "moment"
    DAY_AFTER = "day_after"
    SAME_DAY = "same_day"


class OwedBy(StrEnum):
    """Whose lateness it is when a clock runs out; of the office, that of the person whom office.yaml names.

    Of a duty officer, that of whoever was called.
    """

    REQUESTER = "requester"
    LEAD = "lead"
    SUPPORTING = "supporting"
    VISITING_UNIT = "visiting_unit"
    OFFICE = "office"
    DUTY_OFFICER = "duty_officer"
    CALLBACK = "callback"


class Role(StrEnum):
    """What a named person of the centre or the survey office may do.

    A contractor's people answer calls and ask, those of the callback agency call back, leaders and operators look.
    """

    DISPATCHER = "dispatcher"
    REVIEWER = "reviewer"
    REFEREE = "referee"
    APPROVER = "approver"
    SUPERVISOR = "supervisor"
    CALLBACK_LEAD = "callback_lead"
    DUTY_OFFICER = "duty_officer"
    SURVEY_CLERK = "survey_clerk"
    CONTRACTOR = "contractor"
    CALLBACK_AGENT = "callback_agent"
    LEADER = "leader"
    OPERATOR = "operator"


ACTS_OF_CONTRACTORS: Final = frozenset({"ask_requester", FIND_CALLER, TAKE_CALL})
"""All that a contractor's people may ever do: they never dispatch, rule, approve or close, whatever a policy says."""
ON_NO_TICKET: Final = frozenset(
    {
        *("open_incident", "attach_to_incident", "report_fix", "review_incident", "close_incident"),
        *("approve_device", "decline_device", "settle_doubts", "publish_calendar", "rederive_clocks"),
        *(FIND_CALLER, TAKE_CALL),
    }
)
"""The acts of the office that are not about one ticket: nothing about them is urgent, so nobody does them only then."""
ONLY_LOOK: Final = frozenset({Role.LEADER, Role.OPERATOR})
"""Who does nothing to any ticket."""
APART: Final = frozenset({Role.CONTRACTOR, Role.CALLBACK_AGENT, *ONLY_LOOK})
"""Roles that nobody has beside another one, or in another's stead."""


class Passing(StrEnum):
    """Whether a step is passed by policy itself or waits for a person."""

    AUTOMATIC = "automatic"
    QUEUE = "queue"


class Step(StrEnum):
    """The rungs of escalation: 催办, 督办, 约谈."""

    NUDGE = "nudge"
    SUPERVISE = "supervise"
    INTERVIEW = "interview"


class Audience(StrEnum):
    """Who a message is written for."""

    REQUESTER = "requester"
    VISITOR = "visitor"
    DEPARTMENT = "department"
    CENTRE = "centre"
    SUPERVISOR = "supervisor"
    DUTY_OFFICER = "duty_officer"
    CITY = "city"
