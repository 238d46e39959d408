"""What pages look up beside a call: whose it is, what is like it, what its category means, and what is unfinished."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final, NamedTuple

from chassis.contacts import WordSeal
from chassis.service import Instant, Pool
from rulebook.deriving import ClockRules, budget_of
from rulebook.responsibility import locate
from schemas.values import TEXT_LIMIT, Clock, Due, Tier
from services.desk.core.advice import Advice, likely, way_of
from services.desk.core.alike import nearest
from services.desk.core.callers import shown
from services.desk.edges.lookup import tickets_of
from services.desk.edges.pages import finding, lookup
from services.desk.edges.pages.lookup import Draft, Key, Typed
from worktime.wording import amount_in_words

DRAFT: Final = "call"
"""Of what a draft is, beside the call."""
_SINCE: Final = timedelta(days=90)
_OF_CALLER: Final = 8
_LONGEST_PLACE: Final = 300


class Meaning(NamedTuple):
    """What a category means to whoever calls: who has it, within which times, and by when it would be done."""

    way: Advice
    tier: Tier
    limits: Mapping[Clock, str]
    due: Due


class Beside(NamedTuple):
    """What stands beside the form of a call."""

    own: Sequence[Mapping[str, Any]]
    alike: Sequence[Mapping[str, Any]]
    meanings: Sequence[Meaning]


def key_of(login: str, call: str) -> Key:
    """Of which form the draft of a call is."""
    return Key(login, call, DRAFT, DRAFT)


def sealed(words: WordSeal, call: str, typed: Typed) -> Mapping[str, Any]:
    """What was typed as it is kept: there is a contact in it."""
    return {"contact": words.of(call)(dict(typed))}


def opened(words: WordSeal, call: str, kept: Mapping[str, Any]) -> Typed:
    """What was typed, of what is kept."""
    typed: Typed = words.shown(dict(kept), call)["contact"]
    return typed


async def draft(pool: Pool, key: Key, words: WordSeal) -> Draft | None:
    """Find what somebody typed of a call; None where nothing is kept."""
    found = (await lookup.drafts(pool, key.login, key.ticket, DRAFT)).get(DRAFT)
    return None if found is None else found._replace(typed=opened(words, key.ticket, found.typed))


class EndedCall(NamedTuple):
    """A call that came to an end: by which act, and what was typed then."""

    act: str
    typed: Typed


async def ended(pool: Pool, key: Key, words: WordSeal) -> EndedCall | None:
    """Tell how a call ended; None for one that goes on."""
    row = await pool.fetchrow(
        "select act.id, typed from draft join act on act.id = draft.said and act.state <> 'refused' and act.sent"
        " where draft.login = $1 and ticket = $2 and task = $3 and draft.act = $4",
        *key,
    )
    return None if row is None else EndedCall(row["id"], opened(words, key.ticket, json.loads(row["typed"])))


async def name_of_act(pool: Pool, login: str, call: str, digest: bytes) -> str:
    """Name the act by which a call ends: whichever open page says it, it is said once.

    What was refused is said anew under another name, and so is what never left this door and was changed since.
    """
    name = f"call-{call}"
    while True:
        row = await pool.fetchrow("select id, digest, state, sent from act where login = $1 and key = $2", login, name)
        if row is None or (row["state"] != "refused" and (row["sent"] or row["digest"] == digest)):
            return name
        name = f"call-{row['id']}"


async def unfinished(pool: Pool, login: str) -> Sequence[tuple[str, Instant]]:
    """Name somebody's calls that came to no end, and when they typed last, the newest first."""
    rows = await pool.fetch(
        f"select ticket, draft.at from {lookup.OPEN} and draft.login = $1 and task = $2 order by draft.at desc",  # noqa: S608 - ours
        *(login, DRAFT),
    )
    return [(row["ticket"], row["at"]) for row in rows]


async def beside(pool: Pool, rules: ClockRules, who: str | None, typed: Typed, now: Instant, *, looks: bool) -> Beside:
    """Look up what a call is about as far as it is typed; `who` is the keyed hash of its number.

    With `looks` it is told what the caller reported in confidence.
    """
    place, text = typed.get("place.text", "").strip()[:_LONGEST_PLACE], typed.get("text", "")[:TEXT_LIMIT]
    own = (await tickets_of(pool, who, _OF_CALLER, confidential=looks))[0] if who else ()
    meanings = _meanings(rules, typed.get("category", "").strip(), text, place, now)
    words = [word for each in meanings for word in each.way.found]
    found = await finding.alike(pool, place, words, now - _SINCE) if place or words else ()
    known = {each["ticket"] for each in own}
    near = nearest(place, text, [each for each in found if each["ticket"] not in known])
    return Beside([shown(each, rules) for each in own], [shown(each, rules) for each in near], meanings)


def _meanings(rules: ClockRules, category: str, text: str, place: str, now: Instant) -> Sequence[Meaning]:
    policy = rules.policy
    subdistrict = locate(policy, place, now) if place else None
    named = [each for each in policy.categories if category in (each.path, each.name)]
    typed = [way_of(each, text, subdistrict, policy) for each in named]
    ways = [*typed, *(each for each in likely(text, subdistrict, policy, policy.day(now)) if each not in typed)]
    return [_meaning(rules, way, now) for way in ways]


def _meaning(rules: ClockRules, way: Advice, now: Instant) -> Meaning:
    tier = way.category.tier
    budgets = {clock: budget_of(rules.limit(clock).budget_for(tier)) for clock in (Clock.FIRST_CONTACT, Clock.CITIZEN)}
    limits = {clock: amount_in_words(each.amount, each.unit) for clock, each in budgets.items()}
    return Meaning(way, tier, limits, rules.due_of_new(Clock.CITIZEN, tier, now, None))
