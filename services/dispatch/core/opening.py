"""From the door to the department: pass on, classify, dispatch, each by a person or by policy."""

from __future__ import annotations

from schemas import dispatch as d
from schemas.policy import Assignment, locate
from schemas.policy.codes import Passing
from schemas.tickets import Answered, Registered
from schemas.values import Actor, Channel, Tier
from services.dispatch.core.draft import BY_POLICY, Draft, dispatch
from services.dispatch.core.rules import Rules


def opened(fact: Registered, by: Actor, rules: Rules) -> d.Opened:
    """Open a ticket for what was registered."""
    names = d.Opened.model_fields.keys() & Registered.model_fields.keys() - {"ticket", "tier", "place"}
    category = rules.policy.category(fact.category) if fact.category else None
    tier = fact.tier or (category.tier if category else Tier.COMPLEX)
    found = fact.place.subdistrict or locate(rules.policy, fact.place.text)
    place = fact.place.model_copy(update={"subdistrict": found})
    values = {name: getattr(fact, name) for name in names}
    return d.Opened(ticket=fact.ticket, by=by, tier=tier, place=place, **values)


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
    if draft.ticket.matter.channel is Channel.SURVEY and draft.ticket.matter.part_of is None:
        draft.say(d.PassOnAwaited, by=BY_POLICY, stage="unit", unit=draft.ticket.matter.unit)
        if draft.rules.policy.automation.unit_pass_on is Passing.AUTOMATIC:
            passed_by_unit(draft, BY_POLICY)
        return
    classify(draft)


def passed_by_unit(draft: Draft, by: Actor) -> None:
    """The unit passed on: the survey office is next."""
    draft.say(d.PassedOn, by=by, stage="unit")
    draft.say(d.PassOnAwaited, by=BY_POLICY, stage="survey_office")
    if draft.rules.policy.automation.survey_office is Passing.AUTOMATIC:
        passed_by_office(draft, BY_POLICY)


def passed_by_office(draft: Draft, by: Actor) -> None:
    """The survey office passed on: the hotline centre is next."""
    draft.say(d.PassedOn, by=by, stage="survey_office")
    classify(draft)


def classify(draft: Draft) -> None:
    """Find a category where none came, then dispatch or wait on the desk."""
    matter = draft.ticket.matter
    if matter.category is None:
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
        draft.say(d.Classified, by=BY_POLICY, category=guess.category, tier=tier)
    by_policy(draft)


def by_policy(draft: Draft, *, binding: bool = False) -> None:
    """Dispatch as the catalogue says, unless a person has to."""
    found = draft.rules.lead_for(draft.ticket.matter, besides=frozenset(draft.ticket.refused_by))
    if draft.rules.policy.automation.dispatch is not Passing.AUTOMATIC:
        draft.say(d.DispatchAwaited, by=BY_POLICY, reason="queue")
    elif isinstance(found, Assignment):
        dispatch(draft, found, binding=binding, by=BY_POLICY)
    else:
        draft.say(d.DispatchAwaited, by=BY_POLICY, reason=str(found.rule))
