"""Draw the life of a ticket from the table of transitions: `python -m services.dispatch.lifecycle` writes the page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from schemas.values import TicketState as S
from services.dispatch.core.transitions import SAME, TABLE, Transition
from services.dispatch.core.words import EXPECTED, KINDS, STATES

PAGE: Final = Path(__file__).parents[2] / "docs" / "lifecycle.md"

_HEAD: Final = """# The life of a ticket

Generated from the table of transitions in `services/dispatch/core/transitions.py` by
`python -m services.dispatch.lifecycle`; a test fails when this page and the table differ. Decisions consult the same
table: what stands in no row is refused, and the refusal says what is expected instead.
"""
_LEGEND: Final = """A guard must hold, or the action is refused with its reason. `same` means that the main state
stays, and that a region beside it moves. Besides, every step of the office needs a person whom
`policy/office.yaml` names for it, or `policy/ladder.yaml` for supervision.
"""
_BEGINNINGS: Final = (
    (S.SURVEY_REVIEW, "a visit's problem"),
    (S.PENDING_DISPATCH, "registered, waits for a person"),
    (S.DISPATCHED, "registered, dispatched by policy"),
    (S.ANSWERED, "answered on the line"),
)


def page() -> str:
    """The whole page."""
    parts = (
        _HEAD,
        "## The picture\n",
        "Shown are the steps that move a ticket; what happens beside the main state stands in the table below.\n",
        "```mermaid",
        *_picture(),
        "```\n",
        "## The states\n",
        "| state | 中文 | what it waits for |",
        "|---|---|---|",
        *(f"| `{state}` | {STATES[state]} | {EXPECTED[state]} |" for state in S),
        "",
        "## The table\n",
        _LEGEND,
        "| step | 中文 | legal in | guards | leads to |",
        "|---|---|---|---|---|",
        *(_row(row) for row in TABLE),
        "",
    )
    return "\n".join(parts)


def _picture() -> Iterator[str]:
    yield "stateDiagram-v2"
    for state in S:
        if state is not S.REGISTERED:
            yield f"    {state}: {state} {STATES[state]}"
    for state, words in _BEGINNINGS:
        yield f"    [*] --> {state}: {words}"
    for (source, target), kinds in sorted(_edges().items()):
        yield f"    {source} --> {target}: {' / '.join(kinds)}"
    yield f"    {S.ARCHIVED} --> [*]"


def _edges() -> dict[tuple[S, S], list[str]]:
    edges: dict[tuple[S, S], list[str]] = {}
    for row in TABLE:
        for source in row.sources:
            for target in row.targets:
                if isinstance(target, S) and target is not source:
                    edges.setdefault((source, target), []).append(row.kind)
    return edges


def _row(row: Transition) -> str:
    sources = ", ".join(f"`{state}`" for state in S if state in row.sources)
    guards = ", ".join(f"`{guard}`" for guard in row.guards)
    targets = [f"`{state}`" for state in S if state in row.targets]
    if SAME in row.targets:
        targets.append("same")
    return f"| `{row.kind}` | {KINDS[row.kind]} | {sources} | {guards} | {', '.join(targets)} |"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
