"""From the centre to a department (派单): classified, dispatched by a person or by policy, supporters given tasks."""

from __future__ import annotations

from datetime import datetime

from chassis.frozen import replace
from rulebook.codes import Passing
from schemas import dispatch as d
from schemas import inbound as i
from schemas.nearest import nearest
from schemas.values import CategoryCode, Clock, DepartmentCode, DeskTaskKind, Tier
from schemas.values import TicketState as S
from services.dispatch.core.draft import Draft
from services.dispatch.core.due_times import due_no_more
from services.dispatch.core.episode import SAME, Episode, Refusal
from services.dispatch.core.episodes.sending import ByItself, send
from services.dispatch.core.episodes.supervision import (
    watched,
)
from services.dispatch.core.episodes.support import give_tasks
from services.dispatch.core.guards import avoids, is_late, known
from services.dispatch.core.holder import participants
from services.dispatch.core.notes import with_word
from services.dispatch.core.regions import (
    NotDrawn,
)
from services.dispatch.core.rules import RANK, Guess, Led, shorter
from services.dispatch.core.standing import AFTER, OPEN, WITH_LEAD, PendingDispatch
from services.dispatch.core.ticket import Ticket
from vocabulary import TIERS

episode = Episode("dispatching")


# --- policy finds the department -------------------------------------------------------------------------------------


def to_centre(draft: Draft) -> None:
    """Find a category where none came, then dispatch or wait on the desk."""
    matter = draft.ticket.matter
    if matter.category is not None or draft.ticket.stop_words.found:
        by_policy(draft)
        return
    guess = draft.rules.guess(matter.text, draft.at)
    if guess is None or guess.category is None:
        _await_without_category(draft, guess)
        return
    fallen_back = guess.category in draft.rules.fallen_back
    taken = guess.certain and not fallen_back
    suggested = d.CategorySuggested(
        **draft.by_policy,
        category=guess.category,
        score=round(guess.score, 4),
        method=guess.method,
        taken=taken,
        model=guess.model,
    )
    draft.say(suggested)
    if not taken:
        awaited = d.DispatchAwaited(
            **draft.by_policy,
            reason="fallen_back" if guess.certain else "uncertain_category",
            suggestion=guess.category,
            alternatives=guess.alternatives or None,
        )
        draft.say(awaited)
        return
    category = draft.rules.policy.category(guess.category)
    tier = category.tier if category and matter.tier is Tier.COMPLEX else matter.tier
    tier = shorter(tier, category.tier) if category else tier
    draft.say(d.Classified(**draft.by_policy, category=guess.category, tier=tier))
    by_policy(draft, suggested=True)


def _await_without_category(draft: Draft, guess: Guess | None) -> None:
    several = guess.alternatives if guess else ()
    awaited = d.DispatchAwaited(
        **draft.by_policy,
        reason="several_categories" if several else "no_category",
        alternatives=several or None,
        model=guess.model if guess else None,
    )
    draft.say(awaited)


def by_policy(draft: Draft, *, suggested: bool = False) -> None:
    """Dispatch as precedents and the catalogue say, unless a person has to; what is for others never goes by itself."""
    if draft.ticket.stop_words.found:
        _held(draft)
        return
    refer = draft.rules.referral(draft.ticket.matter)
    if refer is not None:
        draft.say(d.DispatchAwaited(**draft.by_policy, reason="referral", refer=refer))
        return
    found = draft.rules.lead_for(draft.ticket.matter, draft.ticket.shunned | frozenset(draft.ticket.refused_by))
    cited = tuple(each.ticket for each in draft.rules.precedents_for(draft.ticket.matter))
    if not isinstance(found, Led):
        draft.say(d.DispatchAwaited(**draft.by_policy, reason=found.rule.value, precedents=cited))
    elif draft.ticket.matter.category in draft.rules.fallen_back:
        draft.say(d.DispatchAwaited(**draft.by_policy, reason="fallen_back", precedents=cited))
    elif draft.rules.automation.dispatch is not Passing.AUTOMATIC:
        draft.say(d.DispatchAwaited(**draft.by_policy, reason="queue", precedents=cited))
    else:
        drawn = draft.rules.automation.check.draws(draft.ticket.id) and isinstance(draft.ticket.check, NotDrawn)
        by_itself = ByItself(suggested=suggested, drawn=drawn)
        send(draft, found.lead, found.supporting, reason=found.rule, by=by_itself)


def _held(draft: Draft) -> None:
    """No machine answers these words; what they mean comes before what the rest of the text is like."""
    matter, policy = draft.ticket.matter, draft.rules.policy
    groups = policy.stop_groups(draft.ticket.stop_words.groups)
    guess = None if matter.category else draft.rules.guess(matter.text, draft.at)
    likely = [group.category for group in groups]
    likely += [guess.category, *guess.alternatives] if guess is not None else []
    suggestion, *others = dict.fromkeys(code for code in likely if code) or (None,)
    awaited = d.DispatchAwaited(
        **draft.by_policy,
        reason="stop_words",
        suggestion=suggestion,
        alternatives=tuple(each for each in others if each)[: policy.automation.suggestion.shown] or None,
        refer=next((group.refer for group in groups if group.refer), None) or draft.rules.referral(matter),
    )
    draft.say(awaited)


@episode.fact(d.CategorySuggested)
def _suggested(ticket: Ticket, fact: d.CategorySuggested, _at: datetime) -> Ticket:
    if not fact.taken:
        return ticket
    return replace(ticket, matter=ticket.matter.classified(fact.category, ticket.matter.tier))


@episode.fact(d.DispatchAwaited)
def _awaited(ticket: Ticket, fact: d.DispatchAwaited, _at: datetime) -> Ticket:
    return replace(ticket, standing=PendingDispatch(reason=fact.reason, suggestion=fact.suggestion))


# --- classified ------------------------------------------------------------------------------------------------------


def category_known(draft: Draft, action: i.Classify | i.Assign | i.Correct | i.CheckDispatch) -> Refusal | None:
    if action.category is None:
        return None
    policy = draft.rules.policy
    found, current = policy.category(action.category), policy.current_category(action.category, draft.at)
    if found is not None and found == current:
        return None
    if current is not None:
        said = f"分类{action.category}已停用，由{current.name}（{current.code}）承接，请改选。"
        return Refusal("category_gone", said)
    alike = nearest(action.category, policy.categories)
    return Refusal("unknown_category", f"目录中没有分类{action.category}，请从分类目录中选择。{alike}")


def category_chosen(draft: Draft, action: i.Assign) -> Refusal | None:
    """Nothing that has a category goes without: department, requester and rates would read none."""
    matter, waiting = draft.ticket.matter, draft.ticket.waiting.get(DeskTaskKind.DISPATCHING)
    if action.category is not None or matter.category is not None or action.uncategorised or waiting is None:
        return None
    likely = [code for code in (waiting.suggestion, *(waiting.alternatives or ())) if code]
    if not likely or not draft.rules.asks_who:
        return None
    found = [draft.rules.policy.category(code) for code in likely]
    names = "、".join(f"{each.path}（{each.code}）" for each in found if each is not None)
    said = f"该工单还没有分类，推荐：{names}。请写明分类（category），或者写明没有合适的分类（uncategorised）。"
    return Refusal("category_missing", said)


def raises_tier(draft: Draft, action: i.Classify | i.Assign) -> str | None:
    before = draft.ticket.matter.tier
    if action.tier is None or RANK[action.tier] <= RANK[before]:
        return None
    why = (action.reason if isinstance(action, i.Classify) else action.note) or ""
    return f"难易程度由{TIERS[before]}调为{TIERS[action.tier]}，时限随之延长{'：' if why else ''}{why}"


@episode.action(i.Classify, {S.PENDING_DISPATCH}, category_known, to={SAME, S.DISPATCHED}, approved=raises_tier)
@episode.action(i.Classify, OPEN - AFTER - {S.PENDING_DISPATCH}, category_known, approved=raises_tier)
def classify(draft: Draft, action: i.Classify) -> None:
    reclassify(draft, action.category, action.tier)
    held = bool(draft.ticket.stop_words.found)
    waits = isinstance(draft.ticket.standing, PendingDispatch) and action.category and not held
    if waits and draft.rules.automation.dispatch is Passing.AUTOMATIC:
        by_policy(draft)


def reclassify(draft: Draft, category: CategoryCode | None, tier: Tier | None) -> None:
    """Say category and tier where they become others."""
    matter = draft.ticket.matter
    wanted = category or matter.category
    tier = tier or tier_with(draft, category)
    if wanted is None or (wanted, tier) == (matter.category, matter.tier):
        return
    draft.say(d.Classified(**draft.by_author, category=wanted, tier=tier, raised_by=draft.approver))


def tier_with(draft: Draft, category: CategoryCode | None) -> Tier:
    """A category's own tier counts where nobody set another one; longer than it was only for a tier that was asked for.

    An urgent category makes urgent whatever was set before.
    """
    matter, policy = draft.ticket.matter, draft.rules.policy
    found = policy.category(category) if category else None
    before = policy.category(matter.category) if matter.category else None
    if found is not None and found.tier is Tier.URGENT:
        return Tier.URGENT
    if found is None or matter.tier is not (before.tier if before else Tier.COMPLEX):
        return matter.tier
    first_or_shorter = before is None or RANK[found.tier] < RANK[matter.tier]
    return found.tier if first_or_shorter else matter.tier


@episode.fact(d.Classified, heard_by=participants)
def _classified(ticket: Ticket, fact: d.Classified, _at: datetime) -> Ticket:
    after = replace(ticket, matter=ticket.matter.classified(fact.category, fact.tier))
    return after if fact.tier is Tier.URGENT else due_no_more(after, {Clock.URGENT_FIRST_REPORT})


# --- assigned --------------------------------------------------------------------------------------------------------


def departments_known(draft: Draft, action: i.Assign | i.Adjudicate) -> Refusal | None:
    return known(draft, action.lead, *action.supporting)


def not_accused(draft: Draft, action: i.Assign | i.Adjudicate) -> Refusal | None:
    refused = avoids(draft, *(code for code in (action.lead, *action.supporting) if code not in _named(draft, action)))
    if refused is not None or not isinstance(action, i.Assign) or action.despite:
        return refused
    names = "、".join(map(draft.rules.name, _named(draft, action)))
    if not names:
        return None
    reason = f"诉求反映违纪，文中提到{names}，不得派给被反映的单位；核实并非被反映对象的，请写明理由（despite）再派。"
    return Refusal("named_in_report", reason)


def _named(draft: Draft, action: i.Assign | i.Adjudicate) -> tuple[DepartmentCode, ...]:
    """Name the departments of an order that only the text accuses; whoever dispatches may clear them by saying why."""
    if not isinstance(action, i.Assign):
        return ()
    ticket = draft.ticket
    accused = replace(ticket, stop_words=replace(ticket.stop_words, named=())).shunned
    told = (action.lead, *action.supporting)
    return tuple(code for code in told if code in ticket.stop_words.named and code not in accused)


def ruling_binds(draft: Draft, action: i.Assign) -> Refusal | None:
    ruled = draft.ticket.ruled
    if ruled is None or action.lead == ruled or ruled in draft.ticket.shunned:
        return None
    lead = draft.rules.name(ruled)
    return Refusal("ruling_binds", f"该工单已确责由{lead}牵头，不能改派；确需变更的，由确责人重新确责。")


def handover_explained(draft: Draft, action: i.Assign) -> Refusal | None:
    """Nobody is rid of what is late, or watched over, by a handover for which nobody answers with a reason."""
    order = draft.ticket.led_by
    if order is None or order.lead == draft.rules.current(action.lead, draft.at) or action.note:
        return None
    why = "已逾期" if is_late(draft, order.lead) else "正在督办" if watched(draft.ticket) else ""
    if not why or not draft.rules.asks_who:
        return None
    return Refusal("reason_missing", f"{draft.rules.name(order.lead)}承办的这一单{why}，改派请写明理由（note）。")


@episode.action(
    i.Assign,
    {S.PENDING_DISPATCH},
    departments_known,
    not_accused,
    category_known,
    category_chosen,
    to={S.DISPATCHED},
    approved=raises_tier,
)
@episode.action(
    i.Assign,
    WITH_LEAD,
    departments_known,
    not_accused,
    ruling_binds,
    category_known,
    handover_explained,
    to={SAME, S.DISPATCHED},
    approved=raises_tier,
)
def assign(draft: Draft, action: i.Assign) -> None:
    cleared = _named(draft, action)
    if cleared and action.despite:
        draft.say(d.StopWordsSeenTo(**draft.by_author, note=action.despite, cleared=cleared))
    reclassify(draft, action.category, action.tier)
    helpers = dict.fromkeys(action.supporting, action.blocking)
    order = draft.ticket.led_by
    if order is None or order.lead != action.lead or draft.ticket.would_lead is not None:
        send(draft, action.lead, helpers, reason="assigned", by=draft.by, note=action.note)
        return
    for code in draft.ticket.tasks:
        if code not in helpers:
            draft.say(d.SupportTaskEnded(**draft.by_author, department=code, taken_back=True))
    give_tasks(draft, helpers, draft.by)
    if action.note:
        draft.say(d.DispatcherNoted(**draft.by_author, note=action.note))


@episode.fact(d.DispatcherNoted, heard_by=participants)
def _noted(ticket: Ticket, fact: d.DispatcherNoted, at: datetime) -> Ticket:
    return with_word(ticket, "dispatch", fact.note, at)
