"""The story of a district from a seed: what happens when, in the order in which it reaches the door."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from random import Random

from examples.district.happenings import (
    AnsweredCall,
    BadInput,
    Call,
    CityOrder,
    DeviceLost,
    Fault,
    FollowUp,
    Happening,
    Resubmission,
    Visit,
    WayIn,
    WechatMessage,
    troubles_of,
)
from examples.district.matters import PlannedMatter, Storyteller
from examples.district.moments import ZONE, moment
from examples.district.outage import calls
from examples.district.population import AGENTS, Household, Visitor, district
from examples.district.wording import phrases
from rulebook import Policy
from schemas.values import Kind, Tier

HOUSEHOLDS_PER_TICKET = 3
ENOUGH = 20
"""So many matters leave room for one that is out of the ordinary."""


def generate(
    policy: Policy, *, seed: int, start: date, days: int = 21, tickets: int = 300, callers: int = 0
) -> Iterator[Happening]:
    """Yield what happens in so many days from the start, by time; exactly `tickets` matters are raised in it.

    Calls that are answered on the line are among them; visits without a problem, follow-ups, repeated
    submissions, bad input and lost phones come on top, and so many `callers` about one outage. The same arguments
    tell the same story.
    """
    rng = Random(seed)  # noqa: S311 - a story, not a secret
    people = district(rng, policy, max(60, tickets * HOUSEHOLDS_PER_TICKET))
    story = Storyteller(rng, policy, people, start, days)
    end = datetime.combine(start + timedelta(days=days), time(), ZONE) - timedelta(seconds=1)
    matters = _in_visits(_matters(story, tickets))
    happenings = [_happen(story, number, matter) for number, matter in enumerate(matters)]
    happenings += [_empty_visit(story, number) for number in range(tickets // 5)]
    happenings = [_not_after(happening, end) for happening in happenings]
    happenings += _follow_ups(rng, happenings, end)
    happenings += _sent_again(rng, happenings, end)
    happenings += [_bad(rng, number, start, days) for number in range(max(len(Fault), tickets // 50))]
    happenings += [_lost(story, number) for number in range(max(1, tickets // 150))]
    happenings += [_not_after(call, end) for call in calls(policy, seed=seed, start=start, callers=callers)]
    yield from sorted(happenings, key=lambda happening: (happening.at, happening.id))


def _matters(story: Storyteller, tickets: int) -> list[PlannedMatter]:
    """Draw so many matters, an emergency by night among them where there are enough."""
    drawn = list(story.matters(tickets))
    emergency = story.emergency() if tickets >= ENOUGH else None
    return drawn if emergency is None else [*drawn[:-1], emergency]


def _in_visits(matters: Iterable[PlannedMatter]) -> Iterator[tuple[PlannedMatter, ...]]:
    """Put what one household said during one visit together; everything else comes alone."""
    together: dict[tuple[str, datetime], list[PlannedMatter]] = {}
    for matter in matters:
        if matter.way is WayIn.SURVEY:
            together.setdefault((matter.household.name, matter.at), []).append(matter)
        else:
            yield (matter,)
    yield from (tuple(found) for found in together.values())


def _happen(story: Storyteller, number: int, matters: tuple[PlannedMatter, ...]) -> Happening:
    first, rng = matters[0], story.rng
    match first.way:
        case WayIn.SURVEY:
            return _visit(story, f"v{number:05d}", first.at, first.household, matters)
        case WayIn.WECHAT:
            return WechatMessage(f"w{number:05d}", first.at, first.person, first.trouble)
        case WayIn.HOTLINE if _answerable(first) and rng.random() < 0.45:  # noqa: PLR2004 - agents know much by heart
            answer = rng.choice(phrases()["answers"])
            return AnsweredCall(f"a{number:05d}", first.at, rng.choice(AGENTS), first.person, first.trouble, answer)
        case WayIn.HOTLINE:
            upstream = None
            if rng.random() < 0.05:  # noqa: PLR2004 - one call in twenty reached the city's hotline first
                due = first.at + timedelta(hours=rng.choice((48, 72, 120)))
                upstream = CityOrder(f"SH{first.at:%Y%m%d}{rng.randrange(100_000):05d}", due)
            return Call(f"c{number:05d}", first.at, rng.choice(AGENTS), first.person, first.trouble, upstream)


def _answerable(matter: PlannedMatter) -> bool:
    kind = matter.trouble.kind
    return kind in (Kind.CONSULT, Kind.PRAISE) and matter.trouble.traits.tier == Tier.SIMPLE


def _visitor(story: Storyteller, area: str) -> Visitor:
    return story.rng.choice([visitor for visitor in story.district.visitors if area in visitor.areas])


def _visit(
    story: Storyteller, name: str, visited_at: datetime, home: Household, matters: Sequence[PlannedMatter]
) -> Visit:
    rng, visitor = story.rng, _visitor(story, home.spot.subdistrict)
    late = timedelta(minutes=rng.randint(600, 4000)) if rng.random() < 0.08 else timedelta(seconds=rng.randint(5, 240))  # noqa: PLR2004 - some phones find no network for days
    plausible = rng.random() >= 0.03  # noqa: PLR2004 - and some positions are far off
    spot = home.spot if plausible else replace(home.spot, latitude=round(home.spot.latitude + 0.3, 6))
    return Visit(
        id=name,
        at=visited_at + late,
        visited_at=visited_at,
        visitor=visitor.account,
        device=visitor.device,
        unit=visitor.unit,
        household=home.name,
        spot=spot,
        accuracy=round(rng.uniform(4, 65), 1),
        plausible=plausible,
        resident=home.resident,
        troubles=tuple(matter.trouble for matter in matters),
    )


def _empty_visit(story: Storyteller, number: int) -> Visit:
    home = story.rng.choice(story.district.households)
    visited_at = moment(story.rng, WayIn.SURVEY, story.start, story.days)
    return _visit(story, f"e{number:05d}", visited_at, home, ())


def _not_after(happening: Happening, end: datetime) -> Happening:
    return replace(happening, at=min(happening.at, end))


def _way_of(happening: Happening) -> WayIn:
    match happening:
        case Visit() | DeviceLost():
            return WayIn.SURVEY
        case WechatMessage():
            return WayIn.WECHAT
        case FollowUp() | BadInput():
            return happening.way
        case Call() | AnsweredCall() | Resubmission():
            return WayIn.HOTLINE


def _follow_ups(rng: Random, happenings: Sequence[Happening], end: datetime) -> list[Happening]:
    """Let the impatient ask again after some days, and some more than once."""
    found: list[Happening] = []
    for happening in happenings:
        if isinstance(happening, AnsweredCall):
            continue
        for trouble in troubles_of(happening):
            at = happening.at
            while rng.random() < 0.05 + 0.25 * trouble.traits.temper**2:
                at += timedelta(hours=rng.uniform(20, 110))
                if at > end:
                    break
                mode = rng.choice(("press", "press", "add"))
                text = rng.choice(phrases()[mode])
                way = _way_of(happening) if rng.random() < 0.6 else WayIn.HOTLINE  # noqa: PLR2004 - in the end they call
                found.append(FollowUp(f"f{len(found):05d}", at, way, trouble.id, mode, text))
    return found


def _sent_again(rng: Random, happenings: Sequence[Happening], end: datetime) -> list[Happening]:
    """Let apps and integrations send some of it twice, a little later, once in a while with other content."""
    found: list[Happening] = []
    for happening in happenings:
        if isinstance(happening, Visit | WechatMessage | Call) and rng.random() < 0.04:  # noqa: PLR2004 - one in 25
            at = min(happening.at + timedelta(seconds=rng.choice((2, 30, 600, 90_000))), end)
            altered = rng.random() < 0.2  # noqa: PLR2004 - a fifth of them
            found.append(Resubmission(f"r{len(found):05d}", at, happening.id, altered))
    return found


def _bad(rng: Random, number: int, start: date, days: int) -> BadInput:
    faults = tuple(Fault)
    way = rng.choice(tuple(WayIn))
    return BadInput(f"b{number:05d}", moment(rng, WayIn.HOTLINE, start, days), way, faults[number % len(faults)])


def _lost(story: Storyteller, number: int) -> DeviceLost:
    rng = story.rng
    visitor = rng.choice(story.district.visitors)
    at = moment(rng, WayIn.SURVEY, story.start, story.days)
    device = f"device-{rng.randrange(16**12):012x}"
    return DeviceLost(f"d{number:05d}", at, visitor.account, device, rng.choice(phrases()["lost"]))
