"""The small machines that run beside the main state of a ticket: one frozen type for each state of each region.

What moves them stands in the episodes that say facts of them. `desk` names what a state lets wait at the desk.
"""

from services.dispatch.core.regions.acts import RecentAct
from services.dispatch.core.regions.alike import Alike, Noticed, NotNoticed
from services.dispatch.core.regions.approval import NOBODY, Asked
from services.dispatch.core.regions.attachments import KeptAttachment
from services.dispatch.core.regions.callback import Heard
from services.dispatch.core.regions.checking import Check, Checked, Drawn, NotDrawn
from services.dispatch.core.regions.contact import Exempt, FirstContact, Made, NotDue, Owed
from services.dispatch.core.regions.dues import NotedDue
from services.dispatch.core.regions.joining import Alone, Incident, Joining, Member, MergeWanted, Merging, NoMergeAsked
from services.dispatch.core.regions.more_time import (
    Commitment,
    Extension,
    ExtensionAsked,
    NoExtensionAsked,
    NoSuspensionAsked,
    NothingPromised,
    Promised,
    PromiseDue,
    Suspending,
    SuspensionAsked,
)
from services.dispatch.core.regions.notes import Inside, InsideNote, Note, Noting
from services.dispatch.core.regions.pressing import (
    CallbackReview,
    Cause,
    Escalation,
    LadderStep,
    NoReview,
    NotProposed,
    Nudge,
    Nudged,
    Ordered,
    Proposed,
    Quiet,
    Reported,
    ReviewOrdered,
    ReviewReported,
    Supervision,
    times,
    together,
)
from services.dispatch.core.regions.stop_words import StopWords
from services.dispatch.core.regions.tasks import Doing, Done, SupportTask, Tasks
from services.dispatch.core.regions.urgency import Acknowledged, Calling, NotUrgent, Urgency
from services.dispatch.core.regions.wishes import NoWish, ReopeningWanted, Wish, WithdrawalWanted

__all__ = [
    "NOBODY",
    "Acknowledged",
    "Alike",
    "Alone",
    "Asked",
    "CallbackReview",
    "Calling",
    "Cause",
    "Check",
    "Checked",
    "Commitment",
    "Doing",
    "Done",
    "Drawn",
    "Escalation",
    "Exempt",
    "Extension",
    "ExtensionAsked",
    "FirstContact",
    "Heard",
    "Incident",
    "Inside",
    "InsideNote",
    "Joining",
    "KeptAttachment",
    "LadderStep",
    "Made",
    "Member",
    "MergeWanted",
    "Merging",
    "NoExtensionAsked",
    "NoMergeAsked",
    "NoReview",
    "NoSuspensionAsked",
    "NoWish",
    "NotDrawn",
    "NotDue",
    "NotNoticed",
    "NotProposed",
    "NotUrgent",
    "Note",
    "NotedDue",
    "NothingPromised",
    "Noticed",
    "Noting",
    "Nudge",
    "Nudged",
    "Ordered",
    "Owed",
    "PromiseDue",
    "Promised",
    "Proposed",
    "Quiet",
    "RecentAct",
    "ReopeningWanted",
    "Reported",
    "ReviewOrdered",
    "ReviewReported",
    "StopWords",
    "Supervision",
    "SupportTask",
    "Suspending",
    "SuspensionAsked",
    "Tasks",
    "Urgency",
    "Wish",
    "WithdrawalWanted",
    "times",
    "together",
]
