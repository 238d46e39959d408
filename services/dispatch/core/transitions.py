"""In which states each action is legal: the one table that decisions consult and the picture is drawn from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from schemas import inbound as i
from schemas.values import TicketState as S

BEFORE: Final = frozenset({S.REGISTERED, S.SURVEY_REVIEW, S.PENDING_DISPATCH})
AT_WORK: Final = frozenset({S.IN_PROGRESS, S.REWORK})
WITH_LEAD: Final = AT_WORK | {S.DISPATCHED}
DISPUTED: Final = frozenset({S.RETURN_REQUESTED, S.ADJUDICATING})
ENDED: Final = frozenset({S.CLOSED, S.ARCHIVED, S.ANSWERED, S.NOT_ACCEPTED, S.WITHDRAWN, S.MERGED, S.TRANSFERRED})
OPEN: Final = frozenset(S) - ENDED
HELD: Final = WITH_LEAD | DISPUTED | {S.SUSPENDED, S.NEEDS_INFO, S.HANDLED, S.CALLBACK_PENDING}

LEGAL: Final[Mapping[type[i.Action], frozenset[S]]] = {
    i.FollowUp: OPEN - {S.SPLIT},
    i.ProvideInfo: frozenset({S.NEEDS_INFO}),
    i.Withdraw: OPEN - {S.SPLIT},
    i.PassOn: frozenset({S.SURVEY_REVIEW}),
    i.SettleAtUnit: frozenset({S.SURVEY_REVIEW}),
    i.RefuseTicket: BEFORE | {S.NEEDS_INFO},
    i.AskRequester: frozenset({S.REGISTERED, S.PENDING_DISPATCH}),
    i.Classify: OPEN - {S.SPLIT},
    i.Assign: frozenset({S.REGISTERED, S.PENDING_DISPATCH}),
    i.RuleOnReturn: frozenset({S.RETURN_REQUESTED}),
    i.Adjudicate: frozenset({S.ADJUDICATING}),
    i.RuleOnExtension: AT_WORK | {S.SUSPENDED, S.NEEDS_INFO},
    i.RuleOnSuspension: AT_WORK,
    i.EndSuspension: frozenset({S.SUSPENDED}),
    i.Review: frozenset({S.HANDLED}) | AT_WORK,
    i.Nudge: OPEN - {S.SPLIT},
    i.Supervise: WITH_LEAD | {S.SUSPENDED, S.HANDLED, S.CALLBACK_PENDING},
    i.Interview: WITH_LEAD | {S.SUSPENDED, S.HANDLED, S.CALLBACK_PENDING},
    i.EndSupervision: HELD,
    i.ReviewCallback: AT_WORK | {S.CALLBACK_PENDING, S.HANDLED},
    i.Merge: OPEN - {S.SPLIT, S.CALLBACK_PENDING},
    i.Unmerge: frozenset({S.MERGED}),
    i.JoinIncident: OPEN - {S.SPLIT},
    i.LeaveIncident: frozenset(S) - {S.SPLIT},
    i.ReportFix: frozenset(S) - {S.SPLIT},
    i.Split: frozenset({S.REGISTERED, S.PENDING_DISPATCH}),
    i.Reopen: frozenset({S.CLOSED}),
    i.GiveFinalAnswer: AT_WORK | {S.CALLBACK_PENDING, S.HANDLED},
    i.TransferOut: BEFORE | {S.NEEDS_INFO, S.DISPATCHED, S.IN_PROGRESS, S.RETURN_REQUESTED, S.ADJUDICATING},
    i.RuleOnOutcome: frozenset({S.HANDLED, S.CALLBACK_PENDING, S.CLOSED}),
    i.CheckCommitment: OPEN,
    i.RecordCityVerdict: frozenset({S.CLOSED, S.CALLBACK_PENDING}),
    i.Accept: frozenset({S.DISPATCHED}),
    i.RequestReturn: frozenset({S.DISPATCHED}),
    i.MakeFirstContact: WITH_LEAD,
    i.NoteProgress: WITH_LEAD | {S.SUSPENDED, S.NEEDS_INFO},
    i.AskForInfo: AT_WORK,
    i.ReportHandled: AT_WORK,
    i.ReportTaskDone: WITH_LEAD | {S.SUSPENDED, S.NEEDS_INFO},
    i.RequestExtension: AT_WORK,
    i.RequestSuspension: AT_WORK,
    i.Commit: AT_WORK,
    i.AnswerSupervision: HELD,
    i.NoteUnreached: frozenset({S.CALLBACK_PENDING}),
    i.AppointCallback: frozenset({S.CALLBACK_PENDING}),
    i.RecordCallback: frozenset({S.CALLBACK_PENDING}),
}
