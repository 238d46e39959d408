"""Which matters there are: of which category, where, whose, and how they really are."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from random import Random

from examples.district.happenings import Somebody, Spot, Traits, Trouble, WayIn
from examples.district.moments import ZONE, moment
from examples.district.population import District, Household, somebody
from examples.district.wording import Teller, kinds, tell, wordings
from rulebook import Category, Policy
from schemas.values import Kind, Tier

BURSTABLE = ("0403-01", "0402-01", "0601-01", "0101-04", "0201-01", "0501-01", "0406-03", "0902-01", "0104-06")
"""What many people complain of at once; codes that the catalogue does not have are passed over."""

EMERGENCY = "0403-03"
"""What happens by night."""

_TIER_WEIGHT = {Tier.SIMPLE: 3.0, Tier.COMPLEX: 2.0, Tier.PARTICULARLY_COMPLEX: 0.6, Tier.URGENT: 0.5}
_DIFFICULTY = {Tier.SIMPLE: 0.2, Tier.COMPLEX: 0.45, Tier.PARTICULARLY_COMPLEX: 0.7, Tier.URGENT: 0.5}


@dataclass(frozen=True)
class PlannedMatter:
    """One matter before it has found its words: who raises it, which way, when."""

    way: WayIn
    at: datetime
    household: Household
    person: Somebody
    trouble: Trouble


@dataclass
class Storyteller:
    """Draws matters one after the other from one source of chance."""

    rng: Random
    policy: Policy
    district: District
    start: date
    days: int
    _told: int = 0
    _visited: PlannedMatter | None = None
    _weights: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._weights = [_TIER_WEIGHT[c.tier] * self.rng.lognormvariate(0, 0.8) for c in self.policy.categories]

    def matters(self, count: int) -> Iterator[PlannedMatter]:
        """Yield so many matters: incidents, people who come again and again, doubled ones, and the ordinary."""
        left = count
        for number in range(max(1, count // 75)):
            for matter in self._burst(f"burst-{number + 1}", min(self.rng.randint(4, 7), left)):
                left -= 1
                yield matter
        for _ in range(max(1, count // 100)):
            for matter in self._again_and_again(min(4, left)):
                left -= 1
                yield matter
        while left > 0:
            first = self._ordinary()
            left -= 1
            yield first
            if left > 0 and self.rng.random() < 1 / 40:
                left -= 1
                yield self._doubled(first)

    def emergency(self) -> PlannedMatter | None:
        """A gas leak in the third night: somebody calls, and nobody says that it is urgent but the catalogue."""
        category = self.policy.category(EMERGENCY)
        if category is None:
            return None
        home = self._home()
        at = datetime.combine(self.start + timedelta(days=min(2, self.days - 1)), time(2, 10), ZONE)
        trouble = replace(self._trouble(category, home.spot, WayIn.HOTLINE, 1.0), category=category.code)
        return PlannedMatter(WayIn.HOTLINE, at, home, home.resident, trouble)

    def _way(self) -> WayIn:
        return self.rng.choices((WayIn.HOTLINE, WayIn.SURVEY, WayIn.WECHAT), (50, 30, 20))[0]

    def _category(self) -> Category:
        return self.rng.choices(self.policy.categories, self._weights)[0]

    def _home(self) -> Household:
        return self.rng.choice(self.district.households)

    def _ordinary(self) -> PlannedMatter:
        way, category = self._way(), self._category()
        if way is not WayIn.SURVEY:
            return self._matter(way, category, self._home())
        before = self._visited
        if before is None or self.rng.random() >= 0.2:  # noqa: PLR2004 - one household in five has more to say
            self._visited = self._matter(way, category, self._home())
        else:
            self._visited = replace(self._matter(way, category, before.household), at=before.at)
        return self._visited

    def _matter(self, way: WayIn, category: Category, home: Household) -> PlannedMatter:
        person = home.resident if way is WayIn.SURVEY or self.rng.random() < 0.7 else somebody(self.rng)  # noqa: PLR2004 - most call about their own home
        if way is WayIn.WECHAT and person.wechat is None:
            person = replace(person, wechat=f"wx-{self.rng.randrange(16**10):010x}")
        at = moment(self.rng, way, self.start, self.days)
        return PlannedMatter(way, at, home, person, self._trouble(category, home.spot, way, self.rng.betavariate(2, 3)))

    def _burst(self, name: str, count: int) -> Iterator[PlannedMatter]:
        known = [category for code in BURSTABLE if (category := self.policy.category(code)) is not None]
        category = self.rng.choice(known)
        spot = self._home().spot
        begin = moment(self.rng, WayIn.HOTLINE, self.start, max(1, self.days - 2))
        for _ in range(count):
            way = self.rng.choice((WayIn.HOTLINE, WayIn.HOTLINE, WayIn.WECHAT))
            matter = self._matter(way, category, replace(self._home(), spot=spot))
            traits = replace(matter.trouble.traits, burst=name)
            at = begin + timedelta(minutes=self.rng.expovariate(1 / 240))
            yield replace(matter, at=at, trouble=replace(matter.trouble, traits=traits))

    def _again_and_again(self, count: int) -> Iterator[PlannedMatter]:
        home = replace(
            self._home(), resident=replace(somebody(self.rng), kind="resident", name="钱阿根", phone="13490010086")
        )
        for _ in range(count):
            way = self.rng.choice((WayIn.HOTLINE, WayIn.HOTLINE, WayIn.HOTLINE, WayIn.WECHAT))
            matter = self._matter(way, self._category(), home)
            traits = replace(matter.trouble.traits, temper=round(self.rng.uniform(0.8, 1.0), 2))
            yield replace(matter, person=home.resident, trouble=replace(matter.trouble, traits=traits))

    def _doubled(self, first: PlannedMatter) -> PlannedMatter:
        """Tell the same matter again by another way, some hours later and in other words."""
        way = WayIn.WECHAT if first.way is WayIn.HOTLINE else WayIn.HOTLINE
        category = self.policy.category(first.trouble.traits.category)
        if category is None:
            raise KeyError(first.trouble.traits.category)
        again = self._matter(way, category, first.household)
        traits = replace(first.trouble.traits, same_as=first.trouble.id)
        person = replace(first.person, wechat=first.person.wechat or again.person.wechat or "wx-again")
        at = first.at + timedelta(minutes=self.rng.randint(60, 3000))
        return replace(again, at=at, person=person, trouble=replace(again.trouble, traits=traits))

    def _trouble(self, category: Category, spot: Spot, way: WayIn, temper: float) -> Trouble:
        self._told += 1
        rng = self.rng
        kind = kinds()[category.code]
        teller = Teller(category.code, kind.value, way.value, spot.text, temper)
        text = tell(rng, rng.choice(wordings()[category.code]), teller)
        stated = self._stated_category(category, way)
        department = self._stated_department(category, spot) if way is WayIn.SURVEY else None
        wrong = stated not in (None, category.code)
        difficulty = min(1.0, max(0.0, _DIFFICULTY[category.tier] + rng.gauss(0, 0.15)))
        returned = rng.random() < (0.6 if wrong else 0.06)
        traits = Traits(
            category=category.code,
            tier=category.tier.value,
            difficulty=round(difficulty, 2),
            temper=round(temper, 2),
            would_be_returned=returned,
        )
        report = kind is Kind.REPORT
        confidential = report and rng.random() < 0.3  # noqa: PLR2004 - a third of those who report want to stay unnamed
        accused = (_led_by(category, spot),) if report and rng.random() < 0.02 else ()  # noqa: PLR2004 - one in fifty
        return Trouble(f"t{self._told:05d}", kind.value, text, spot, traits, stated, department, confidential, accused)

    def _stated_category(self, category: Category, way: WayIn) -> str | None:
        stated = {WayIn.HOTLINE: 0.6, WayIn.SURVEY: 0.25, WayIn.WECHAT: 0.1}[way]
        if self.rng.random() >= stated:
            return None
        right = self.rng.random() < 0.92  # noqa: PLR2004 - agents know the catalogue well
        return category.code if right else self._category().code

    def _stated_department(self, category: Category, spot: Spot) -> str | None:
        draw = self.rng.random()
        if draw < 0.3:  # noqa: PLR2004 - not every visitor has an opinion
            return None
        return _led_by(category, spot) if draw < 0.9 else self.rng.choice(self.policy.departments).code  # noqa: PLR2004 - and some are wrong


def _led_by(category: Category, spot: Spot) -> str:
    return spot.subdistrict if category.led_by_subdistrict else category.lead
