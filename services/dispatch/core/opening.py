"""From the door to the department: pass on, classify, dispatch, each by a person or by policy."""

from __future__ import annotations

from rulebook import locate
from schemas import dispatch as d
from schemas.tickets import Answered, Registered
from schemas.values import Actor, Channel, Tier
from services.dispatch.core.draft import BY_POLICY, Draft, send
from services.dispatch.core.rules import RANK, Led, Rules


def opened(fact: Registered, by: Actor, rules: Rules) -> d.Opened:
    """Open a ticket for what was registered."""
    names = d.Opened.model_fields.keys() & Registered.model_fields.keys() - {"ticket", "tier", "place"}
    category = rules.policy.category(fact.category) if fact.category else None
    usual = category.tier if category else Tier.COMPLEX
    tier = _shorter(fact.tier or usual, usual)
    hint = fact.tier if fact.tier is not tier else None
    found = fact.place.subdistrict or locate(rules.policy, fact.place.text)
    place = fact.place.model_copy(update={"subdistrict": found})
    values = {name: getattr(fact, name) for name in names}
    return d.Opened(ticket=fact.ticket, by=by, tier=tier, hinted_tier=hint, place=place, **values)


def _shorter(hint: Tier, usual: Tier) -> Tier:
    """A channel's tier is a hint that counts only where it gives less time; more is the dispatcher's to decide."""
    return hint if RANK[hint] < RANK[usual] else usual


def answered(fact: Answered, by: Actor) -> d.AnsweredOnLine:
    """Open a ticket that is closed already."""
    return d.AnsweredOnLine(
        ticket=fact.ticket,
        by=by,
        receipt=fact.receipt,
        channel=fact.channel,
        kind=fact.kind,
        requester_kind=fact.requester_kind,
        requester=fact.requester,
        place=fact.place,
        category=fact.category,
        answer=fact.answer,
    )


def onward(draft: Draft) -> None:
    """Take a new ticket as far as policy lets it go by itself."""
    matter = draft.ticket.matter
    if matter.channel is not Channel.SURVEY or matter.part_of is not None:
        to_centre(draft)
    elif matter.unit is None:
        to_survey_office(draft)
    else:
        draft.say(d.PassOnAwaited, by=BY_POLICY, stage="unit", unit=matter.unit)
        if draft.rules.automatic("unit_pass_on"):
            passed_by_unit(draft, BY_POLICY)


def passed_by_unit(draft: Draft, by: Actor) -> None:
    """The unit passed on: the survey office is next."""
    draft.say(d.PassedOn, by=by, stage="unit")
    to_survey_office(draft)


def to_survey_office(draft: Draft) -> None:
    """The survey office has it, unless policy passes it on in the same moment."""
    draft.say(d.PassOnAwaited, by=BY_POLICY, stage="survey_office")
    if draft.rules.automatic("survey_office"):
        passed_by_office(draft, BY_POLICY)


def passed_by_office(draft: Draft, by: Actor) -> None:
    """The survey office passed on: the hotline centre is next."""
    draft.say(d.PassedOn, by=by, stage="survey_office")
    to_centre(draft)


def to_centre(draft: Draft) -> None:
    """Find a category where none came, then dispatch or wait on the desk."""
    matter = draft.ticket.matter
    if matter.category is not None:
        by_policy(draft)
        return
    guess = draft.rules.suggest(matter.text)
    if guess is None:
        draft.say(d.DispatchAwaited, by=BY_POLICY, reason="no_category")
        return
    draft.say(
        d.CategorySuggested,
        by=BY_POLICY,
        category=guess.category,
        score=round(guess.score, 4),
        method=guess.method,
        taken=guess.certain,
    )
    if not guess.certain:
        draft.say(d.DispatchAwaited, by=BY_POLICY, reason="uncertain_category", suggestion=guess.category)
        return
    known = draft.rules.policy.category(guess.category)
    tier = known.tier if known and matter.tier is Tier.COMPLEX else matter.tier
    tier = _shorter(tier, known.tier) if known else tier
    draft.say(d.Classified, by=BY_POLICY, category=guess.category, tier=tier)
    by_policy(draft)


def by_policy(draft: Draft) -> None:
    """Dispatch as precedents and the catalogue say, unless a person has to."""
    found = draft.rules.lead_for(draft.ticket.matter, draft.ticket.shunned | frozenset(draft.ticket.refused_by))
    cited = tuple(each.ticket for each in draft.rules.precedents_for(draft.ticket.matter))
    if not isinstance(found, Led):
        draft.say(d.DispatchAwaited, by=BY_POLICY, reason=found.rule.value, precedents=cited)
    elif not draft.rules.automatic("dispatch"):
        draft.say(d.DispatchAwaited, by=BY_POLICY, reason="queue", precedents=cited)
    else:
        send(draft, found.lead, found.supporting, reason=found.rule, by=BY_POLICY)
