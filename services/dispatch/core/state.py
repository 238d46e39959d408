"""What dispatch remembers under one key: a ticket, an incident, or that somebody named a number that is no ticket's."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field, TypeAdapter

from services.dispatch.core.incidents.state import Incident
from services.dispatch.core.ticket import Stub, Ticket

AnyState = Ticket | Incident | Stub
STATE: Final[TypeAdapter[AnyState]] = TypeAdapter(Annotated[AnyState, Field(union_mode="left_to_right")])
