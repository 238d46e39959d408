"""One outage of which many people call: where, of which category, and who says what; the same for the same seed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Final

from examples.district.happenings import Call, Spot, Traits, Trouble
from examples.district.moments import ZONE
from examples.district.population import AGENTS, district, phone, somebody
from rulebook import Category, Policy
from schemas.values import Kind, Tier

CALLERS: Final = 200
_DAY: Final = 9
"""The tenth day, a working day of the demo."""

_BEGINS: Final = time(9, 5)
_MINUTES: Final = 100
_HOMES: Final = 60
_SAID: Final = (
    "整个小区都没有电，不知道什么时候能来",
    "楼里全停电了，电梯也停了，老人下不了楼",
    "停电了，冰箱里的东西都要坏了，请赶快修",
    "没有电，家里有病人要用制氧机，请尽快恢复",
)


@dataclass(frozen=True)
class Outage:
    """When it began, where, and as what it counts; the utility had `announced` it the day before."""

    announced: datetime
    at: datetime
    spot: Spot
    category: Category


def outage(policy: Policy, *, seed: int, start: date) -> Outage | None:
    """Tell of the outage; None where no bureau leads what is not urgent under this policy."""
    rng = _chance(seed)
    found = [each for each in policy.categories if each.tier is Tier.COMPLEX and not each.led_by_subdistrict]
    if not found:
        return None
    homes = district(rng, policy, _HOMES).households
    begins = datetime.combine(start + timedelta(days=_DAY), _BEGINS, ZONE)
    return Outage(begins - timedelta(days=1), begins, rng.choice(homes).spot, rng.choice(found))


def calls(policy: Policy, *, seed: int, start: date, callers: int) -> Iterator[Call]:
    """Yield so many calls about it, each by another person."""
    found = outage(policy, seed=seed, start=start)
    if found is None:
        return
    rng = _chance(seed)
    for number in range(callers):
        trouble = Trouble(
            id=f"o{number:05d}",
            kind=Kind.HELP.value,
            text=f"{found.spot.text}：{rng.choice(_SAID)}",
            spot=found.spot,
            traits=_traits(found.category),
            category=found.category.code,
        )
        caller = replace(somebody(rng), kind="resident", name=f"{number + 1}号来电人", phone=phone(rng), wechat=None)
        at = found.at + timedelta(minutes=rng.uniform(1, _MINUTES))
        yield Call(f"o{number:05d}", at, rng.choice(AGENTS), caller, trouble)


def _traits(category: Category) -> Traits:
    return Traits(
        category=category.code,
        tier=category.tier.value,
        difficulty=0.2,
        temper=0.3,
        would_be_returned=False,
        burst="outage",
    )


def _chance(seed: int) -> Random:
    return Random(f"outage/{seed}")  # noqa: S311 - a story, not a secret
