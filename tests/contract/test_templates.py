"""Templates of the policy and the occasions of notify fit together: nobody waits for a message without words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import product

import pytest

from chassis.frozen import replace
from rulebook import Audience
from rulebook.messages import ALWAYS, MESSAGES, VARIABLES
from schemas.owner import Owner
from schemas.values import Clock, Contact, Tier
from services.notify import reactions
from services.notify.core.notice import Addressee, Way, Wish
from services.notify.core.occasion import Occasion
from services.notify.core.profile import Profile
from services.notify.core.promises import Now, tell_requester
from services.notify.core.values import filled
from services.notify.core.wording import Wording
from services.notify.reactions.city import to_city
from tests.support.occasions import CHANNELS, NOON, PHONES, POLICY, PROFILE, TOLD_BEFORE, variants


@cache
def wishes() -> Mapping[str, tuple[Wish, ...]]:
    """Every wish that an example of a fact brings about, by its template."""
    found: defaultdict[str, list[Wish]] = defaultdict(list)
    before, book = replace(PROFILE, tier=None), Wording(POLICY).book
    facts = reactions.wishes.facts | to_city.facts
    for model, channel, phone, tier in product(facts, CHANNELS, PHONES, (Tier.COMPLEX, Tier.URGENT)):
        profile = replace(PROFILE, channel=channel, tier=tier, contact=Contact(phone=phone, wechat="wx-1"))
        for fact in variants(model):
            for known in (before, profile):
                for wish in reactions.asked(fact, Occasion(NOON, known, profile, book)):
                    found[wish.template].append(wish)
    for channel, (promised, responsible) in product(CHANNELS, TOLD_BEFORE):
        received = replace(PROFILE, channel=channel, promised=promised, responsible=responsible)
        undated = replace(received, citizen_due=None, tier_decided=False)
        told = replace(received, receipt_told=True)
        moments = [
            (received, Now(NOON)),
            (undated, Now(NOON, rests=True, longest="15个工作日")),
            (told, Now(NOON)),
            (told, Now(NOON, extended="情况复杂")),
            (told, Now(NOON + timedelta(days=60), breached=Clock.CITIZEN)),
            (replace(told, promised="", resumed=True), Now(NOON)),
        ]
        for profile, now in moments:
            after, tellings = tell_requester(profile, now)
            for each in tellings:
                found[each.template] += Occasion(NOON, profile, after, book).requester(each.template, **each.values)
    return {template: tuple(those) for template, those in found.items()}


def test_every_occasion_has_its_template_and_every_template_its_occasion() -> None:
    assert {template.code for template in POLICY.templates} == set(MESSAGES) == set(wishes())


@pytest.mark.parametrize("code", sorted(MESSAGES))
def test_a_message_goes_to_whom_it_is_for_by_its_ways_and_fills_what_it_says_it_fills(code: str) -> None:
    message, sent = MESSAGES[code], wishes()[code]
    audiences = {wish.to.audience.kind for wish in sent}
    assert audiences == {message.audience.value}
    assert {wish.to.way.value for wish in sent} == message.ways
    assert {name for wish in sent for name in wish.values} - ALWAYS == message.variables


def test_what_every_message_may_say_is_filled_from_the_profile() -> None:
    values = filled(PROFILE, Wording(POLICY).book, {})
    assert set(values) == VARIABLES
    assert {name for name, value in values.items() if value} <= ALWAYS


@pytest.mark.parametrize("code", sorted(MESSAGES))
def test_a_template_says_something_even_when_little_is_known(code: str) -> None:
    wish = Wish(code, Addressee(Owner(Audience.REQUESTER), Way.SMS, "+8613800000000"), {})
    now = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)

    notice = Wording(POLICY).notice(wish, Profile(ticket="26030200000017"), "cause", now)

    assert notice is not None
    assert notice.subject
    assert "26030200000017" in notice.subject + notice.text or code.startswith("requester-")
    assert "{{" not in notice.text
