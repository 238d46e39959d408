"""A made-up district whose story is told by a seed: enough of everything, and the same every time."""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import phonenumbers
import pytest

from examples.district.happenings import (
    AnsweredCall,
    BadInput,
    Call,
    DeviceLost,
    Fault,
    FollowUp,
    Happening,
    Resubmission,
    Trouble,
    Visit,
    WechatMessage,
    troubles_of,
)
from examples.district.moments import ZONE
from examples.district.outage import outage
from examples.district.plan import generate
from examples.district.wording import kinds, wordings
from rulebook import load_policy, locate
from schemas.values import Kind, RequesterKind, Tier

POLICY = load_policy(Path(__file__).parents[3] / "policy")
NOW = datetime(2026, 9, 14, 2, 0, tzinfo=UTC)
START = date(2026, 9, 14)
STORY = tuple(generate(POLICY, seed=7, start=START, days=21, tickets=300))
TROUBLES = tuple(trouble for happening in STORY for trouble in troubles_of(happening))


def of(kind: type[Happening]) -> list[Happening]:
    return [happening for happening in STORY if isinstance(happening, kind)]


def test_the_same_seed_tells_the_same_story() -> None:
    again = tuple(generate(POLICY, seed=7, start=START, days=21, tickets=300))
    another = tuple(generate(POLICY, seed=8, start=START, days=21, tickets=300))

    assert again == STORY
    assert another != STORY


@pytest.mark.parametrize("tickets", [1, 17, 300])
def test_exactly_so_many_matters_are_raised(tickets: int) -> None:
    story = generate(POLICY, seed=1, start=START, days=5, tickets=tickets)

    assert sum(len(troubles_of(happening)) for happening in story) == tickets


def test_it_happens_in_order_and_within_its_days() -> None:
    begin = datetime.combine(START, time(), ZONE)
    moments = [happening.at for happening in STORY]

    assert moments == sorted(moments)
    assert begin <= moments[0]
    assert moments[-1] < begin + timedelta(days=21)


def test_every_id_is_told_once() -> None:
    assert max(Counter(happening.id for happening in STORY).values()) == 1
    assert max(Counter(trouble.id for trouble in TROUBLES).values()) == 1


def test_everything_that_the_demo_shows_is_in_it() -> None:
    assert len(of(Call)) > 100
    assert len(of(WechatMessage)) > 30
    assert len(of(AnsweredCall)) >= 3
    assert len(of(FollowUp)) >= 10
    assert len(of(Resubmission)) >= 5
    assert len(of(DeviceLost)) >= 1
    assert {bad.fault for bad in of(BadInput) if isinstance(bad, BadInput)} == set(Fault)


def test_two_hundred_people_call_about_one_outage() -> None:
    callers = {"seed": 7, "start": START, "days": 21, "tickets": 300}
    told = tuple(generate(POLICY, **callers, callers=200))  # type: ignore[arg-type]
    more = [each for each in told if each not in STORY]
    found = outage(POLICY, seed=7, start=START)

    assert found is not None
    assert len(more) == len({each.caller.phone for each in more if isinstance(each, Call)}) == 200
    assert {(each.trouble.spot, each.trouble.category) for each in more if isinstance(each, Call)} == {
        (found.spot, found.category.code)
    }
    assert found.at < min(each.at for each in more)


def test_gas_leaks_in_the_third_night_and_nobody_says_that_it_is_urgent_but_the_catalogue() -> None:
    (call,) = [each for each in of(Call) if each.at == datetime.combine(START + timedelta(days=2), time(2, 10), ZONE)]
    assert isinstance(call, Call)
    known = POLICY.category(call.trouble.category or "")
    assert known is not None
    assert (known.name, known.tier) == ("燃气泄漏", Tier.URGENT)


def test_visits_come_with_and_without_problems_some_late_some_far_off() -> None:
    visits = [happening for happening in STORY if isinstance(happening, Visit)]

    assert {len(visit.troubles) for visit in visits} >= {0, 1, 2}
    assert any(visit.at - visit.visited_at > timedelta(hours=10) for visit in visits)
    assert all(visit.at >= visit.visited_at for visit in visits)
    assert any(not visit.plausible for visit in visits)


def test_one_visitor_has_one_device_and_belongs_to_one_unit() -> None:
    devices = {(v.visitor, v.device, v.unit) for v in STORY if isinstance(v, Visit)}

    assert len({visitor for visitor, _, _ in devices}) == len(devices) == len({device for _, device, _ in devices})
    assert all(POLICY.unit(unit) is not None for _, _, unit in devices)


def test_several_people_raise_the_same_matter_at_one_place() -> None:
    bursts: dict[str, list[tuple[Trouble, object]]] = {}
    for happening in STORY:
        if isinstance(happening, Call | WechatMessage | AnsweredCall):
            who = happening.sender if isinstance(happening, WechatMessage) else happening.caller
            if happening.trouble.traits.burst:
                bursts.setdefault(happening.trouble.traits.burst, []).append((happening.trouble, who))

    assert len(bursts) == 4
    for members in bursts.values():
        assert len(members) >= 4
        assert len({trouble.spot for trouble, _ in members}) == 1
        assert len({trouble.traits.category for trouble, _ in members}) == 1


def test_one_person_comes_again_and_again() -> None:
    callers = Counter(
        happening.caller.phone for happening in STORY if isinstance(happening, Call) and happening.caller.phone
    )

    assert callers.most_common(1)[0][1] >= 3


def test_a_doubled_matter_names_an_earlier_one() -> None:
    doubled = [trouble for trouble in TROUBLES if trouble.traits.same_as]

    assert doubled
    assert {trouble.traits.same_as for trouble in doubled} <= {trouble.id for trouble in TROUBLES}


def test_follow_ups_and_repeats_name_what_came_before() -> None:
    raised = {trouble.id: happening.at for happening in STORY for trouble in troubles_of(happening)}
    told = {happening.id: happening.at for happening in STORY}

    for happening in STORY:
        if isinstance(happening, FollowUp):
            assert raised[happening.trouble] < happening.at
        if isinstance(happening, Resubmission):
            assert told[happening.of] <= happening.at


def test_phone_numbers_are_valid_but_nobodys() -> None:
    for happening in STORY:
        if isinstance(happening, Call) and happening.caller.phone:
            number = phonenumbers.parse(happening.caller.phone, "CN")
            assert phonenumbers.is_valid_number(number)
            assert happening.caller.phone.startswith("1349")


def test_every_word_of_the_story_is_one_of_the_policys() -> None:
    for trouble in TROUBLES:
        category = POLICY.category(trouble.traits.category)
        assert category is not None
        assert category.tier == Tier(trouble.traits.tier)
        assert Kind(trouble.kind) is kinds()[category.code]
        assert trouble.category is None or POLICY.category(trouble.category) is not None
        assert trouble.department is None or POLICY.department(trouble.department) is not None
        assert locate(POLICY, trouble.spot.text, NOW) == trouble.spot.subdistrict, trouble.spot
        assert 0 <= trouble.traits.difficulty <= 1
        assert 0 <= trouble.traits.temper <= 1
    callers = {happening.caller.kind for happening in STORY if isinstance(happening, Call)}
    assert callers == {kind.value for kind in RequesterKind}


def test_nothing_is_left_unfilled_in_what_people_say() -> None:
    assert not [trouble.text for trouble in TROUBLES if "{" in trouble.text or "}" in trouble.text]
    assert len({trouble.text for trouble in TROUBLES}) > 290


def test_every_category_has_words_and_all_words_a_category() -> None:
    assert set(wordings()) == {category.code for category in POLICY.categories}
    assert set(kinds()) == {category.code for category in POLICY.categories}
    assert all(len(sentences) >= 2 for sentences in wordings().values())
