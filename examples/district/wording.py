"""How people put it: a matter in the words of whoever raises it."""

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import yaml

from rulebook import Policy
from schemas.values import Kind

HERE = Path(__file__).parent
_SLOT = re.compile(r"\{(\w+)\}")


@cache
def phrases() -> Mapping[str, Any]:
    """Return the words that sentences are filled and framed with."""
    found: Mapping[str, Any] = yaml.safe_load((HERE / "phrases.yaml").read_text(encoding="utf-8"))
    return found


@cache
def wordings() -> Mapping[str, tuple[str, ...]]:
    """Return the sentences of each category."""
    found: dict[str, tuple[str, ...]] = {}
    with (HERE / "wordings.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found[row["category"]] = (*found.get(row["category"], ()), row["wording"])
    return found


@cache
def kinds() -> Mapping[str, Kind]:
    """Return what people want who raise a matter of a category."""
    with (HERE / "kinds.csv").open(encoding="utf-8", newline="") as file:
        return {row["category"]: Kind(row["kind"]) for row in csv.DictReader(file)}


def surname(rng: Random) -> str:
    return str(rng.choice(phrases()["surnames"]))


def _fill(rng: Random, sentence: str, place: str) -> str:
    def one(slot: re.Match[str]) -> str:
        match slot.group(1):
            case "b":
                return f"{rng.randint(1, 48)}号楼"
            case "place":
                return place
            case "surname":
                return surname(rng)
            case name:
                return str(rng.choice(phrases()["fill"][name]))

    return _SLOT.sub(one, sentence)


def _mood(temper: float) -> str:
    if temper < 0.5:  # noqa: PLR2004 - half of the people stay calm
        return "calm"
    return "upset" if temper < 0.85 else "furious"  # noqa: PLR2004 - and one in seven does not at all


@dataclass(frozen=True)
class Teller:
    """Somebody who raises a matter: of which category and kind, by which way, where, with what temper (0 to 1)."""

    category: str
    kind: str
    way: str
    place: str
    temper: float


def tell(rng: Random, wording: str, teller: Teller) -> str:
    """Put one sentence of a category into the words of somebody."""
    words = phrases()
    parts = [rng.choice(words["open"][teller.way]), rng.choice(words["place"]), wording]
    if not wording.endswith(tuple("，。！？")):
        parts.append("。")
    if rng.random() < 0.45:  # noqa: PLR2004 - not everybody tells how it affects them
        parts.append(rng.choice(words["aside"][teller.category[:2]]) + "。")
    parts.append(rng.choice(words["temper"]["calm" if teller.kind == "praise" else _mood(teller.temper)]))
    parts.append(rng.choice(words["wish"][teller.kind]))
    return _fill(rng, "".join(parts), teller.place)


@dataclass(frozen=True)
class Phrase:
    """What somebody said in a few words; the label is a category, `none`, or several categories with spaces between."""

    label: str
    part: str
    text: str


@cache
def calls() -> tuple[Phrase, ...]:
    """Return short calls of another hand than the wordings', with those that no category is for, or several are.

    The part `learn` stands in the training data; nothing may ever learn from the part `unseen`.
    """
    with (HERE / "calls.csv").open(encoding="utf-8", newline="") as file:
        return tuple(Phrase(row["category"], row["part"], row["text"]) for row in csv.DictReader(file))


NAMINGS = 2
"""How often the bare name and each keyword of a category stand in the training data."""


def training_rows(policy: Policy, seed: int, per_wording: int) -> Iterator[tuple[str, str, str]]:
    """Yield rows of text, category and wording; the catalogue's own names and keywords come without a wording.

    Calls come with a wording of their own each, and with `none` or several categories where that is the truth.
    """
    for known in policy.categories:
        for words in (known.name, *known.keywords) * NAMINGS:
            yield words, known.code, ""
    rng = Random(seed)  # noqa: S311 - a story, not a secret
    places = tuple(street.name for street in policy.streets)
    for category, sentences in wordings().items():
        for number, sentence in enumerate(sentences):
            for _ in range(per_wording):
                way = rng.choice(("hotline", "wechat", "survey"))
                teller = Teller(category, kinds()[category].value, way, rng.choice(places), rng.random())
                yield tell(rng, sentence, teller), category, f"{category}/{number}"
    for number, said in enumerate(calls()):
        if said.part == "learn":
            yield said.text, said.label, f"call/{number}"
    for number in range(FRAMES):
        yield _frame(rng, rng.choice(places)), "none", f"frame/{number}"


FRAMES = 40
"""Calls without a matter in the training data: a greeting, a place, anger, a wish, and nothing that these are about."""


def _frame(rng: Random, place: str) -> str:
    words = phrases()
    way = rng.choice(("hotline", "wechat", "survey"))
    parts = [rng.choice(words["open"][way]), rng.choice(words["place"])]
    parts += [
        rng.choice(words["temper"][_mood(rng.random())]),
        rng.choice(words["wish"][rng.choice(("help", "complain"))]),
    ]
    return _fill(rng, "".join(part for part in parts if rng.random() < 0.7), place) or "你好"  # noqa: PLR2004 - any may lack
