"""Facts that bring messages about, and what is known of a ticket that is told of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any

from rulebook import load_policy
from schemas import dispatch as d
from schemas.examples import example
from schemas.message import Message
from schemas.owner import Owner
from schemas.values import Channel, Clock, Contact, OfficialDue, Party, PartyKind, Person, Tier
from services.notify.core.profile import Profile

POLICY = load_policy(Path(__file__).resolve().parents[2] / "policy")
NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
PROFILE = Profile(
    ticket="26030200000017",
    tier_decided=True,
    citizen_due=OfficialDue(at=NOON + timedelta(days=1)),
    citizen_tier=Tier.COMPLEX,
    receipt="R0123456789AB",
    contact=Contact(phone="+8613800000000", wechat="wx-1"),
    visitor="v-1",
    upstream="SH20260302-1",
    lead="housing",
    supporting=("police",),
    handler="housing",
    orders=1,
    tier=Tier.COMPLEX,
    due=dict.fromkeys(Clock, NOON),
    watched=True,
)
VARIED: Mapping[str, tuple[Any, ...]] = {
    "clock": tuple(Clock),
    "owner": (Owner("department:housing"), Owner("office:p-lu"), Owner("callback")),
    "department": ("housing",),
    "replaced": ("greening",),
    "order": (1,),
    "failure": (9,),
    "presumed": (True,),
    "was": (OfficialDue(at=NOON - timedelta(days=1)),),
    "person": (Person(id="p-min", name="闵建国"),),
    "party": (Party(kind=PartyKind.DEPARTMENT, department="housing"), Party(kind=PartyKind.CITY)),
}
"""What an occasion depends on, besides what the profile knows."""
CHANNELS = (Channel.WECHAT, Channel.HOTLINE)
PHONES = ("+8613800000000", "021-65981234")
TOLD_BEFORE = (("", None), ("3月1日17:30", "greening"))
"""The date and the department that a requester heard of earlier."""


def variants(model: type[Message]) -> Iterator[Message]:
    fact = example(model)
    fields = {name: values for name, values in VARIED.items() if name in model.model_fields}
    if model is d.SupervisionEnded:
        fields["reason"] = (d.BREACH_WITHDRAWN,)
    for values in product(*fields.values()):
        yield model.model_validate({**dict(fact), **dict(zip(fields, values, strict=True))})
