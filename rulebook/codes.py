"""The closed lists that policy files choose from, besides the words of schemas.values: units, owners, roles."""

from enum import StrEnum


class DepartmentKind(StrEnum):
    """A line of business (条) or a territory (块)."""

    BUREAU = "bureau"
    SUBDISTRICT = "subdistrict"


class Unit(StrEnum):
    """What an amount of time counts, in the words of worktime.

    Hours and calendar days run by day and night; the others are office time; a working day ends at close of business.
    """

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


class StartsOn(StrEnum):
    """The moment that a clock counts from."""

    REGISTERED = "registered"
    DISPATCHED = "dispatched"
    SUPERVISION_ORDERED = "supervision_ordered"
    REWORK_ORDERED = "rework_ordered"
    CALLBACK_REVIEW_ORDERED = "callback_review_ordered"
    INFO_REQUESTED = "info_requested"
    CLOSED = "closed"
    SUSPENDED = "suspended"
    UNIT_RECEIVED = "unit_received"
    SURVEY_OFFICE_RECEIVED = "survey_office_received"
    CENTRE_RECEIVED = "centre_received"
    HANDLED = "handled"
    RETURN_REQUESTED = "return_requested"
    DISPUTE_REFERRED = "dispute_referred"
    APPROVAL_REQUESTED = "approval_requested"
    CALLBACK_DUE = "callback_due"
    TASK_GIVEN = "task_given"
    COMMITTED = "committed"


class OwedBy(StrEnum):
    """Whose lateness it is when a clock runs out."""

    REQUESTER = "requester"
    LEAD = "lead"
    SUPPORTING = "supporting"
    VISITING_UNIT = "visiting_unit"
    SURVEY_OFFICE = "survey_office"
    CENTRE = "centre"


class Role(StrEnum):
    """What a named person of the centre or the survey office may do."""

    DISPATCHER = "dispatcher"
    REVIEWER = "reviewer"
    REFEREE = "referee"
    APPROVER = "approver"
    SUPERVISOR = "supervisor"
    CALLBACK_LEAD = "callback_lead"
    DUTY_OFFICER = "duty_officer"
    SURVEY_CLERK = "survey_clerk"


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


class GroundFor(StrEnum):
    """What needs a legal ground."""

    RETURN = "return"
    SUSPENSION = "suspension"
    EXTENSION = "extension"
    NOT_ACCEPTED = "not_accepted"
    FINAL_ANSWER = "final_answer"
    SENT_BACK = "sent_back"


TEMPLATE_VARIABLES = frozenset(
    {
        "area", "ticket", "receipt", "requester", "category", "kind", "tier", "place", "department", "supporting",
        "person", "unit", "step", "status", "reason", "ground", "ruling", "reply", "result", "text", "clock",
        "due", "late_by", "remaining", "promised", "count", "incident", "attempt", "time", "approver", "phone",
    }
)  # fmt: skip
"""The variables that a message template may use; notify fills every one of them or an empty text."""
