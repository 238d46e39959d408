"""What each clock can be, whatever a policy says: whose it is, whether it can stand still, be extended, climb."""

from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import Field

from rulebook.codes import OwedBy
from schemas.values import Clock, DeskTaskKind, Tier, WatchOrder
from vocabulary import Chinese

_LEAD: Final = frozenset({OwedBy.LEAD})
_OFFICE: Final = frozenset({OwedBy.OFFICE})
_REQUESTER: Final = frozenset({OwedBy.REQUESTER})

OWNERS: Final[Mapping[Clock, frozenset[OwedBy]]] = {
    Clock.CITIZEN: _OFFICE,
    Clock.FIRST_CONTACT: _LEAD,
    Clock.RETURN_WINDOW: _LEAD,
    Clock.HANDLING: _LEAD,
    Clock.URGENT_FIRST_REPORT: _LEAD,
    Clock.SUPPORTING_TASK: frozenset({OwedBy.SUPPORTING}),
    Clock.SUPERVISION: _LEAD,
    Clock.REWORK: _LEAD,
    Clock.CALLBACK_REVIEW: _LEAD,
    Clock.COMMITMENT: _LEAD,
    Clock.NEEDS_INFO: _REQUESTER,
    Clock.REOPEN_WINDOW: _REQUESTER,
    Clock.SUSPENSION: _OFFICE,
    Clock.UNIT_PASS_ON: frozenset({OwedBy.VISITING_UNIT, OwedBy.OFFICE}),
    Clock.SURVEY_OFFICE: _OFFICE,
    Clock.DISPATCHING: _OFFICE,
    Clock.RETURN_RULING: _OFFICE,
    Clock.ADJUDICATION: _OFFICE,
    Clock.REVIEW: _OFFICE,
    Clock.APPROVAL: _OFFICE,
    Clock.CALLBACK: frozenset({OwedBy.CALLBACK, OwedBy.OFFICE}),
    Clock.WITHDRAWAL: _OFFICE,
    Clock.REOPENING: _OFFICE,
    Clock.REFERRAL: _OFFICE,
    Clock.OUTCOME_RULING: _OFFICE,
    Clock.STOP_WORDS: _OFFICE,
    Clock.REDISPATCH: _OFFICE,
    Clock.ALIKE: _OFFICE,
    Clock.DISPATCH_CHECK: _OFFICE,
    Clock.AUTOMATION: _OFFICE,
    Clock.COMMITMENT_CHECK: _OFFICE,
    Clock.ANSWER_REVIEW: _OFFICE,
    Clock.DUTY_ACKNOWLEDGEMENT: frozenset({OwedBy.DUTY_OFFICER}),
}
"""Whose time a clock can be: who is known, and can do something about it, when it starts."""

NAMED: Final = frozenset({Clock.SUSPENSION, Clock.COMMITMENT})
"""The clocks for which somebody names a date."""

EXTENDABLE: Final = frozenset({Clock.HANDLING, Clock.REWORK})
"""The clocks that a department can ask more time for."""

_DURING_A_DISPUTE: Final = Chinese("争议期间不请诉求人补充，也不挂账")
_AFTER_THE_END: Final = Chinese("结束之后不再请诉求人补充，也不挂账")
_WHATEVER_BECOMES: Final = Chinese("中心自己要办的，诉求人补充、挂账都不影响")
NEVER_STILL: Final[Mapping[Clock, Chinese]] = {
    Clock.CITIZEN: Chinese("市民时限从不暂停"),
    Clock.NEEDS_INFO: Chinese("它计的就是等待补充的时间"),
    Clock.RETURN_WINDOW: Chinese("签收之后才可以请诉求人补充、申请挂账，那时已不能退单"),
    Clock.SUSPENSION: Chinese("它计的就是挂账的时间"),
    Clock.RETURN_RULING: _DURING_A_DISPUTE,
    Clock.ADJUDICATION: _DURING_A_DISPUTE,
    Clock.CALLBACK: Chinese("审核之后不再请诉求人补充，也不挂账"),
    Clock.REOPEN_WINDOW: _AFTER_THE_END,
    Clock.REOPENING: _AFTER_THE_END,
    Clock.REFERRAL: _AFTER_THE_END,
    Clock.OUTCOME_RULING: _AFTER_THE_END,
    Clock.STOP_WORDS: _WHATEVER_BECOMES,
    Clock.REDISPATCH: _WHATEVER_BECOMES,
    Clock.ALIKE: _WHATEVER_BECOMES,
    Clock.DISPATCH_CHECK: _WHATEVER_BECOMES,
    Clock.AUTOMATION: _WHATEVER_BECOMES,
    Clock.COMMITMENT_CHECK: _WHATEVER_BECOMES,
    Clock.ANSWER_REVIEW: _WHATEVER_BECOMES,
    Clock.DUTY_ACKNOWLEDGEMENT: Chinese("值班长随时可以确认"),
}
"""The clocks that no pause can reach, and why."""

LAPSING: Final = frozenset(
    {
        Clock.RETURN_WINDOW,
        Clock.NEEDS_INFO,
        Clock.SUSPENSION,
        Clock.REOPEN_WINDOW,
        Clock.COMMITMENT,
        Clock.DUTY_ACKNOWLEDGEMENT,
    }
)
"""The clocks that lapse: that has a consequence and blames nobody, so it is no breach."""

CLIMBING: Final = frozenset(
    {
        Clock.CITIZEN,
        Clock.FIRST_CONTACT,
        Clock.HANDLING,
        Clock.URGENT_FIRST_REPORT,
        Clock.SUPERVISION,
        Clock.REWORK,
        Clock.CALLBACK_REVIEW,
    }
)
"""The clocks whose breach can bring about any step of the ladder against the lead."""

PRESSING: Final = CLIMBING | {Clock.SUPPORTING_TASK}
"""The clocks whose breach can bring about a nudge; a supporting department is pressed for its own lateness."""

OF_ORDER: Final[Mapping[WatchOrder | None, frozenset[Clock]]] = {
    WatchOrder.SUPERVISION: frozenset({Clock.SUPERVISION}),
    WatchOrder.CALLBACK_REVIEW: frozenset({Clock.CALLBACK_REVIEW}),
    None: frozenset({Clock.SUPERVISION, Clock.CALLBACK_REVIEW}),
}
"""The clocks of a supervision order and of a callback review; of both where neither is named."""

TIERS: Final[Mapping[Clock, frozenset[Tier]]] = {
    Clock.URGENT_FIRST_REPORT: frozenset({Tier.URGENT}),
    Clock.DUTY_ACKNOWLEDGEMENT: frozenset({Tier.URGENT}),
}
"""The tiers that a clock runs for, where these are not all."""

WhyNot = Mapping[DeskTaskKind, Annotated[str, Field(min_length=10)]]
"""Of each task of the desk that no clock of the centre counts, why not, in a sentence."""

WHATEVER_BECOMES: Final = frozenset({Clock.STOP_WORDS, Clock.DISPATCH_CHECK, Clock.AUTOMATION})
"""The clocks that no end of a ticket ends, and no merge: a person says what was asked, whatever became of it."""

UNDER_UPSTREAM: Final = frozenset({Clock.HANDLING, Clock.SUPPORTING_TASK})
"""A department's work until `handled`: where the city named an earlier due time, it is the department's too."""
