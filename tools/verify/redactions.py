"""The promise about redactions: what was covered stands in no table, and on no message that was said afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from schemas.redaction import Overlay, Passage
from tools.verify.findings import CheckResult, Finding
from tools.verify.rows import RedactionRow
from tools.verify.tables import Tables
from vocabulary import Chinese


class Redaction(NamedTuple):
    """What was redacted of one ticket, and when that was done last."""

    overlay: Overlay
    at: datetime


def redactions_of(rows: Sequence[RedactionRow], secret: str) -> Mapping[str, Redaction]:
    """Bring together what was redacted of each ticket, in order."""
    return {
        ticket: Redaction(
            Overlay([Passage(row.seal, row.length) for row in rows if row.ticket == ticket], secret.encode()),
            max(row.at for row in rows if row.ticket == ticket),
        )
        for ticket in dict.fromkeys(row.ticket for row in rows)
    }


async def nothing_redacted_stands(
    tables: Iterable[Tables], redactions: Mapping[str, Redaction], said_again: Sequence[Finding]
) -> CheckResult:
    """Look into every table of every service for each ticket of which something was redacted."""
    findings = [*said_again]
    for each in tables if redactions else ():
        async for ticket, table, row in each.rows_about(redactions.keys()):
            if redactions[ticket].overlay.text(row) != row:
                text = Chinese(f"涂去的内容还在表 {each.service}.{table} 里：请有权涂去的人再涂去一次")
                findings.append(Finding(ticket, text))
    promise = "涂去的内容不在任何表里，之后也没有再说"
    return CheckResult(promise, len(redactions), findings)
