"""The published rates are those of the facts: SQL against a naive count of made-up lives, and the tickets behind."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random
from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from schemas import clocks as c
from schemas import dispatch as d
from schemas.message import Message
from schemas.values import (
    Actor,
    Channel,
    Clock,
    Contact,
    Contacted,
    Grade,
    Kind,
    OfficialDue,
    Place,
    RequesterKind,
    Ruling,
    Solved,
    Tier,
    Verified,
)

BY = Actor(by_rule="test")
BEGIN = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
NOW = datetime(2026, 3, 9, 1, 0, tzinfo=UTC)
LEADS = ("housing", "police", "greening")
WEIGHTS = {"satisfied": 1.0, "fairly": 0.8, "average": 0.6, "dissatisfied": 0.0}
BASE = {"solved": 1.0, "explained": 0.0, "unsolved": 0.0}


class Life:
    """One made-up ticket, told fact by fact, at random."""

    def __init__(self, story: Any, chance: Random) -> None:
        self.story = story
        self.chance = chance
        self.story.now = BEGIN + timedelta(minutes=chance.randrange(60 * 24 * 3))

    def live(self) -> Any:
        story, chance = self.story, self.chance
        lead = chance.choice(LEADS)
        who = chance.choice([RequesterKind.RESIDENT, RequesterKind.ENTERPRISE, RequesterKind.ANONYMOUS])
        self._open(who)
        due = story.now + timedelta(days=chance.randrange(1, 8))
        self._clock(Clock.CITIZEN, "office:p-he", due)
        order = d.Dispatched(ticket=story.ticket, by=BY, order=1, lead=lead, tier=Tier.SIMPLE, reason="catalogue")
        story.wait(minutes=chance.randrange(60)).tell(order)
        self._clock(Clock.HANDLING, f"department:{lead}", due)
        for step in (self._accept, self._contact, self._press):
            if chance.random() < 0.6:
                step(lead)
        if chance.random() < 0.8:
            self._end(lead, due)
        return story

    def _tell(self, fact: Message) -> None:
        self.story.wait(hours=self.chance.randrange(1, 20)).tell(fact)

    def _open(self, who: RequesterKind) -> None:
        self.story.tell(
            d.Opened(
                ticket=self.story.ticket,
                by=BY,
                receipt="R0123456789AB",
                channel=self.chance.choice(list(Channel)),
                kind=self.chance.choice(list(Kind)),
                requester_kind=who,
                contact=Contact(),
                place=Place(text="平凉路100弄", subdistrict=self.chance.choice(["pingliang", "daqiao"])),
                text="路灯不亮",
                category=self.chance.choice(["0301-01", "0301-02"]),
                tier=Tier.SIMPLE,
            )
        )

    def _clock(self, clock: Clock, owner: str, due: datetime) -> None:
        self.story.clock(clock, due, owner)

    def _accept(self, lead: str) -> None:
        presumed = self.chance.random() < 0.3
        self._tell(d.Accepted(ticket=self.story.ticket, by=BY, department=lead, presumed=presumed))

    def _contact(self, lead: str) -> None:
        self._tell(d.FirstContactMade(ticket=self.story.ticket, by=BY, department=lead, method="phone"))

    def _press(self, _lead: str) -> None:
        pressed: dict[str, Any] = {"receipt": "R0123456789AB", "channel": Channel.HOTLINE, "mode": "press"}
        requester = self.chance.random() < 0.8
        pressed |= {"count": 1, "verified": Verified.NUMBER_MATCHED} if requester else {"count": 0}
        self._tell(d.FollowUpAdded(ticket=self.story.ticket, by=BY, **pressed, text="怎么还没来"))

    def _end(self, lead: str, due: datetime) -> None:
        story, chance = self.story, self.chance
        self._tell(d.Handled(ticket=story.ticket, by=BY, department=lead, reply="已处理", round=0))
        for clock, owner in ((Clock.CITIZEN, "office:p-he"), (Clock.HANDLING, f"department:{lead}")):
            late = story.now > due
            about: dict[str, Any] = {"clock_id": clock.value, "clock": clock, "owner": owner}
            met = c.ClockMet(ticket=story.ticket, **about, at=story.now, due=OfficialDue(at=due), late=late)
            story.tell(met)
        for round_ in range(chance.choice([0, 1, 1, 2])):
            self._call_back(lead, round_)
        if chance.random() < 0.9:
            ruling = chance.choice([*Ruling, None])
            self._tell(d.Closed(ticket=story.ticket, by=BY, outcome="called-back", ruling=ruling, lead=lead))
            if chance.random() < 0.3:
                said: dict[str, Any] = {
                    "solved": chance.choice(list(Solved)),
                    "satisfaction": chance.choice(list(Grade)),
                }
                self._tell(d.CityVerdictRecorded(ticket=story.ticket, by=BY, **said))

    def _call_back(self, lead: str, round_: int) -> None:
        if round_:
            self._tell(
                d.ReworkOrdered(ticket=self.story.ticket, by=BY, department=lead, round=round_, reason="unsolved")
            )
        said: dict[str, Any] = {
            "contacted": self.chance.choice(list(Contacted)),
            "solved": self.chance.choice(list(Solved)),
            "attitude": self.chance.choice(list(Grade)),
            "result": self.chance.choice(list(Grade)),
        }
        self._tell(d.CallbackRecorded(ticket=self.story.ticket, by=BY, round=round_, **said))


@pytest.fixture
def lives(story: Any) -> list[Any]:
    chance, numbers = Random(1515), count(1)  # noqa: S311 - made-up lives
    made = []
    for _ in range(120):
        number = next(numbers)
        fresh = type(story)(ticket=f"260302000{number:05d}", lane="0")
        fresh.numbers = {topic: count(number * 1000) for topic in ("liuhen.dispatch.v1", "liuhen.clocks.v1")}
        made.append(Life(fresh, chance).live())
    return made


def _facts(story: Any, kind: type[Message]) -> list[Any]:
    return [item.message for item in story.items if isinstance(item.message, kind)]


def _closed(story: Any) -> datetime | None:
    return next((item.envelope.time for item in story.items if isinstance(item.message, d.Closed)), None)


def _mean(weights: dict[str, float], verdicts: list[str]) -> tuple[Any, int]:
    counted = [weights[verdict] for verdict in verdicts if verdict in weights]
    return pytest.approx(sum(counted)), len(counted)


def _naive(lives: list[Any], until: datetime) -> dict[str, tuple[Any, int]]:
    closed = [life for life in lives if (at := _closed(life)) is not None and at < until]
    called = [(_facts(life, d.CallbackRecorded) or [None]) for life in closed]
    city = [verdict for life in closed for verdict in _facts(life, d.CityVerdictRecorded)]
    last, first = [calls[-1] for calls in called if calls[-1]], [calls[0] for calls in called if calls[0]]
    clocks = [(life, clock) for life in lives for clock in (Clock.HANDLING, Clock.CITIZEN)]
    on_time: dict[Clock, list[str]] = {Clock.HANDLING: [], Clock.CITIZEN: []}
    for life, clock in clocks:
        (due,) = {fact.due.at for fact in _facts(life, c.ClockStarted) if fact.clock is clock}
        met = next((fact for fact in _facts(life, c.ClockMet) if fact.clock is clock), None)
        if due < until:
            on_time[clock].append("overdue" if met is None else "late" if met.late else "on_time")
    accepted = [fact.presumed for life in lives for fact in _facts(life, d.Accepted)]
    yes_no, yes = {"yes": 1.0, "no": 0.0}, {"on_time": 1.0, "late": 0.0, "overdue": 0.0}
    return {
        "first_contact": _mean(yes_no, [call.contacted.value for call in last]),
        "first_contact_other": _mean(yes_no, [call.contacted.value for call in first]),
        "actual_resolution": _mean(BASE, [_facts(life, d.Closed)[0].ruling or "" for life in closed]),
        "resolution_by_citizen": _mean({"solved": 1, "partly": 0, "not": 0}, [call.solved.value for call in last]),
        "satisfaction": _mean(WEIGHTS, [call.result.value for call in last]),
        "satisfaction_other": _mean(WEIGHTS, [call.result.value for call in first]),
        "city_resolution": _mean({"solved": 1, "partly": 0, "not": 0}, [verdict.solved.value for verdict in city]),
        "city_satisfaction": _mean(WEIGHTS, [verdict.satisfaction.value for verdict in city]),
        "rework": (sum(bool(_facts(life, d.ReworkOrdered)) for life in closed), len(closed)),
        "callback_coverage": (sum(bool(_facts(life, d.CallbackRecorded)) for life in closed), len(closed)),
        "on_time": _mean(yes, on_time[Clock.HANDLING]),
        "citizen_on_time": _mean(yes, on_time[Clock.CITIZEN]),
        "acceptance": (accepted.count(False), len(accepted)),
        "return": (0, len(lives)),
        "follow_up": (sum(any(one.verified for one in _facts(life, d.FollowUpAdded)) for life in lives), len(lives)),
        "recurrence": (0, len(lives)),
        "received": (len(lives), len(lives)),
    }


async def _rates(web: TestClient[Any, Any], query: str) -> dict[str, Any]:
    async with web.get(f"/v1/rates?from=2026-03-01&to=2026-03-09T09:00:00&{query}") as answer:
        assert answer.status == 200, await answer.text()
        return {rate["name"]: rate for rate in (await answer.json())["rates"]}


async def test_every_rate_is_what_a_naive_count_of_the_facts_gives(
    lives: list[Any], ear: Any, web: TestClient[Any, Any]
) -> None:
    await ear.hear(*lives)

    told = await _rates(web, "")

    naive = _naive(lives, NOW)
    assert {name: (told[name]["rows"][0]["numerator"], told[name]["rows"][0]["denominator"]) for name in naive} == naive


@pytest.mark.parametrize("by", ["department", "channel", "kind", "requester_kind", "category", "subdistrict"])
async def test_the_parts_of_a_rate_add_up_to_the_whole(
    lives: list[Any], ear: Any, web: TestClient[Any, Any], by: str
) -> None:
    await ear.hear(*lives)

    whole, split = await _rates(web, ""), await _rates(web, f"by={by}")

    for name, rate in split.items():
        (all_of_it,) = whole[name]["rows"]
        assert sum(row["denominator"] for row in rate["rows"]) == all_of_it["denominator"]
        assert sum(row["numerator"] for row in rate["rows"]) == pytest.approx(all_of_it["numerator"])


async def test_a_rate_opens_into_the_tickets_behind_it(lives: list[Any], ear: Any, web: TestClient[Any, Any]) -> None:
    await ear.hear(*lives)

    rate = (await _rates(web, "rate=satisfaction&by=department&part=housing&ids=true"))["satisfaction"]

    (row,) = [row for row in rate["rows"] if row["part"] == "housing"]
    behind = Counter({verdict: len(tickets) for verdict, tickets in rate["tickets"].items()})
    assert behind == Counter({**row["counted"], **row["excluded"]})


async def test_an_unknown_rate_or_split_says_which_there_are(web: TestClient[Any, Any]) -> None:
    for query, listed in (("rate=happiness", "on_time"), ("by=weather", "department")):
        async with web.get(f"/v1/rates?{query}") as answer:
            assert answer.status == 400
            assert listed in (await answer.json())["expected"]
