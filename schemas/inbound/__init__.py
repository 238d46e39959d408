"""What the outside may ask for: one class per action, grouped by who may speak it.

Who speaks is decided by the topic, never by the message. The door refuses unknown fields, nested ones too, where it
reads these: a misspelt optional field must not be lost silently. Behind the door, where actions travel inside other
messages, readers are tolerant as everywhere. The CloudEvent's source and id identify the submission.
"""

# ruff: noqa: F403, F405 - every action is read by its class's name here, whichever module it stands in

from __future__ import annotations

from typing import Annotated, Final, get_args

from pydantic import Field

from schemas.inbound.base import *
from schemas.inbound.callback import *
from schemas.inbound.department import *
from schemas.inbound.incidents import *
from schemas.inbound.office import *
from schemas.inbound.requester import *

OnExisting = (
    FollowUp
    | ProvideInfo
    | Withdraw
    | AnswerCallback
    | PassOn
    | SettleAtUnit
    | RefuseTicket
    | AskRequester
    | AcknowledgeUrgent
    | SeeToStopWords
    | Classify
    | Assign
    | CheckDispatch
    | RestoreAutomation
    | LeaveToPeople
    | GatherAlike
    | DismissAlike
    | RuleOnReturn
    | Adjudicate
    | RuleOnExtension
    | RuleOnSuspension
    | EndSuspension
    | Review
    | Nudge
    | Supervise
    | Interview
    | DeclineEscalation
    | EndSupervision
    | ReviewCallback
    | Merge
    | Unmerge
    | JoinIncident
    | LeaveIncident
    | Split
    | Reopen
    | DeclineReopening
    | ConfirmWithdrawal
    | DeclineWithdrawal
    | GiveFinalAnswer
    | Approve
    | Decline
    | ReplaceDepartment
    | TransferOut
    | RecordReferral
    | RuleOnOutcome
    | Correct
    | Redact
    | RemoveAttachment
    | LookAtContact
    | ForgetContact
    | CheckCommitment
    | RecordCityVerdict
    | Accept
    | RequestReturn
    | MakeFirstContact
    | AskForContact
    | NoteProgress
    | Delegate
    | TakeBack
    | NoteInternally
    | AskForInfo
    | ReportHandled
    | ReportTaskDone
    | RequestExtension
    | RequestSuspension
    | Commit
    | AnswerSupervision
    | NoteUnreached
    | AppointCallback
    | RecordCallback
)

TicketAction = Annotated[OnExisting, Field(discriminator="do")]
"""The actions that concern one ticket which exists already."""

OnIncident = (
    OpenIncident
    | AttachToIncident
    | ReportFix
    | ReviewIncident
    | CloseIncident
    | AcceptIncident
    | ReportIncidentHandled
)

IncidentAction = Annotated[OnIncident, Field(discriminator="do")]
"""The actions that concern one incident."""

AnyAction = Annotated[
    Register
    | AnswerOnLine
    | RecordVisit
    | RequestDevice
    | ApproveDevice
    | DeclineDevice
    | SettleDoubts
    | OnExisting
    | OnIncident,
    Field(discriminator="do"),
]

OFFICE_ACTIONS: Final = tuple(
    str(action.model_fields["do"].default)
    for action in (ApproveDevice, DeclineDevice, SettleDoubts, *get_args(OnExisting), *get_args(OnIncident))
    if issubclass(action, OfficeAction)
)
"""What a person of the office may ask for, by name."""
