"""What dispatch remembers under one key: a ticket, an incident, how a category fares, or a number that is none's."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field, TypeAdapter

from services.dispatch.core.categories import Category
from services.dispatch.core.incidents.state import Incident
from services.dispatch.core.ticket import Stub, Ticket

AnyState = Ticket | Incident | Category | Stub
STATE: Final[TypeAdapter[AnyState]] = TypeAdapter(Annotated[AnyState, Field(union_mode="left_to_right")])
