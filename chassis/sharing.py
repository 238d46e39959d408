"""How the lanes of a service are shared out among its workers: evenly, and with as little moving as that allows."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple


class Shared(NamedTuple):
    """A lane that has to have a worker: one of `takers`. Lanes of a `kind` are alike in how much work they bring."""

    lane: str
    kind: str
    takers: frozenset[str]


def shared_out(lanes: Iterable[Shared], held: Mapping[str, str]) -> dict[str, str]:
    """Give each lane a worker: of each kind, and of all together, nobody gets two more than another.

    `held` says who had a lane until now, and keeps it as far as that goes. The answer depends on nothing else.
    """
    kinds: defaultdict[tuple[str, frozenset[str]], list[str]] = defaultdict(list)
    for each in sorted(lanes, key=lambda each: each.lane):
        kinds[each.kind, each.takers].append(each.lane)
    load: Counter[str] = Counter()
    given: dict[str, str] = {}
    for (_, takers), some in sorted(kinds.items(), key=lambda item: (item[0][0], sorted(item[0][1]))):
        given |= _of_one_kind(some, takers, held, load)
    return given


def _of_one_kind(
    lanes: Sequence[str], takers: frozenset[str], held: Mapping[str, str], load: Counter[str]
) -> dict[str, str]:
    had = {taker: [lane for lane in lanes if held.get(lane) == taker] for taker in takers}
    # What is left over goes to whoever has least so far; of these, to whoever need not get another lane for it.
    order = sorted(takers, key=lambda taker: (load[taker], -len(had[taker]), taker))
    least, over = divmod(len(lanes), len(takers))
    quota = {taker: least + (place < over) for place, taker in enumerate(order)}
    load.update(quota)
    given = {lane: taker for taker in order for lane in had[taker][: quota[taker]]}
    free = [taker for taker in order for _ in range(quota[taker] - min(len(had[taker]), quota[taker]))]
    return given | dict(zip((lane for lane in lanes if lane not in given), free, strict=True))
