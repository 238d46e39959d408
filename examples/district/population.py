"""Who lives where, who visits whom, and who takes the calls."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from examples.district.happenings import Somebody, Spot
from examples.district.wording import phrases, surname
from rulebook import Policy, Street

AGENTS = tuple(f"agent-{number:02d}" for number in range(1, 13))
"""The people who take calls."""

ENTERPRISES = ("餐饮管理有限公司", "电子商务有限公司", "物流服务部", "文化传播工作室", "五金商行")


@dataclass(frozen=True)
class Household:
    """A home, and who opens the door."""

    name: str
    spot: Spot
    resident: Somebody


@dataclass(frozen=True)
class Visitor:
    """A person of a unit who visits households, with the one phone that is bound to the account."""

    account: str
    device: str
    unit: str
    areas: tuple[str, ...]


@dataclass(frozen=True)
class District:
    """Everybody and every place that the story needs."""

    households: tuple[Household, ...]
    by_area: Mapping[str, tuple[Household, ...]]
    visitors: tuple[Visitor, ...]


def phone(rng: Random) -> str:
    """Return a number of valid form in the 1349 block, which no subscriber's line has."""
    return f"1349{rng.randrange(10_000_000):07d}"


def full_name(rng: Random) -> str:
    given = phrases()["given"]
    return surname(rng) + "".join(rng.choice(given) for _ in range(rng.choice((1, 2, 2))))


def somebody(rng: Random) -> Somebody:
    """Return a resident, sometimes an enterprise, seldom somebody who gives no name."""
    draw = rng.random()
    if draw < 0.05:  # noqa: PLR2004 - one in twenty
        return Somebody("anonymous", None, None)
    if draw < 0.13:  # noqa: PLR2004 - one in twelve
        return Somebody("enterprise", f"{surname(rng)}记{rng.choice(ENTERPRISES)}", phone(rng))
    return Somebody("resident", full_name(rng), phone(rng), f"wx-{rng.randrange(16**10):010x}")


def _centre(areas: list[str], area: str) -> tuple[float, float]:
    index = areas.index(area)
    return 31.26 + 0.018 * (index // 4), 121.49 + 0.02 * (index % 4)


def spot_at(rng: Random, street: Street, areas: list[str]) -> Spot:
    """Return a place on a stretch of road or in a compound."""
    latitude, longitude = _centre(areas, street.subdistrict)
    where = (round(latitude + rng.uniform(-0.006, 0.006), 6), round(longitude + rng.uniform(-0.006, 0.006), 6))
    if street.kind == "compound":
        text = rng.choice((street.name, f"{street.name}{rng.randint(1, 60)}号"))
        return Spot(text, street.subdistrict, *where, compound=street.name)
    number = _number(rng, street)
    text = f"{street.name}{number}{rng.choice(('号', '弄'))}"
    return Spot(text, street.subdistrict, *where, road=street.name, number=number)


def _number(rng: Random, street: Street) -> int:
    number = rng.randint(street.first or 1, street.last or 600)
    return number if street.holds(number) else number - 1 if street.holds(number - 1) else number + 1


def district(rng: Random, policy: Policy, households: int) -> District:
    """Settle a district on the streets of a policy; every visiting unit has two or three visitors."""
    areas = sorted({street.subdistrict for street in policy.streets})
    homes: list[Household] = []
    for _ in range(households):
        spot = spot_at(rng, rng.choice(policy.streets), areas)
        name = f"{spot.text}{rng.randint(1, 18)}{rng.randint(1, 4):02d}室"
        homes.append(Household(name, spot, somebody(rng)))
    by_area = {area: tuple(home for home in homes if home.spot.subdistrict == area) for area in areas}
    visitors = [
        Visitor(f"{unit.code}-v{number}", f"device-{rng.randrange(16**12):012x}", unit.code, unit.areas)
        for unit in policy.units
        for number in range(1, rng.choice((2, 3)) + 1)
    ]
    return District(tuple(homes), by_area, tuple(visitors))
