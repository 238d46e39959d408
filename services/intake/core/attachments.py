"""Which attachments a submission may name: those that its own party uploaded, that no other submission named."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from pydantic import BaseModel

from doors.refusals import Refusal, refusal
from schemas import attachments
from schemas.attachments import Attached, NamedAttachment
from schemas.inbound import Action, RecordVisit
from schemas.tickets import ActionReceived, IncidentActionReceived, Registered
from services.intake.core.reading import Reading
from services.intake.core.state import Answer, KnownAttachment, NamedBy

_FIELD: Final = "attachments"
_UPLOAD: Final = "请先在上传附件的地址上传，再用所得的编号和 sha256 引用。"


def named_in(action: Action) -> Iterator[tuple[str, NamedAttachment]]:
    """Every attachment that an action names, each with the way to its field."""
    if isinstance(action, RecordVisit):
        for place, problem in enumerate(action.problems):
            yield from _of(problem, f"problems.{place}.{_FIELD}")
    else:
        yield from _of(action, _FIELD)


def _of(names: BaseModel, field: str) -> Iterator[tuple[str, NamedAttachment]]:
    for place, named in enumerate(attachments.named_by(names)):
        yield f"{field}.{place}", named


def unusable(known: Mapping[str, KnownAttachment], reading: Reading, action: Action, most: int) -> Refusal | None:
    """Find the first attachment that cannot be named so; None where each can."""
    named = list(named_in(action))
    if len(named) > most:
        reason = f"附件 {len(named)} 个，一次提交最多 {most} 个。"
        return refusal("wrong_count", named[most][0].rpartition(".")[0], reason)
    seen = set[str]()
    for field, one in named:
        found = known.get(one.id)
        if found is None or found.party != str(reading.party) or found.receipt not in (None, reading.receipt):
            reason = f"附件 {one.id} 不是贵方上传的、已经过期，或者已由别的提交引用。{_UPLOAD}"
            return refusal("unknown_attachment", field, reason)
        if found.sha256 != one.sha256:
            reason = f"附件 {one.id} 的 sha256 与所上传的内容不符，请核对；不符的，请重新上传。"
            return refusal("attachment_differs", f"{field}.sha256", reason)
        if one.id in seen:
            return refusal("repeated_attachment", field, f"附件 {one.id} 引用了两次，请只引用一次。")
        seen.add(one.id)
    return None


def attached(known: Mapping[str, KnownAttachment], names: BaseModel) -> tuple[Attached, ...] | None:
    """What is passed on of the attachments that an action, or one problem of a visit, names."""
    found = [known[one.id] for _, one in _of(names, _FIELD)]
    if not found:
        return None
    return tuple(Attached(id=each.id, sha256=each.sha256, size=each.size, media=each.media) for each in found)


def named_by(says: Iterable[Answer]) -> Iterator[NamedBy]:
    """What was named, as the facts of a decision carry it."""
    for _, _, message in says:
        match message:
            case Registered(receipt=receipt, ticket=ticket, attachments=found) if found:
                yield from (NamedBy(each.id, receipt, ticket) for each in found)
            case ActionReceived(receipt=receipt, ticket=ticket, attached=found) if found:
                yield from (NamedBy(each.id, receipt, ticket) for each in found)
            case IncidentActionReceived(receipt=receipt, incident=incident, attached=found) if found:
                yield from (NamedBy(each.id, receipt, incident) for each in found)
            case _:
                pass
