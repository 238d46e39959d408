"""The messages that are sent: for whom, by which ways, and what each can say."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from rulebook.codes import Audience

ALWAYS: Final = frozenset(
    {
        "area",
        "progress_page",
        "ticket",
        "receipt",
        "category",
        "tier",
        "place",
        "department",
        "supporting",
        "text",
        "reply",
        "has_number",
        "contact_is_shown",
        "goodwill",
    }
)
"""The variables that every template may use; what is not known of a ticket is an empty text."""

LEFT_IN_PEACE: Final = frozenset({Audience.REQUESTER, Audience.VISITOR})
"""Those who are told nothing in quiet hours, unless it is urgent; everybody else hears at once."""


class Message(NamedTuple):
    """One message: who hears it, by which ways it can go, and the variables that only it fills."""

    audience: Audience
    ways: frozenset[str]
    variables: frozenset[str]


_LOUD: Final = frozenset({"sms", "call"})
"""What is told at once by telephone: a short message, and the list of those who are rung up."""

_WAYS: Final[Mapping[Audience, frozenset[str]]] = {
    Audience.REQUESTER: frozenset({"sms", "wechat"}),
    Audience.VISITOR: frozenset({"visitor"}),
    Audience.DEPARTMENT: frozenset({"mail"}),
    Audience.CENTRE: frozenset({"mail"}),
    Audience.SUPERVISOR: frozenset({"mail"}),
    Audience.DUTY_OFFICER: _LOUD,
    Audience.CITY: frozenset({"city"}),
}


ELSEWHERE: Final[Mapping[str, frozenset[str]]] = {
    "sms": frozenset({"call", "wechat", "mail"}),
    "call": frozenset({"sms", "wechat", "mail"}),
    "wechat": frozenset({"sms", "call"}),
    "mail": frozenset({"sms", "call"}),
    "visitor": frozenset(),
    "city": frozenset(),
}
"""By which other ways a person can be reached: requesters never by mail, staff never by WeChat."""

_MUST_KNOW: Final = frozenset({"sms", "wechat", "call"})
"""What a requester has to act on, or will not be called about: who has only a landline is rung up."""


def _to(audience: Audience, variables: str = "", *, ways: frozenset[str] | None = None) -> Message:
    return Message(audience, ways or _WAYS[audience], frozenset(variables.split()))


MESSAGES: Final[Mapping[str, Message]] = {
    "requester-receipt": _to(Audience.REQUESTER, "due longest"),
    "requester-not-accepted": _to(Audience.REQUESTER, "ground reason", ways=_MUST_KNOW),
    "requester-needs-info": _to(Audience.REQUESTER, ways=_MUST_KNOW),
    "requester-progress": _to(Audience.REQUESTER),
    "requester-due-changed": _to(Audience.REQUESTER, "due"),
    "requester-overdue": _to(Audience.REQUESTER, "due was"),
    "requester-resumed": _to(Audience.REQUESTER, "due"),
    "requester-dispatched": _to(Audience.REQUESTER, "due"),
    "requester-redispatched": _to(Audience.REQUESTER, "due"),
    "requester-extended": _to(Audience.REQUESTER, "due ground"),
    "requester-suspended": _to(Audience.REQUESTER, "ground promised was"),
    "requester-result": _to(Audience.REQUESTER),
    "requester-reply-corrected": _to(Audience.REQUESTER),
    "requester-confidence-ended": _to(Audience.REQUESTER, ways=_MUST_KNOW),
    "requester-settled": _to(Audience.REQUESTER),
    "requester-final-answer": _to(Audience.REQUESTER, ways=_MUST_KNOW),
    "requester-answered": _to(Audience.REQUESTER),
    "requester-rework": _to(Audience.REQUESTER, "due"),
    "requester-rework-withdrawn": _to(Audience.REQUESTER),
    "requester-closed": _to(Audience.REQUESTER, "due"),
    "requester-merged": _to(Audience.REQUESTER, "reason"),
    "requester-unmerged": _to(Audience.REQUESTER),
    "requester-merged-reopened": _to(Audience.REQUESTER),
    "requester-split": _to(Audience.REQUESTER),
    "requester-merged-ended": _to(Audience.REQUESTER, "status reason"),
    "requester-incident-resolved": _to(Audience.REQUESTER),
    "requester-transferred": _to(Audience.REQUESTER, "reference handed", ways=_MUST_KNOW),
    "requester-referral-recorded": _to(Audience.REQUESTER, "reference handed"),
    "requester-committed": _to(Audience.REQUESTER, "promised"),
    "requester-reopening-asked": _to(Audience.REQUESTER),
    "requester-reopening-declined": _to(Audience.REQUESTER, "reason", ways=_MUST_KNOW),
    "requester-reopened": _to(Audience.REQUESTER),
    "requester-withdrawal-asked": _to(Audience.REQUESTER),
    "requester-withdrawal-declined": _to(Audience.REQUESTER, "reason", ways=_MUST_KNOW),
    "requester-withdrawn": _to(Audience.REQUESTER),
    "visitor-progress": _to(Audience.VISITOR, "status"),
    "visitor-result": _to(Audience.VISITOR),
    "department-new-order": _to(Audience.DEPARTMENT, "due returnable"),
    "department-urgent-order": _to(Audience.DEPARTMENT, "due accept said", ways=_LOUD),
    "department-urgent-task": _to(Audience.DEPARTMENT, "due said", ways=_LOUD),
    "department-supporting-task": _to(Audience.DEPARTMENT, "due"),
    "department-reminder": _to(Audience.DEPARTMENT, "clock due remaining"),
    "department-overdue": _to(Audience.DEPARTMENT, "clock due"),
    "department-due-changed": _to(Audience.DEPARTMENT, "clock due was reason"),
    "department-follow-up": _to(Audience.DEPARTMENT, "count"),
    "department-return-ruled": _to(Audience.DEPARTMENT, "ruling reason"),
    "department-sent-back": _to(Audience.DEPARTMENT, "step ground reason"),
    "department-rework": _to(Audience.DEPARTMENT, "due count"),
    "department-nudge": _to(Audience.DEPARTMENT, "reason"),
    "department-supervision": _to(Audience.DEPARTMENT, "reason count"),
    "department-interview": _to(Audience.DEPARTMENT, "reason agreed"),
    "department-callback-review": _to(Audience.DEPARTMENT, "reason"),
    "department-taken-back": _to(Audience.DEPARTMENT, "step reason"),
    "department-approval": _to(Audience.DEPARTMENT, "ruling approver ground reason"),
    "department-request-lapsed": _to(Audience.DEPARTMENT, "step reason"),
    "department-goes-on": _to(Audience.DEPARTMENT, "step reason"),
    "department-refused": _to(Audience.DEPARTMENT, "reason"),
    "department-taken-over": _to(Audience.DEPARTMENT, "was status due"),
    "department-handed-over": _to(Audience.DEPARTMENT, "was reason"),
    "department-info-provided": _to(Audience.DEPARTMENT),
    "department-ended": _to(Audience.DEPARTMENT, "status reason"),
    "department-urgent-ended": _to(Audience.DEPARTMENT, "status reason", ways=_LOUD),
    "centre-queue": _to(Audience.CENTRE, "clock due remaining person"),
    "centre-overdue": _to(Audience.CENTRE, "clock due person"),
    "centre-urgent-approval": _to(Audience.CENTRE, "due person reason", ways=_LOUD),
    "supervisor-breach": _to(Audience.SUPERVISOR, "clock due"),
    "supervisor-failed-callbacks": _to(Audience.SUPERVISOR, "count"),
    "supervisor-urgent-unaccepted": _to(Audience.SUPERVISOR, ways=_LOUD),
    "supervisor-reorganised": _to(Audience.SUPERVISOR, "was"),
    "supervisor-taken-over": _to(Audience.SUPERVISOR, "was"),
    "duty-reorganised": _to(Audience.DUTY_OFFICER, "was person"),
    "supervisor-category-fell-back": _to(Audience.SUPERVISOR, "status reason"),
    "duty-urgent-approval": _to(Audience.DUTY_OFFICER, "due person reason"),
    "duty-urgent": _to(Audience.DUTY_OFFICER, "due accept person count reason said status"),
    "city-accepted": _to(Audience.CITY),
    "city-due": _to(Audience.CITY, "code due"),
    "city-handled": _to(Audience.CITY),
    "city-returned": _to(Audience.CITY, "code reason"),
    "city-called-back": _to(Audience.CITY, "solved result"),
    "city-ended": _to(Audience.CITY, "code ruling reason"),
    "city-ruled": _to(Audience.CITY, "ruling"),
    "city-goes-on": _to(Audience.CITY, "code"),
    "city-refused": _to(Audience.CITY, "action code reason"),
}
"""Every message that notify can send, by the code of its template; a contract test holds it to what notify does."""

DIGEST: Final[Mapping[str, frozenset[str]]] = {
    "subject": frozenset({"area", "count"}),
    "item": frozenset({"area", "number", "subject", "text"}),
}
"""What can stand in each text of a digest."""

VARIABLES: Final = ALWAYS.union(*(message.variables for message in MESSAGES.values()))
"""The variables that some template may use."""
