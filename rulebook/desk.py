"""What waits at the desk: the act that each task asks for, and the centre's own clock that runs for it."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from schemas.values import Clock, Code, DeskTaskKind


class Asked(NamedTuple):
    """The act that a task asks for, by which the policy says who may do it; and the centre's clock, where one runs."""

    act: Code
    clock: Clock | None = None


TASKS: Final[Mapping[DeskTaskKind, Asked]] = {
    DeskTaskKind.URGENT_CALL: Asked("acknowledge_urgent", Clock.DUTY_ACKNOWLEDGEMENT),
    DeskTaskKind.STOP_WORDS: Asked("see_to_stop_words", Clock.STOP_WORDS),
    DeskTaskKind.UNIT_PASS_ON: Asked("pass_on", Clock.UNIT_PASS_ON),
    DeskTaskKind.SURVEY_OFFICE: Asked("pass_on", Clock.SURVEY_OFFICE),
    DeskTaskKind.DISPATCHING: Asked("assign", Clock.DISPATCHING),
    DeskTaskKind.RETURN_RULING: Asked("rule_on_return", Clock.RETURN_RULING),
    DeskTaskKind.ADJUDICATION: Asked("adjudicate", Clock.ADJUDICATION),
    DeskTaskKind.REVIEW: Asked("review", Clock.REVIEW),
    DeskTaskKind.TASK_REVIEW: Asked("review", Clock.REVIEW),
    DeskTaskKind.UNIT_LATE: Asked("pass_on"),
    DeskTaskKind.CALLBACK_LATE: Asked("review_callback"),
    DeskTaskKind.OUTCOME_RULING: Asked("rule_on_outcome", Clock.OUTCOME_RULING),
    DeskTaskKind.REFERRAL: Asked("record_referral", Clock.REFERRAL),
    DeskTaskKind.REDISPATCH: Asked("assign", Clock.REDISPATCH),
    DeskTaskKind.ALIKE: Asked("gather_alike", Clock.ALIKE),
    DeskTaskKind.DISPATCH_CHECK: Asked("check_dispatch", Clock.DISPATCH_CHECK),
    DeskTaskKind.AUTOMATION: Asked("restore_automation", Clock.AUTOMATION),
    DeskTaskKind.EXTENSION: Asked("rule_on_extension", Clock.APPROVAL),
    DeskTaskKind.SUSPENSION: Asked("rule_on_suspension", Clock.APPROVAL),
    DeskTaskKind.APPROVAL: Asked("approve", Clock.APPROVAL),
    DeskTaskKind.COMMITMENT_CHECK: Asked("check_commitment", Clock.COMMITMENT_CHECK),
    DeskTaskKind.WITHDRAWAL: Asked("confirm_withdrawal", Clock.WITHDRAWAL),
    DeskTaskKind.REOPENING: Asked("reopen", Clock.REOPENING),
    DeskTaskKind.SUPERVISION: Asked("end_supervision", Clock.ANSWER_REVIEW),
    DeskTaskKind.CALLBACK_REVIEW: Asked("end_supervision", Clock.ANSWER_REVIEW),
    DeskTaskKind.NUDGE: Asked("nudge"),
    DeskTaskKind.SUPERVISE: Asked("supervise"),
    DeskTaskKind.INTERVIEW: Asked("interview"),
}
"""Every task; why no clock of the centre counts some of them, `without_limit` in `policy/limits.yaml` says."""
