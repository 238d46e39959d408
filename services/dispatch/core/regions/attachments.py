"""What was uploaded for a ticket."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.attachments import Attached
from schemas.values import DepartmentCode, IncidentId, TicketId


@dataclass(frozen=True, kw_only=True)
class KeptAttachment:
    """An attachment of a department, or of the requester where none is named; `of` is the merged ticket it came with,
    `incident` the one with which it was uploaded.

    A `withheld` one came with words that departments do not read.
    """

    attached: Attached
    department: DepartmentCode | None = None
    of: TicketId | None = None
    incident: IncidentId | None = None
    withheld: bool = False
