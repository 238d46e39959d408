"""One visitor, one device, one account: bound by first use, bound anew on approval."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from doors.permitted import not_permitted
from doors.refusals import Refusal, refusal
from schemas.inbound import ApproveDevice, DeclineDevice, RequestDevice
from schemas.public import DeviceAsked, ReceiptRefused
from schemas.registry import channel_topic
from schemas.tickets import DeviceBound, DeviceDeclined, DeviceRequested
from schemas.values import Channel
from services.intake.core.answers import accepted, fact, refused
from services.intake.core.reading import Reading
from services.intake.core.state import Answer, Binding, Decision, DeclinedDevice, DeviceRequest, DoorState
from vocabulary import ACTIONS, REFUSALS

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
    facts = _asks(reading, action.visitor, action.device, action.reason)
    request = DeviceRequest(action.visitor, action.device, reading.receipt, received)
    return accepted(reading, facts)._replace(device_request=request)


def approve_device(state: DoorState, reading: Reading, action: ApproveDevice, received: datetime) -> Decision:
    """Bind a visitor to the device that was asked for; the old one ends at this moment."""
    asked = _asked_for(state, action, received)
    if isinstance(asked, Refusal):
        return refused(reading, asked)
    if holder(state, action.device) not in (None, action.visitor):
        return refused(reading, refusal("device_taken", "device", "这台设备已绑定另一个调研账号，一机一号。"))
    old = current(state, action.visitor)
    ended = () if old is None else (old._replace(until=received),)
    new = Binding(action.visitor, action.device, received, approved_by=action.by.id)
    message = DeviceBound(receipt=reading.receipt, visitor=action.visitor, approved_by=action.by)
    return accepted(reading, (fact(reading.receipt, message),))._replace(bindings=(*ended, new))


def decline_device(state: DoorState, reading: Reading, action: DeclineDevice, received: datetime) -> Decision:
    """Leave a visitor with the device that they have; who had asked for another one hears why."""
    asked = _asked_for(state, action, received)
    if isinstance(asked, Refusal):
        return refused(reading, asked)
    message = DeviceDeclined(
        receipt=reading.receipt, visitor=action.visitor, reason=action.reason, declined_by=action.by
    )
    why = refusal("device_declined", None, f"大调研办不同意换机：{action.reason}", then="")
    facts = (fact(reading.receipt, message), *_to_who_asked(state, asked, why))
    return accepted(reading, facts)._replace(declined=DeclinedDevice(action.visitor, asked.receipt, why))


def _asked_for(state: DoorState, action: ApproveDevice | DeclineDevice, received: datetime) -> DeviceRequest | Refusal:
    """The wish that a person of the survey office decides, or why it is not theirs to decide."""
    wrong = not_permitted(state.config.policy, action.do, ACTIONS[action.do], action.by, received)
    if wrong is not None:
        return wrong
    asked = state.requests.get(action.visitor)
    if asked is None or asked.device != action.device:
        return _nothing_asked(action.visitor)
    return asked


def _to_who_asked(state: DoorState, asked: DeviceRequest, why: Refusal) -> Iterator[Answer]:
    found = state.asked.get(asked.receipt)
    if found is None:
        return
    source, submission = found
    message = ReceiptRefused(
        receipt=asked.receipt,
        source=source,
        submission=submission,
        action="request_device",
        code=why.code,
        reason=why.reason,
    )
    yield Answer(channel_topic(Channel.SURVEY), asked.receipt, message)


def _nothing_asked(visitor: str) -> Refusal:
    return refusal("no_such_request", "device", f"调研账号 {visitor} 没有申请绑定这台设备。")


def refused_from(
    state: DoorState, reading: Reading, visitor: str, device: str, why: Refusal, received: datetime
) -> Decision:
    """Refuse what came from a device that is not the visitor's, and let the survey office see to it.

    It waits there like a wish for that device, unless one of the visitor's waits already.
    """
    decision = refused(reading, why)
    if visitor in state.requests:
        return decision
    reason = f"从未绑定的设备上报走访，未予受理（{REFUSALS.said(why.code)}）；请核实是否换机。"
    return decision._replace(
        says=(*decision.says, *_asks(reading, visitor, device, reason)),
        device_request=DeviceRequest(visitor, device, reading.receipt, received),
    )


def _asks(reading: Reading, visitor: str, device: str, reason: str) -> tuple[Answer, ...]:
    receipt = reading.receipt
    return (
        fact(receipt, DeviceRequested(receipt=receipt, visitor=visitor, device=device, reason=reason)),
        Answer(
            channel_topic("office"),
            receipt,
            DeviceAsked(receipt=receipt, visitor=visitor, device=device, reason=reason),
        ),
    )
