"""For each target of each row of the table that the plain examples do not reach: a way there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

from rulebook.codes import Passing
from schemas import inbound as i
from schemas import requests as r
from schemas.values import Actor, Channel, Grade, Person, RequesterKind, Solved, Tier, VisitRef
from schemas.values import TicketState as S
from services.dispatch.core import standing as s
from services.dispatch.core.commands import Act, Ask, Begin
from services.dispatch.core.episode import SAME, Target
from services.dispatch.core.regions import StopWords
from services.dispatch.core.standing import AnyStanding
from tests.support.dispatch.examples import EXAMPLES, JOINING, MERGE_ASKED, ORDERED, beside, prepared
from tests.support.dispatch.given import (
    at,
    callback_pending,
    closed,
    dispatched,
    handled,
    in_progress,
    merged,
    pending_dispatch,
    return_requested,
    survey_review,
    suspended,
    without_task,
)
from tests.support.dispatch.story import (
    AT,
    BY_HAND,
    INCIDENT,
    LEAD,
    OTHER,
    RECEIPT,
    TICKET,
    Story,
    received,
    registered,
    rules_with,
)


@dataclass(frozen=True)
class Way:
    """Given a story, a command of a kind leads to a state, or leaves it."""

    kind: str
    to: Target
    given: Callable[[], Story]
    when: Callable[[Story], Story]


def _plainly(kind: str) -> Callable[[Story], Story]:
    """Let the plain example of a kind happen."""
    return lambda story: story.when(EXAMPLES[kind](story))


def _unsolved(story: Story) -> Story:
    """Let the requester say by themself that it is not solved."""
    four = {"contacted": "yes", "solved": "not", "attitude": "fairly", "result": "dissatisfied"}
    return story.when(Act(received(i.AnswerCallback.model_validate({"ticket": story.ticket.id, **four}))))


def _corrects(**values: Any) -> Callable[[Story], Story]:
    """Let a mistake be corrected."""
    return lambda story: story.office(i.Correct, reason="记录有误。", **values)


BY_QUEUE: Final = rules_with(**BY_HAND, dispatch=Passing.QUEUE)
_VISIT: Final = VisitRef(visitor="v-1", unit="unit-01", visited_at=AT)


def under(rules_of: Callable[[], Story], **automation: Passing) -> Callable[[], Story]:
    """The same story, from now on under other rules."""
    return lambda: replace(rules_of(), rules=rules_with(**{**BY_HAND, **automation}))


def _standing(standing: AnyStanding, before: Callable[[], Story] = in_progress) -> Callable[[], Story]:
    return lambda: beside(standing=standing)(before())


def _anonymous(before: Callable[[], Story]) -> Callable[[], Story]:
    def changed() -> Story:
        story = before()
        matter = story.ticket.matter.model_copy(update={"requester_kind": RequesterKind.ANONYMOUS})
        return beside(matter=matter)(story)

    return changed


def _asked_from(back: s.SurveyReview | s.PendingDispatch | s.InProgress | s.Rework) -> Callable[[], Story]:
    return _standing(s.NeedsInfo(back=back))


def _never_led(before: Callable[[], Story], *, dispatch: Passing) -> Callable[[], Story]:
    """Nobody led it; policy dispatches it, or the desk."""
    return lambda: replace(beside(order=None)(before()), rules=rules_with(**BY_HAND, dispatch=dispatch))


def _from_office_of_survey() -> Story:
    return survey_review().office(i.PassOn)


def _last_attempt() -> Story:
    story = callback_pending()
    tried = (story.at, story.at + timedelta(days=1))
    return replace(beside(standing=s.CallbackPending(round=1, tried=tried))(story), at=story.at + timedelta(days=2))


def _unseen_to(given: Callable[[], Story]) -> Callable[[], Story]:
    """Words came in that nobody has seen to."""
    return lambda: beside(stop_words=StopWords(unseen=True))(given())


def _unmerged_to(back: s.SurveyReview | s.PendingDispatch | s.Dispatched | s.Rework | s.Suspended | s.NeedsInfo) -> Way:
    return Way("unmerge", back.state, _standing(s.Merged(into=OTHER, back=back), merged), _plainly("unmerge"))


def _longer(story: Story) -> Story:
    return story.office(i.Assign, lead="market", tier=Tier.PARTICULARLY_COMPLEX)


def _against_precedent() -> Story:
    story = return_requested()
    assert isinstance(story.ticket.standing, s.ReturnRequested)
    return beside(standing=replace(story.ticket.standing, against_precedent=True))(story)


def _refused_by_other(story: Story) -> Story:
    answer = r.MergeAnswered(ticket=TICKET, origin=OTHER, by=Actor(), taken=False, reason="否", receipt=RECEIPT)
    return story.when(Ask(answer))


def _welcomed(*, accepted: bool) -> Callable[[Story], Story]:
    """A person attached it to an incident, whose lead has accepted it or not."""
    welcome = r.MemberAnswered(
        ticket=TICKET,
        origin=INCIDENT,
        by=Actor(person=Person(id="p-xu", name="徐文珏")),
        admitted=True,
        reason="已加入",
        title="停电",
        lead=LEAD,
        accepted=accepted,
    )
    return lambda story: story.when(Ask(welcome))


_BACKS: Final = (
    s.SurveyReview(stage="unit"),
    s.PendingDispatch(reason="queue"),
    s.Dispatched(),
    s.Rework(),
    s.Suspended(until=AT, back=s.InProgress()),
    s.NeedsInfo(back=s.InProgress()),
)

WAYS: Final[tuple[Way, ...]] = (
    Way("withdraw", SAME, lambda: ORDERED(in_progress()), _plainly("withdraw")),
    Way("register", S.DISPATCHED, lambda: Story(rules_with(**BY_HAND)), lambda story: story.when(Begin(registered()))),
    Way("register", S.PENDING_DISPATCH, lambda: Story(BY_QUEUE), lambda story: story.when(Begin(registered()))),
    Way(
        "register",
        S.SURVEY_REVIEW,
        lambda: Story(rules_with(**BY_HAND)),
        lambda story: story.when(Begin(registered(channel=Channel.SURVEY, visit=_VISIT))),
    ),
    Way("open_part", S.DISPATCHED, lambda: Story(rules_with(**BY_HAND)), _plainly("open_part")),
    Way("open_part", S.PENDING_DISPATCH, lambda: Story(BY_QUEUE), _plainly("open_part")),
    Way("pass_on", S.DISPATCHED, _from_office_of_survey, _plainly("pass_on")),
    Way("pass_on", S.PENDING_DISPATCH, under(_from_office_of_survey, dispatch=Passing.QUEUE), _plainly("pass_on")),
    Way("correct", S.DISPATCHED, under(pending_dispatch), _corrects(category="0101-03")),
    Way("correct", S.REWORK, closed, _corrects(solved=Solved.NOT)),
    Way("correct", S.CLOSED, lambda: at(S.REWORK), _corrects(solved=Solved.SOLVED, result=Grade.SATISFIED)),
    Way("classify", S.DISPATCHED, under(pending_dispatch), _plainly("classify")),
    Way("request_return", S.ADJUDICATING, lambda: beside(disputes=1)(at(S.DISPATCHED)), _plainly("request_return")),
    Way(
        "rule_on_return",
        S.PENDING_DISPATCH,
        under(return_requested, dispatch=Passing.QUEUE),
        lambda story: story.office(i.RuleOnReturn, upheld=True, reason="同意。"),
    ),
    Way(
        "report_handled",
        S.CALLBACK_PENDING,
        under(lambda: without_task(in_progress()), review=Passing.AUTOMATIC),
        _plainly("report_handled"),
    ),
    Way(
        "report_handled",
        S.CLOSED,
        _anonymous(under(lambda: without_task(in_progress()), review=Passing.AUTOMATIC)),
        _plainly("report_handled"),
    ),
    *(
        Way(kind, to, given, _plainly(kind))
        for kind in ("provide_info", "needs_info_lapsed")
        for to, given in (
            (
                S.DISPATCHED,
                lambda: replace(_asked_from(s.PendingDispatch(reason="queue"))(), rules=rules_with(**BY_HAND)),
            ),
            (S.PENDING_DISPATCH, lambda: replace(_asked_from(s.PendingDispatch(reason="queue"))(), rules=BY_QUEUE)),
            (S.REWORK, _asked_from(s.Rework())),
            (S.SURVEY_REVIEW, _asked_from(s.SurveyReview(stage="unit"))),
        )
    ),
    Way(
        "rule_on_suspension",
        SAME,
        lambda: prepared(in_progress(), "rule_on_suspension"),
        lambda story: story.office(i.RuleOnSuspension, granted=False, reason="不同意。"),
    ),
    *(
        Way(kind, S.REWORK, _standing(s.Suspended(until=AT, back=s.Rework()), suspended), _plainly(kind))
        for kind in ("end_suspension", "suspension_lapsed")
    ),
    Way("review", S.CALLBACK_PENDING, handled, lambda story: story.office(i.Review, accepted=True)),
    Way("review", S.CLOSED, _anonymous(handled), lambda story: story.office(i.Review, accepted=True)),
    *(
        Way(
            "review",
            to,
            _standing(s.Handled(at=AT, rework=to is S.REWORK), handled),
            lambda story: story.office(i.Review, accepted=False, ground="not-done", reason="未联系。"),
        )
        for to in (S.IN_PROGRESS, S.REWORK)
    ),
    Way("note_unreached", S.CLOSED, _last_attempt, _plainly("note_unreached")),
    Way("record_callback", S.REWORK, callback_pending, lambda story: story.called(Solved.NOT, Grade.DISSATISFIED)),
    Way("answer_callback", S.REWORK, callback_pending, _unsolved),
    Way("record_callback", S.HANDLED, _unseen_to(callback_pending), _plainly("record_callback")),
    Way("answer_callback", S.HANDLED, _unseen_to(callback_pending), _plainly("answer_callback")),
    Way("note_unreached", S.HANDLED, _unseen_to(_last_attempt), _plainly("note_unreached")),
    *(
        Way("reopen", to, _never_led(before, dispatch=passing), _plainly("reopen"))
        for before in (lambda: prepared(at(S.ARCHIVED), "reopen"), lambda: at(S.TRANSFERRED), closed)
        for to, passing in ((S.DISPATCHED, Passing.AUTOMATIC), (S.PENDING_DISPATCH, Passing.QUEUE))
    ),
    Way("member_answered", S.DISPATCHED, lambda: JOINING(pending_dispatch()), _welcomed(accepted=False)),
    Way("member_answered", S.IN_PROGRESS, lambda: JOINING(pending_dispatch()), _welcomed(accepted=True)),
    Way("member_answered", S.IN_PROGRESS, lambda: JOINING(dispatched()), _welcomed(accepted=True)),
    Way("assign", SAME, pending_dispatch, _longer),
    Way(
        "give_final_answer",
        S.CLOSED,
        lambda: prepared(in_progress(), "give_final_answer"),
        lambda story: _plainly("give_final_answer")(story).approved(),
    ),
    Way("rule_on_return", SAME, _against_precedent, _plainly("rule_on_return")),
    Way("approve", S.DISPATCHED, lambda: _longer(pending_dispatch()), Story.approved),
    Way(
        "approve",
        S.CLOSED,
        lambda: _plainly("give_final_answer")(prepared(in_progress(), "give_final_answer")),
        Story.approved,
    ),
    Way(
        "approve",
        S.PENDING_DISPATCH,
        under(
            lambda: _against_precedent().office(i.RuleOnReturn, upheld=True, reason="同意。"), dispatch=Passing.QUEUE
        ),
        Story.approved,
    ),
    Way("merge_answered", SAME, lambda: MERGE_ASKED(in_progress()), _refused_by_other),
    *(_unmerged_to(back) for back in _BACKS),
    Way(
        "report_part",
        SAME,
        _standing(s.Split(waiting=(OTHER, TICKET)), lambda: at(S.SPLIT)),
        _plainly("report_part"),
    ),
)
