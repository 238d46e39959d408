"""Whatever waits at the desk can be ended by each answer that the office may give, and the page offers each of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from itertools import product
from random import Random
from typing import Any, Final

import pytest

from schemas import dispatch as d
from schemas import inbound as i
from schemas import requests as r
from schemas.referral import Referral
from schemas.values import Actor, DeskTaskKind, Person, Ruling
from services.desk.edges.pages.answers import answers_to
from services.dispatch.core.commands import Ask
from services.dispatch.core.desk import desk_tasks
from services.dispatch.core.standing import Transferred
from tests.support.dispatch.examples import EXAMPLES, INTERVIEW
from tests.support.dispatch.lives import BEGINNINGS, happens_next
from tests.support.dispatch.story import (
    AT,
    CATEGORY,
    LEAD,
    OTHER,
    RECEIPT,
    SUPPORTER,
    TICKET,
    Story,
    opened,
    person_for,
    shipped,
)

K = DeskTaskKind
Answer = tuple[type[i.OnTicket], Mapping[str, Any]]
LIVES: Final = 8
STEPS: Final = 25
WHY: Final = {"reason": "已核实。"}
BACK: Final = {"accepted": False, "ground": "reply-unclear", **WHY}

MERGED: Final = r.MergeAnswered(
    ticket=TICKET, origin=OTHER, by=Actor(by_rule="policy"), taken=True, reason="已并入", receipt=RECEIPT
)
WHOLE: Final = Referral(reference="110-1", spoken_to="值班员", spoken_at=AT, said="已受理", contact_given=True)

ONE_WAY: Final[Mapping[DeskTaskKind, Answer]] = {
    # somebody knows, or wrote down what was missing: there is nothing to say no to
    K.URGENT_CALL: (i.AcknowledgeUrgent, {}),
    K.STOP_WORDS: (i.SeeToStopWords, {"note": "已电话核实。"}),
}
EITHER_WAY: Final[Mapping[DeskTaskKind, tuple[Answer, ...]]] = {
    K.UNIT_PASS_ON: (
        (i.PassOn, {}),
        (i.SettleAtUnit, {"reply": "当场解决。"}),
        (i.AskRequester, {"question": "哪里？"}),
    ),
    K.UNIT_LATE: ((i.PassOn, {}), (i.SettleAtUnit, {"reply": "当场解决。"}), (i.AskRequester, {"question": "哪里？"})),
    K.SURVEY_OFFICE: ((i.PassOn, {}), (i.AskRequester, {"question": "哪里？"})),
    K.DISPATCHING: ((i.Assign, {"lead": LEAD}), (i.RefuseTicket, {"ground": "court", **WHY})),
    K.RETURN_RULING: ((i.RuleOnReturn, {"upheld": True, **WHY}), (i.RuleOnReturn, {"upheld": False, **WHY})),
    K.ADJUDICATION: ((i.Adjudicate, {"lead": LEAD, **WHY}), (i.Adjudicate, {"lead": "market", **WHY})),
    K.REVIEW: ((i.Review, {"accepted": True}), (i.Review, BACK)),
    K.TASK_REVIEW: (
        (i.Review, {"accepted": True, "department": SUPPORTER}),
        (i.Review, {**BACK, "department": SUPPORTER}),
    ),
    K.OUTCOME_RULING: tuple((i.RuleOnOutcome, {"ruling": each, **WHY}) for each in Ruling),
    K.REDISPATCH: ((i.Assign, {"lead": "market"}), (i.Assign, {"lead": LEAD})),
    K.ALIKE: ((i.GatherAlike, {}), (i.DismissAlike, WHY)),
    K.DISPATCH_CHECK: ((i.CheckDispatch, {"right": True}), (i.CheckDispatch, {"right": False, "lead": "market"})),
    K.AUTOMATION: ((i.RestoreAutomation, WHY), (i.LeaveToPeople, WHY)),
    K.EXTENSION: ((i.RuleOnExtension, {"granted": True, **WHY}), (i.RuleOnExtension, {"granted": False, **WHY})),
    K.SUSPENSION: ((i.RuleOnSuspension, {"granted": True, **WHY}), (i.RuleOnSuspension, {"granted": False, **WHY})),
    K.APPROVAL: ((i.Approve, {}), (i.Decline, WHY)),
    K.COMMITMENT_CHECK: (
        (i.CheckCommitment, {"kept": True, "note": "已兑现。"}),
        (i.CheckCommitment, {"kept": False, "note": "未兑现。"}),
    ),
    K.WITHDRAWAL: ((i.ConfirmWithdrawal, {}), (i.DeclineWithdrawal, WHY)),
    K.REOPENING: ((i.Reopen, WHY), (i.DeclineReopening, WHY)),
    K.NUDGE: ((i.Nudge, WHY), (i.DeclineEscalation, WHY)),
    K.SUPERVISE: ((i.Supervise, WHY), (i.DeclineEscalation, WHY)),
    K.INTERVIEW: ((i.Interview, {**WHY, **INTERVIEW}), (i.DeclineEscalation, WHY)),
}
NOT_THE_DESKS_TO_END: Final = {K.CALLBACK_LATE, K.REFERRAL, K.SUPERVISION, K.CALLBACK_REVIEW}
"""What others owe (decision 0102), what is written down, and answers that are ended, and ordered anew if need be."""


@cache
def waiting() -> Mapping[DeskTaskKind, Story]:
    """The first of made-up lives in which each task waits."""
    found: dict[DeskTaskKind, Story] = {}
    for beginning, seed in product(BEGINNINGS, range(LIVES)):
        chance, story = Random(seed), beginning()  # noqa: S311 - made-up lives
        for _ in range(STEPS):
            for task in desk_tasks(story.ticket):
                found.setdefault(task, story)
            story = happens_next(story, chance)
    return found


def answered(story: Story, task: DeskTaskKind, act: type[i.OnTicket], values: Mapping[str, Any]) -> Story:
    """A step of the ladder is declined by whoever could order it."""
    by = person_for(act)
    if act is i.DeclineEscalation:
        who = shipped().who_may(task, AT)[0]
        by = Person(id=who.id, name=who.name)
    return story.act(act(ticket=TICKET, by=by, **values))


def test_nothing_waits_at_the_desk_that_is_not_looked_at_here() -> None:
    assert {*ONE_WAY, *EITHER_WAY, *NOT_THE_DESKS_TO_END} == set(DeskTaskKind) == set(waiting())


@pytest.mark.parametrize(
    ("task", "answer"),
    [*ONE_WAY.items(), *((task, answer) for task, answers in EITHER_WAY.items() for answer in answers)],
)
def test_each_answer_ends_what_waits(task: DeskTaskKind, answer: Answer) -> None:
    story, (act, values) = waiting()[task], answer

    after = answered(story, task, act, values)

    assert task in desk_tasks(story.ticket)
    assert task not in desk_tasks(after.ticket), [type(fact).__name__ for fact in after.facts]
    assert str(act.model_fields["do"].default) in answers_to(task)


def what_is_missing(story: Story) -> Referral:
    standing = story.ticket.standing
    assert isinstance(standing, Transferred)
    return Referral.model_validate({name: getattr(WHOLE, name) for name in standing.record.missing})


OTHERWISE: Final[Mapping[tuple[DeskTaskKind, str], Callable[[Story], Story]]] = {
    (K.DISPATCHING, "classify"): lambda _: opened(category=None).office(i.Classify, category=CATEGORY),
    (K.DISPATCHING, "ask_requester"): lambda story: story.office(i.AskRequester, question="哪里？"),
    (K.DISPATCHING, "transfer_out"): lambda story: story.when(EXAMPLES["transfer_out"](story)),
    (K.DISPATCHING, "merge"): lambda story: story.when(EXAMPLES["merge"](story)).when(Ask(MERGED)),
    (K.REFERRAL, "record_referral"): lambda story: story.office(i.RecordReferral, record=what_is_missing(story)),
    (K.SUPERVISION, "end_supervision"): lambda story: story.office(i.EndSupervision, result="已整改。"),
    (K.CALLBACK_REVIEW, "end_supervision"): lambda story: story.office(i.EndSupervision, result="已核实。"),
}
"""What the page offers besides, by what it comes to: by policy, once another ticket answered, once all is written."""
EXAMPLED: Final = {
    (task, str(act.model_fields["do"].default))
    for task, answers in (*((task, (answer,)) for task, answer in ONE_WAY.items()), *EITHER_WAY.items())
    for act, _ in answers
}
OFFERED: Final = [(task, do) for task in DeskTaskKind for do in answers_to(task)]


@pytest.mark.parametrize(("task", "do"), [each for each in OFFERED if each not in EXAMPLED])
def test_whatever_else_a_page_offers_ends_what_waits(task: DeskTaskKind, do: str) -> None:
    story = waiting()[task]

    after = OTHERWISE[task, do](story)

    assert task not in desk_tasks(after.ticket), [type(fact).__name__ for fact in after.facts]


def test_a_category_that_was_left_to_people_can_be_restored_later_and_is_not_left_twice() -> None:
    left = waiting()[K.AUTOMATION].office(i.LeaveToPeople, **WHY).then(d.LeftToPeople)

    left.office(i.LeaveToPeople, **WHY).refused("left_already")
    left.office(i.RestoreAutomation, **WHY).then(d.AutomationRestored)


def test_what_is_not_ordered_leaves_the_order_that_runs_as_it_is() -> None:
    story = waiting()[K.INTERVIEW]

    after = answered(story, K.INTERVIEW, i.DeclineEscalation, WHY).then(d.EscalationDeclined)

    assert after.ticket.supervision == story.ticket.supervision
