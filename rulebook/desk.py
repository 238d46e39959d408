"""What waits at the desk: the act that each task asks for, and the centre's own clock that runs for it."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from schemas.values import Clock, Code, DeskTaskKind


class AskedAct(NamedTuple):
    """The act that a task asks for, by which the policy says who may do it; and the centre's clock, where one runs."""

    act: Code
    clock: Clock | None = None


TASKS: Final[Mapping[DeskTaskKind, AskedAct]] = {
    DeskTaskKind.URGENT_CALL: AskedAct("acknowledge_urgent", Clock.DUTY_ACKNOWLEDGEMENT),
    DeskTaskKind.STOP_WORDS: AskedAct("see_to_stop_words", Clock.STOP_WORDS),
    DeskTaskKind.UNIT_PASS_ON: AskedAct("pass_on", Clock.UNIT_PASS_ON),
    DeskTaskKind.SURVEY_OFFICE: AskedAct("pass_on", Clock.SURVEY_OFFICE),
    DeskTaskKind.DISPATCHING: AskedAct("assign", Clock.DISPATCHING),
    DeskTaskKind.RETURN_RULING: AskedAct("rule_on_return", Clock.RETURN_RULING),
    DeskTaskKind.ADJUDICATION: AskedAct("adjudicate", Clock.ADJUDICATION),
    DeskTaskKind.REVIEW: AskedAct("review", Clock.REVIEW),
    DeskTaskKind.TASK_REVIEW: AskedAct("review", Clock.REVIEW),
    DeskTaskKind.UNIT_LATE: AskedAct("pass_on"),
    DeskTaskKind.CALLBACK_LATE: AskedAct("review_callback"),
    DeskTaskKind.OUTCOME_RULING: AskedAct("rule_on_outcome", Clock.OUTCOME_RULING),
    DeskTaskKind.REFERRAL: AskedAct("record_referral", Clock.REFERRAL),
    DeskTaskKind.REDISPATCH: AskedAct("assign", Clock.REDISPATCH),
    DeskTaskKind.ALIKE: AskedAct("gather_alike", Clock.ALIKE),
    DeskTaskKind.DISPATCH_CHECK: AskedAct("check_dispatch", Clock.DISPATCH_CHECK),
    DeskTaskKind.AUTOMATION: AskedAct("restore_automation", Clock.AUTOMATION),
    DeskTaskKind.EXTENSION: AskedAct("rule_on_extension", Clock.APPROVAL),
    DeskTaskKind.SUSPENSION: AskedAct("rule_on_suspension", Clock.APPROVAL),
    DeskTaskKind.APPROVAL: AskedAct("approve", Clock.APPROVAL),
    DeskTaskKind.COMMITMENT_CHECK: AskedAct("check_commitment", Clock.COMMITMENT_CHECK),
    DeskTaskKind.WITHDRAWAL: AskedAct("confirm_withdrawal", Clock.WITHDRAWAL),
    DeskTaskKind.REOPENING: AskedAct("reopen", Clock.REOPENING),
    DeskTaskKind.SUPERVISION: AskedAct("end_supervision", Clock.ANSWER_REVIEW),
    DeskTaskKind.CALLBACK_REVIEW: AskedAct("end_supervision", Clock.ANSWER_REVIEW),
    DeskTaskKind.NUDGE: AskedAct("nudge"),
    DeskTaskKind.SUPERVISE: AskedAct("supervise"),
    DeskTaskKind.INTERVIEW: AskedAct("interview"),
}
"""Every task; why no clock of the centre counts some of them, `without_limit` in `policy/limits.yaml` says."""
