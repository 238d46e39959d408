"""One visitor, one device, one account: bound by first use, bound anew on approval."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from schemas.inbound import ApproveDevice, RequestDevice
from schemas.public import DeviceAsked
from schemas.registry import channel_topic
from schemas.tickets import DeviceBound, DeviceRequested
from services.intake.core.answers import accepted, fact, refused
from services.intake.core.permitted import not_permitted
from services.intake.core.reading import Reading
from services.intake.core.refusals import Refusal, refusal
from services.intake.core.state import Answer, Binding, Decision, DeviceRequest, DoorState

_ASK: Final = "换手机请提交换机申请，由大调研办批准。"


def current(state: DoorState, visitor: str) -> Binding | None:
    """Find the device that a visitor's account is bound to now."""
    return next((one for one in state.bindings if one.until is None and one.visitor == visitor), None)


def holder(state: DoorState, device: str) -> str | None:
    """Find the visitor whose device it is now."""
    return next((one.visitor for one in state.bindings if one.until is None and one.device == device), None)


def admitted(state: DoorState, visitor: str, device: str, at: datetime) -> Binding | Refusal | None:
    """Tell whether a visitor may speak from a device: None for yes, a Binding when this is the first use.

    What a phone kept while it was the visitor's is taken even when it arrives after another one was bound.
    """
    bound = current(state, visitor)
    if bound is not None and bound.device == device:
        return None
    if any(one.visitor == visitor and one.device == device and _held(one, at) for one in state.bindings):
        return None
    if bound is not None:
        return refusal("other_device", "device", f"调研账号 {visitor} 已绑定另一台设备。", _ASK)
    if holder(state, device) is not None:
        return refusal("device_taken", "device", "这台设备已绑定另一个调研账号，一机一号。", _ASK)
    return Binding(visitor, device, at)


def _held(binding: Binding, at: datetime) -> bool:
    return binding.until is not None and at < binding.until


def request_device(state: DoorState, reading: Reading, action: RequestDevice, received: datetime) -> Decision:
    """Pass a visitor's wish for another device on to the survey office."""
    taken_by = holder(state, action.device)
    if taken_by == action.visitor:
        return refused(reading, refusal("already_bound", "device", "这台设备已绑定本账号，无需申请。", ""))
    if taken_by is not None:
        return refused(reading, refusal("device_taken", "device", "这台设备已绑定另一个调研账号，一机一号。"))
    requested = DeviceRequested(
        receipt=reading.receipt, visitor=action.visitor, device=action.device, reason=action.reason
    )
    facts = (
        fact(reading.receipt, requested),
        Answer(
            channel_topic("office"),
            reading.receipt,
            DeviceAsked(receipt=reading.receipt, visitor=action.visitor, device=action.device, reason=action.reason),
        ),
    )
    request = DeviceRequest(action.visitor, action.device, reading.receipt, received)
    return accepted(reading, facts)._replace(device_request=request)


def approve_device(state: DoorState, reading: Reading, action: ApproveDevice, received: datetime) -> Decision:
    """Bind a visitor to the device that was asked for; the old one ends at this moment."""
    wrong = not_permitted(state.config.policy, action.do, action.by, received)
    if wrong is not None:
        return refused(reading, wrong)
    asked = state.requests.get(action.visitor)
    if asked is None or asked.device != action.device:
        reason = f"调研账号 {action.visitor} 没有申请绑定这台设备。"
        return refused(reading, refusal("no_such_request", "device", reason))
    if holder(state, action.device) not in (None, action.visitor):
        return refused(reading, refusal("device_taken", "device", "这台设备已绑定另一个调研账号，一机一号。"))
    old = current(state, action.visitor)
    ended = () if old is None else (old._replace(until=received),)
    new = Binding(action.visitor, action.device, received, approved_by=action.by.id)
    message = DeviceBound(receipt=reading.receipt, visitor=action.visitor, approved_by=action.by)
    return accepted(reading, (fact(reading.receipt, message),))._replace(bindings=(*ended, new))
