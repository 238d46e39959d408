"""The promise about attachments: what a message names was uploaded, and what nobody names is not kept for long."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from pydantic_core import from_json

from schemas.attachments import Attached
from tools.verify.findings import CheckResult, Finding
from vocabulary import Chinese

_GRACE: Final = timedelta(hours=1)
_FIELDS: Final = ("attachments", "attached")


class AttachmentRow(NamedTuple):
    """An attachment as the door keeps it; `receipt` is of the submission that names it."""

    sha256: str
    uploaded_at: datetime
    receipt: str | None
    removed: bool
    gone: bool = False
    """Whether the door says that the content of a removed one is no longer there."""


def attachments_kept(
    said: Iterable[tuple[str, Attached]],
    before: Mapping[str, AttachmentRow],
    after: Mapping[str, AttachmentRow],
    oldest: datetime,
) -> CheckResult:
    """Hold what facts of the door name (`said`, with whom each concerns) against what was kept before and after.

    What no message names is to be gone that was uploaded before `oldest`.
    """
    named, findings = set[str](), list[Finding]()
    for subject, each in said:
        named.add(each.id)
        row = after.get(each.id)
        if row is None or row.sha256 != each.sha256:
            findings.append(Finding(subject, Chinese(f"引用了从未上传、或者内容不同的附件 {each.id}")))
    for id_, row in before.items():
        if row.receipt is not None and id_ not in named:
            findings.append(Finding(id_, Chinese("附件记为已引用，没有任何消息引用它")))
        if row.receipt is None and not row.removed and row.uploaded_at < oldest - _GRACE:
            findings.append(Finding(id_, Chinese("附件没有引用，过期仍未清除")))
    return CheckResult("附件都有来处、都有用处", len(before), findings)


def contents_gone(
    before: Mapping[str, AttachmentRow],
    kept: Collection[str] | None,
    after: Mapping[str, AttachmentRow],
    due: Collection[str],
) -> CheckResult:
    """Hold what the store keeps against the rows before and after it was asked: what was removed is nowhere.

    `due` has had the time in which the door takes contents away; `kept` is None where nobody said where the store is.
    """
    gone = {id_ for id_, row in before.items() if row.gone}
    findings = [
        Finding(id_, Chinese("附件已删除，内容还没有从存放处清除"))
        for id_ in sorted((gone & set(kept or ())) | (set(due) - gone))
    ]
    if kept is None and gone:
        findings.append(Finding("LIUHEN_ATTACHMENTS", Chinese("没有写明附件存放在哪里，无法核对已删除的内容")))
    findings += [
        Finding(id_, Chinese("存放处有内容，没有上传的记录")) for id_ in sorted(set(kept or ()) - after.keys())
    ]
    return CheckResult("删除的附件，内容也不在了", len(gone), findings)


def named_in(value: bytes) -> Iterator[Attached]:
    """Find what a fact of the door names."""
    if b'"attach' not in value:
        return
    document = from_json(value)
    for field in _FIELDS:
        yield from map(Attached.model_validate, document.get(field) or ())
