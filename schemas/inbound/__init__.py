"""What the outside may ask for: one class per action, grouped by who may speak it.

Who speaks is decided by the topic, never by the message. The door refuses unknown fields, nested ones too, where it
reads these: a misspelt optional field must not be lost silently. Behind the door, where actions travel inside other
messages, readers are tolerant as everywhere. The CloudEvent's source and id identify the submission.
"""

from __future__ import annotations

from typing import Annotated, Final, get_args

from pydantic import Field

from schemas.inbound.base import (
    CHANNEL_OF,
    CHANNELS,
    Action,
)
from schemas.inbound.callback import (
    AppointCallback,
    CallbackAction,
    NoteUnreached,
    RecordCallback,
)
from schemas.inbound.department import (
    Accept,
    AnswerSupervision,
    AskForInfo,
    Commit,
    DepartmentAction,
    MakeFirstContact,
    NoteProgress,
    ReportHandled,
    ReportTaskDone,
    RequestExtension,
    RequestReturn,
    RequestSuspension,
)
from schemas.inbound.office import (
    Adjudicate,
    ApproveDevice,
    AskRequester,
    Assign,
    CheckCommitment,
    Classify,
    EndSupervision,
    EndSuspension,
    GiveFinalAnswer,
    Interview,
    JoinIncident,
    LeaveIncident,
    Merge,
    Nudge,
    OfficeAction,
    OnTicket,
    Part,
    PassOn,
    RecordCityVerdict,
    RefuseTicket,
    Reopen,
    ReportFix,
    Review,
    ReviewCallback,
    RuleOnExtension,
    RuleOnOutcome,
    RuleOnReturn,
    RuleOnSuspension,
    SettleAtUnit,
    Split,
    Supervise,
    TransferOut,
    Unmerge,
)
from schemas.inbound.requester import (
    AnswerOnLine,
    FollowUp,
    Problem,
    ProvideInfo,
    RecordVisit,
    Register,
    RequestDevice,
    Withdraw,
)

__all__ = [
    "CHANNELS",
    "CHANNEL_OF",
    "OFFICE_ACTIONS",
    "Accept",
    "Action",
    "Adjudicate",
    "AnswerOnLine",
    "AnswerSupervision",
    "AnyAction",
    "AppointCallback",
    "ApproveDevice",
    "AskForInfo",
    "AskRequester",
    "Assign",
    "CallbackAction",
    "CheckCommitment",
    "Classify",
    "Commit",
    "DepartmentAction",
    "EndSupervision",
    "EndSuspension",
    "FollowUp",
    "GiveFinalAnswer",
    "Interview",
    "JoinIncident",
    "LeaveIncident",
    "MakeFirstContact",
    "Merge",
    "NoteProgress",
    "NoteUnreached",
    "Nudge",
    "OfficeAction",
    "OnExisting",
    "OnTicket",
    "Part",
    "PassOn",
    "Problem",
    "ProvideInfo",
    "RecordCallback",
    "RecordCityVerdict",
    "RecordVisit",
    "RefuseTicket",
    "Register",
    "Reopen",
    "ReportFix",
    "ReportHandled",
    "ReportTaskDone",
    "RequestDevice",
    "RequestExtension",
    "RequestReturn",
    "RequestSuspension",
    "Review",
    "ReviewCallback",
    "RuleOnExtension",
    "RuleOnOutcome",
    "RuleOnReturn",
    "RuleOnSuspension",
    "SettleAtUnit",
    "Split",
    "Supervise",
    "TicketAction",
    "TransferOut",
    "Unmerge",
    "Withdraw",
]

OnExisting = (
    FollowUp
    | ProvideInfo
    | Withdraw
    | PassOn
    | SettleAtUnit
    | RefuseTicket
    | AskRequester
    | Classify
    | Assign
    | RuleOnReturn
    | Adjudicate
    | RuleOnExtension
    | RuleOnSuspension
    | EndSuspension
    | Review
    | Nudge
    | Supervise
    | Interview
    | EndSupervision
    | ReviewCallback
    | Merge
    | Unmerge
    | JoinIncident
    | LeaveIncident
    | ReportFix
    | Split
    | Reopen
    | GiveFinalAnswer
    | TransferOut
    | RuleOnOutcome
    | CheckCommitment
    | RecordCityVerdict
    | Accept
    | RequestReturn
    | MakeFirstContact
    | NoteProgress
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

AnyAction = Annotated[
    Register | AnswerOnLine | RecordVisit | RequestDevice | ApproveDevice | OnExisting,
    Field(discriminator="do"),
]

OFFICE_ACTIONS: Final = tuple(
    str(action.model_fields["do"].default)
    for action in (ApproveDevice, *get_args(OnExisting))
    if issubclass(action, OfficeAction)
)
"""What a person of the office may ask for, by name."""
