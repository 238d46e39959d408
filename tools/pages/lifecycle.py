"""docs/lifecycle.md: the life of a ticket, drawn from the table of its steps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from schemas.values import TicketState as S
from services.dispatch.for_tools import EPISODES, EXPECTED, OPEN, SAME, Episode, Step
from vocabulary import STATES, STEPS

_HEAD: Final = """# The life of a ticket

Generated from the steps of the episodes in `services/dispatch/core/episodes/` by
`make pages`; a test fails when this page and the table differ. Decisions consult the same
table: what stands in no row is refused, and the refusal says what is expected instead. A decision that leaves a ticket
where its row does not say is an error in tests and an alarm in life.
"""
_LEGEND: Final = """A guard must hold, or the action is refused with its reason. `same` means that the main state
stays, and that a region beside it moves. Besides, every step of the office needs a person whom
`policy/office.yaml` names for it, or `policy/ladder.yaml` for supervision.
"""
_MANY: Final = 5
"""A step that is legal in more states than this is drawn from one box."""


class Picture(NamedTuple):
    """One picture: what it shows, and the episodes whose steps it draws."""

    title: str
    says: str
    episodes: tuple[str, ...]
    begins: tuple[S, ...] = ()
    """The states in which a ticket is born there, without a step."""


PICTURES: Final = (
    Picture(
        "From the door to the department",
        "A survey's problem passes the visitor's unit and the survey office; all else goes to the centre at once.",
        ("registration", "dispatching", "acceptance"),
    ),
    Picture(
        "Whose it is",
        "Inside the return window the lead may ask to return the order; disputed twice, a referee rules, which binds.",
        ("returns",),
    ),
    Picture(
        "Work that waits",
        "While the requester is asked or works are suspended the department's clock stands still; it goes on where it"
        " stood.",
        ("information", "suspension"),
    ),
    Picture(
        "Handled, called back, closed",
        "The centre reviews what was reported, the requester is called, and what failed is worked on again.",
        ("work", "review", "callback", "reopening"),
    ),
    Picture(
        "Ends without work",
        "What is answered at once never reaches anybody; what is nobody's here goes elsewhere; a requester takes a"
        " matter back, and the centre confirms that where it is late or watched.",
        ("withdrawing", "referral"),
        begins=(S.ANSWERED,),
    ),
    Picture(
        "Set right on the way",
        "What was wrong is corrected, a dispatch by the machine is checked, and what needed approval happens when it is"
        " given; an incident takes its members along, and whoever promises or asks for more time has accepted.",
        ("approvals", "checking", "correction", "commitment", "extension", "incident"),
    ),
    Picture(
        "Other ends, other tickets",
        "A matter can end without being worked on, go into another ticket, or live on in parts.",
        ("closing", "merging", "splitting"),
    ),
)


def page() -> str:
    """The whole page."""
    parts = (
        _HEAD,
        "Shown are the steps that move a ticket; what happens beside the main state stands in the tables below.\n",
        *(part for picture in PICTURES for part in _drawn(picture)),
        "## The states\n",
        "| state | 中文 | what it waits for |",
        "|---|---|---|",
        *(f"| `{state}` | {STATES[state]} | {EXPECTED[state]} |" for state in S),
        "",
        "## The steps\n",
        _LEGEND,
        *(part for episode in EPISODES if episode.steps for part in _table(episode)),
    )
    return "\n".join(parts)


def _drawn(picture: Picture) -> Iterator[str]:
    yield f"## {picture.title}\n"
    yield f"{picture.says}\n"
    yield "```mermaid"
    yield "stateDiagram-v2"
    edges = _edges(picture)
    for state in S:
        if any(state in edge for edge in edges):
            yield f"    {state}: {state} {STATES[state]}"
    if any(_ANY in edge for edge in edges):
        yield f"    {_ANY}: any open state"
    for (source, target), kinds in edges.items():
        yield f"    {source} --> {target}: {' / '.join(dict.fromkeys(kinds))}"
    yield "```\n"


_ANY: Final = "any_open"
_BY_NAME: Final = {episode.name: episode for episode in EPISODES}


def drawn(picture: Picture) -> Iterator[tuple[S, str, S]]:
    """The moves that a picture shows: from which state, by which step, to which."""
    for step in (step for name in picture.episodes for step in _BY_NAME[name].steps):
        for source in step.sources:
            yield from ((source, step.kind, target) for target in S if target in step.targets and target is not source)


def _edges(picture: Picture) -> dict[tuple[str, str], list[str]]:
    edges: dict[tuple[str, str], list[str]] = {}
    if S.ANSWERED in picture.begins:
        edges["[*]", S.ANSWERED.value] = ["answer_on_line"]
    for step in (step for name in picture.episodes for step in _BY_NAME[name].steps):
        for source in _sources(step):
            for target in S:
                if target in step.targets and target.value != source:
                    edges.setdefault((source, target.value), []).append(step.kind)
    return edges


def _sources(step: Step) -> list[str]:
    if S.REGISTERED in step.sources:
        return ["[*]"]
    if len(step.sources) > _MANY and step.sources <= OPEN:
        return [_ANY]
    return [state.value for state in S if state in step.sources]


def _table(episode: Episode) -> Iterator[str]:
    yield f"### {episode.name}\n"
    yield "| step | 中文 | legal in | guards | leads to |"
    yield "|---|---|---|---|---|"
    for step in episode.steps:
        yield _row(step)
    yield ""


def _row(step: Step) -> str:
    sources = ", ".join(f"`{state}`" for state in S if state in step.sources)
    guards = ", ".join(f"`{guard}`" for guard in step.guard_names)
    targets = [f"`{state}`" for state in S if state in step.targets]
    if SAME in step.targets:
        targets.append("same")
    return f"| `{step.kind}` | {STEPS[step.kind]} | {sources} | {guards} | {', '.join(targets)} |"
