"""What arrives and should not: one wrong message for each fault."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from examples.district.happenings import Fault
from schemas.envelope import Envelope, Headers
from schemas.inbound import FollowUp, Register

_UNKNOWN_TICKET = "26010199000015"


def wrong(fault: Fault, submission: str, source: str, now: datetime) -> tuple[Headers, bytes]:
    """Write the headers and the value of a message with this fault."""
    good: dict[str, Any] = {
        "do": "register",
        "kind": "help",
        "place": {"text": "四平路100号"},
        "text": "楼道灯不亮，请派人查看。",
        "contact": {"phone": "13800138000"},
    }
    if fault is Fault.UNKNOWN_TICKET:
        asked = FollowUp(ticket=_UNKNOWN_TICKET, mode="press", text="请问进展如何？")
        return Envelope(submission, source, asked.type_name, now, _UNKNOWN_TICKET).headers(), asked.to_json()
    headers = Envelope(submission, source, Register.type_name, now, "").headers()
    return headers, _value(fault, good, now)


def _value(fault: Fault, good: dict[str, Any], now: datetime) -> bytes:
    changes: dict[Fault, dict[str, Any]] = {
        Fault.WRONG_TYPE: {"text": 7},
        Fault.MISSING_FIELD: {"place": None},
        Fault.UNKNOWN_FIELD: {"categroy": "0101-01"},
        Fault.UNKNOWN_CATEGORY: {"category": "9999-99"},
        Fault.FUTURE_TIME: {"occurred_at": (now + timedelta(days=400)).isoformat()},
        Fault.BAD_PHONE: {"contact": {"phone": "12"}},
    }
    if fault is Fault.NOT_JSON:
        return b"{not json"
    if fault is Fault.INVALID_UTF8:
        return b'{"text": "\xff\xfe"}'
    merged = {**good, **changes[fault]}
    return json.dumps({key: each for key, each in merged.items() if each is not None}, ensure_ascii=False).encode()
