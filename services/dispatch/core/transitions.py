"""The one table of what may happen to a ticket: decisions consult it, and the picture is drawn from it.

Each row: a kind of command, the states in which it is legal, the guards that must hold, and where it can lead. Of a
row's targets, `SAME` stays in the state. What stands in no row is refused (an action) or means nothing any more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, Literal, NamedTuple

from schemas.values import TicketState as S

SAME: Final = "same"
Target = S | Literal["same"]

BEFORE: Final = frozenset({S.SURVEY_REVIEW, S.PENDING_DISPATCH})
AT_WORK: Final = frozenset({S.IN_PROGRESS, S.REWORK})
WITH_LEAD: Final = AT_WORK | {S.DISPATCHED}
DISPUTED: Final = frozenset({S.RETURN_REQUESTED, S.ADJUDICATING})
WAITING: Final = frozenset({S.NEEDS_INFO, S.SUSPENDED})
AFTER: Final = frozenset({S.HANDLED, S.CALLBACK_PENDING})
OPEN: Final = BEFORE | WITH_LEAD | DISPUTED | WAITING | AFTER
LED: Final = OPEN - BEFORE
MERGEABLE: Final = BEFORE | WITH_LEAD | WAITING
LIVING: Final = frozenset(S) - {S.REGISTERED, S.ANSWERED}


class Transition(NamedTuple):
    """One row of the table."""

    kind: str
    sources: frozenset[S]
    guards: tuple[str, ...]
    targets: frozenset[Target]


def _row(kind: str, sources: frozenset[S] | set[S], guards: str, *targets: Target) -> Transition:
    return Transition(kind, frozenset(sources), tuple(guards.split()), frozenset(targets or (SAME,)))


TABLE: Final[tuple[Transition, ...]] = (
    # the requester, through a channel
    _row("follow_up", OPEN | {S.SPLIT, S.MERGED}, ""),
    _row("provide_info", {S.NEEDS_INFO}, "", S.SURVEY_REVIEW, S.PENDING_DISPATCH, S.DISPATCHED, S.IN_PROGRESS,
         S.REWORK),
    _row("provide_info", OPEN - {S.NEEDS_INFO} | {S.SPLIT, S.MERGED}, ""),
    _row("withdraw", OPEN, "its_channel", S.WITHDRAWN),
    # the visitor's unit, the survey office, the dispatcher
    _row("pass_on", {S.SURVEY_REVIEW}, "", SAME, S.PENDING_DISPATCH, S.DISPATCHED),
    _row("settle_at_unit", {S.SURVEY_REVIEW}, "at_the_unit", S.CLOSED),
    _row("refuse_ticket", BEFORE | {S.NEEDS_INFO, S.RETURN_REQUESTED}, "legal_not_accepted", S.NOT_ACCEPTED),
    _row("ask_requester", BEFORE, "requester_known", S.NEEDS_INFO),
    _row("classify", {S.PENDING_DISPATCH}, "category_known tier_raise_approved", SAME, S.DISPATCHED),
    _row("classify", OPEN - AFTER - {S.PENDING_DISPATCH}, "category_known tier_raise_approved"),
    _row("assign", {S.PENDING_DISPATCH}, "departments_known not_accused category_known tier_raise_approved",
         S.DISPATCHED),
    _row("assign", WITH_LEAD, "departments_known not_accused ruling_binds category_known tier_raise_approved", SAME,
         S.DISPATCHED),
    _row("transfer_out", BEFORE | WITH_LEAD | DISPUTED | {S.NEEDS_INFO}, "outside_known from_city_to_city",
         S.TRANSFERRED),
    _row("split", {S.PENDING_DISPATCH, S.DISPATCHED, S.RETURN_REQUESTED, S.IN_PROGRESS}, "not_a_part", S.SPLIT),
    # disputes
    _row("request_return", {S.DISPATCHED, S.IN_PROGRESS}, "by_lead order_returnable legal_return suggestion_known",
         S.RETURN_REQUESTED, S.ADJUDICATING),
    _row("rule_on_return", {S.RETURN_REQUESTED}, "against_precedent_approved new_lead_known new_lead_not_accused",
         S.PENDING_DISPATCH, S.DISPATCHED),
    _row("adjudicate", {S.ADJUDICATING}, "departments_known not_accused", S.IN_PROGRESS),
    _row("adjudicate", WITH_LEAD, "ruled_before departments_known not_accused", S.IN_PROGRESS),
    # the lead and its supporters
    _row("accept", {S.DISPATCHED}, "by_lead", S.IN_PROGRESS),
    _row("make_first_contact", WITH_LEAD | DISPUTED | WAITING | {S.HANDLED}, "by_lead requester_reachable"),
    _row("note_progress", WITH_LEAD | DISPUTED | WAITING, "by_participant"),
    _row("ask_for_info", WITH_LEAD, "by_lead requester_known", S.NEEDS_INFO),
    _row("report_handled", WITH_LEAD, "by_lead no_blocking_task", S.HANDLED, S.CALLBACK_PENDING, S.CLOSED),
    _row("report_task_done", WITH_LEAD | DISPUTED | WAITING | AFTER, "by_supporter"),
    _row("request_extension", {S.DISPATCHED}, "by_lead extension_free extension_left legal_extension before_due",
         S.IN_PROGRESS),
    _row("request_extension", AT_WORK, "by_lead extension_free extension_left legal_extension before_due"),
    _row("request_suspension", {S.DISPATCHED}, "by_lead suspension_free legal_suspension until_ahead", S.IN_PROGRESS),
    _row("request_suspension", AT_WORK, "by_lead suspension_free legal_suspension until_ahead"),
    _row("commit", {S.DISPATCHED}, "by_lead nothing_promised promise_ahead", S.IN_PROGRESS),
    _row("commit", AT_WORK, "by_lead nothing_promised promise_ahead"),
    _row("answer_supervision", LED, "by_lead answer_awaited"),
    # approvals, review
    _row("rule_on_extension", WITH_LEAD | WAITING, "extension_asked granted_time_legal"),
    _row("rule_on_suspension", AT_WORK, "suspension_asked granted_end_ahead", SAME, S.SUSPENDED),
    _row("end_suspension", {S.SUSPENDED}, "", S.IN_PROGRESS, S.REWORK),
    _row("review", {S.HANDLED}, "lead_or_task_done", SAME, S.IN_PROGRESS, S.REWORK, S.CALLBACK_PENDING, S.CLOSED),
    _row("review", WITH_LEAD | DISPUTED | WAITING | {S.CALLBACK_PENDING}, "task_done"),
    _row("check_commitment", OPEN | {S.CLOSED, S.ARCHIVED}, "promised"),
    # supervision
    _row("nudge", OPEN, ""),
    _row("supervise", LED - AFTER, "led not_supervised"),
    _row("interview", LED, "led supervised_or_reviewed"),
    _row("end_supervision", LED, "supervised_or_asked_for"),
    _row("review_callback", AT_WORK | AFTER, "no_review_open"),
    # one ticket and another
    _row("merge", MERGEABLE, "another_ticket requester_known_by_hash no_merge_asked"),
    _row("unmerge", {S.MERGED}, "", *MERGEABLE),
    _row("join_incident", OPEN, "another_incident alone"),
    _row("leave_incident", OPEN | {S.CLOSED}, "member"),
    _row("report_fix", LIVING, "heads"),
    # callback, closing, afterwards
    _row("note_unreached", {S.CALLBACK_PENDING}, "", SAME, S.CLOSED),
    _row("appoint_callback", {S.CALLBACK_PENDING}, "appointment_ahead"),
    _row("record_callback", {S.CALLBACK_PENDING}, "", S.CLOSED, S.REWORK),
    _row("give_final_answer", AT_WORK | AFTER, "reworked final_approved", S.CLOSED),
    _row("rule_on_outcome", AFTER | {S.CLOSED}, ""),
    _row("record_city_verdict", AFTER | {S.REWORK, S.CLOSED, S.ARCHIVED, S.TRANSFERRED}, "from_city"),
    _row("reopen", {S.CLOSED}, "", S.IN_PROGRESS, S.DISPATCHED, S.PENDING_DISPATCH),
    _row("reopen", {S.NOT_ACCEPTED, S.WITHDRAWN, S.TRANSFERRED}, "still_reopenable", S.IN_PROGRESS, S.DISPATCHED,
         S.PENDING_DISPATCH),
    _row("reopen", {S.ARCHIVED}, "asked_in_window", S.IN_PROGRESS, S.DISPATCHED, S.PENDING_DISPATCH),
    # what the clocks say
    _row("return_window_lapsed", {S.DISPATCHED}, "window_of_lead", S.IN_PROGRESS),
    _row("needs_info_lapsed", {S.NEEDS_INFO}, "", S.SURVEY_REVIEW, S.PENDING_DISPATCH, S.DISPATCHED, S.IN_PROGRESS,
         S.REWORK),
    _row("suspension_lapsed", {S.SUSPENDED}, "", S.IN_PROGRESS, S.REWORK),
    _row("reopen_window_lapsed", {S.CLOSED}, "", S.ARCHIVED),
    _row("commitment_lapsed", OPEN | {S.CLOSED, S.ARCHIVED}, "promise_running"),
    _row("breached", OPEN | {S.SPLIT}, "worth_noting"),
    _row("breach_withdrawn", LIVING, "noted_as_missed"),
    _row("due_changed", OPEN, "due_of_participant"),
    # what other tickets ask
    _row("take_merge", OPEN, "same_requester no_merge_under_way keeps_from_accused"),
    _row("merge_answered", MERGEABLE, "merge_asked", SAME, S.MERGED),
    _row("merge_answered", LIVING - MERGEABLE - {S.MERGED}, "merge_asked"),
    _row("drop_merge", LIVING, "taken"),
    _row("admit_member", OPEN, "not_a_member keeps_from_accused"),
    _row("member_answered", LIVING, "joining"),
    _row("dismiss_member", LIVING, "its_head"),
    _row("pass_on_fix", LIVING, "its_member"),
    _row("pass_on_follow_up", OPEN | {S.SPLIT, S.MERGED}, "taken_or_part"),
    _row("end_of_merged", {S.MERGED}, ""),
    _row("report_part", {S.SPLIT}, "its_part", SAME, S.CLOSED),
)  # fmt: skip


def _by_state() -> Iterator[tuple[tuple[S, str], Transition]]:
    for row in TABLE:
        for source in row.sources:
            yield (source, row.kind), row


LEGAL: Final[Mapping[tuple[S, str], Transition]] = dict(_by_state())
"""The row for a state and a kind; where there is none, it is not legal."""

KINDS: Final = tuple(dict.fromkeys(row.kind for row in TABLE))
