"""For each guard of each row of the table, an example that this guard alone speaks against."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

from rulebook import Policy
from schemas import inbound as i
from schemas.owner import Owner
from schemas.referral import Referral
from schemas.values import (
    Actor,
    Channel,
    Clock,
    Contact,
    DeskTaskKind,
    Grade,
    OfficialDue,
    Party,
    PartyKind,
    Person,
    Place,
    RequesterKind,
    Solved,
    TicketState,
    Tier,
    Upstream,
    WatchOrder,
)
from schemas.values import TicketState as S
from services.dispatch.core import regions
from services.dispatch.core import standing as s
from services.dispatch.core.commands import Act, Ask, Command, Tick
from services.dispatch.core.episodes.merging import MOST
from services.dispatch.core.regions import NotedDue
from services.dispatch.core.standing import REOPENABLE
from services.dispatch.core.table import LEGAL
from services.dispatch.core.ticket import TakenIn, WaitingAtDesk
from tests.support.dispatch.examples import (
    ASKED_EXTENSION,
    ASKED_SUSPENSION,
    DOING,
    EXAMPLES,
    MEMBER,
    MERGE_ASKED,
    NO_TASKS,
    ORDERED,
    PART_ENDED,
    PROMISED,
    WITHDRAWAL_WANTED,
    beside,
    prepared,
)
from tests.support.dispatch.given import STORIES, at
from tests.support.dispatch.story import AGENT, APPROVER, AT, CATEGORY, LEAD, RECEIPT, TICKET, Story, received, shipped

Prepare = Callable[[Story], Story]
Spoil = Callable[[Command], Command]

NOWHERE: Final = "nowhere"
_IN_THE_FUTURE: Final = Referral(spoken_at=AT + timedelta(days=400))
_A_HUNDRED: Final = {f"2609140100{number:04}": TakenIn() for number in range(MOST)}
PAST: Final = AT - timedelta(days=400)
MOOT: Final = "moot"


@dataclass(frozen=True)
class Wrong:
    """What is wrong: with the ticket, or with the command; `states` where it is so in some rows of the kind only."""

    kind: str
    guard: str
    code: str
    ticket: Prepare = lambda story: story
    command: Spoil = lambda command: command
    states: AbstractSet[TicketState] | None = None

    def played(self, state: TicketState) -> tuple[Story, Command]:
        """A ticket in a state, and the command that the guard speaks against there."""
        story = self.ticket(prepared(at(state), self.kind))
        return story, self.command(EXAMPLES[self.kind](story))

    @property
    def rows(self) -> Iterator[TicketState]:
        """The states in which it is so."""
        for state in STORIES:
            if (state, self.kind) in LEGAL and (self.states is None or state in self.states):
                yield state


def _suggested(story: Story) -> Story:
    """A ticket without a category, for which one is suggested at the desk."""
    waiting = {DeskTaskKind.DISPATCHING: WaitingAtDesk(since=story.at, suggestion="0101-01")}
    return _matter(category=None)(beside(waiting=waiting)(story))


def _saying(**values: Any) -> Spoil:
    """Say the same with other values."""

    def spoilt(command: Command) -> Command:
        match command:
            case Act(fact):
                party = fact.party.department or ""
                return Act(received(type(fact.action).model_validate({**dict(fact.action), **values}), party))
            case Ask(request):
                return Ask(type(request).model_validate({**dict(request), **values}))
            case Tick(fact):
                return Tick(type(fact).model_validate({**dict(fact), **values}))
            case _:
                raise TypeError(command)

    return spoilt


def _by(department: str) -> Spoil:
    """Let another department say it."""

    def spoilt(command: Command) -> Command:
        assert isinstance(command, Act)
        return Act(received(command.fact.action, department))

    return spoilt


def _looked_enough(story: Story) -> Story:
    """Whoever acts next saw as many contacts within the hour as one person may."""
    most = story.rules.policy.limits.looking.per_hour
    return replace(story, rules=replace(story.rules, looks={"": most, RECEIPT: most}))


def _noted_enough(story: Story) -> Story:
    """Each department wrote as many notes within the day as it may."""
    noting = regions.Noting(since=story.at, count=story.rules.policy.limits.notes_per_day)
    return beside(noting={department.code: noting for department in story.rules.policy.departments})(story)


def _by_wechat(command: Command) -> Command:
    """The requester's number came along, by a channel by which none of these tickets came."""
    assert isinstance(command, Act)
    return Act(command.fact.model_copy(update={"party": Party(kind=PartyKind.WECHAT)}))


def _by_a_stranger(command: Command) -> Command:
    assert isinstance(command, Act)
    action = command.fact.action
    assert isinstance(action, i.FromRequester)
    return Act(received(action.model_copy(update={"agent": action.agent or AGENT}), matched=False))


def _matter(**values: Any) -> Prepare:
    def changed(story: Story) -> Story:
        matter = story.ticket.matter
        return beside(matter=type(matter).model_validate({**dict(matter), **values}))(story)

    return changed


def _urgent(story: Story) -> Story:
    """Urgent, and somebody knows of it."""
    urgent = story.ticket.matter.classified(story.ticket.matter.category, Tier.URGENT)
    return _acknowledged(beside(matter=urgent)(story))


def _acknowledged(story: Story) -> Story:
    return beside(urgency=regions.Acknowledged(call=1, person=_ON_DUTY, by=_ON_DUTY))(story)


def _order(**values: Any) -> Prepare:
    def changed(story: Story) -> Story:
        assert story.ticket.order is not None
        return beside(order=replace(story.ticket.order, **values))(story)

    return changed


def _standing(**values: Any) -> Prepare:
    return lambda story: beside(standing=replace(story.ticket.standing, **values))(story)


def _just_over(story: Story) -> Story:
    return _standing(since=story.at + timedelta(days=1))(story)


def _unseen(story: Story) -> Story:
    return beside(stop_words=regions.StopWords(unseen=True))(story)


def _reworked_and_unseen(story: Story) -> Story:
    """A rework waits, stands still or is reported, and words came in that nobody has seen to."""
    rework, standing = at(S.REWORK).ticket, story.ticket.standing
    match standing:
        case s.NeedsInfo() | s.Suspended():
            standing = replace(standing, back=s.Rework())
        case s.Handled():
            standing = replace(standing, rework=True)
        case _:
            pass
    return _unseen(beside(standing=standing, heard=rework.heard, rounds=rework.rounds)(story))


def _another_roster(story: Story) -> Story:
    policy = story.rules.policy
    alone = policy.duty.model_copy(update={"default": ("p-jiang",), "shifts": ()})
    calling = regions.Calling(call=1, person=Person(id="p-jiang", name="蒋月娥"), called=("p-jiang",))
    rules = replace(story.rules, policy=policy.model_copy(update={"duty": alone}))
    return replace(beside(urgency=calling)(story), rules=rules)


def _late(story: Story) -> Story:
    missed = NotedDue(clock=Clock.HANDLING, due=OfficialDue(at=PAST), owner=Owner.of_department(LEAD))
    return beside(dues={"handling": missed})(story)


def _up_to_the_city(story: Story) -> Story:
    city = story.at + timedelta(days=2)
    known = NotedDue(clock=Clock.HANDLING, due=OfficialDue(at=city), owner=Owner.of_department(LEAD))
    return _matter(upstream=Upstream(number="SH-1", due=city))(beside(dues={"handling": known})(story))


def _just_tried(story: Story) -> Story:
    return _standing(tried=(story.at,))(story)


def _tried_twice_today(story: Story) -> Story:
    morning = AT
    evening = replace(story, at=AT + timedelta(hours=8))
    return _standing(tried=(morning, morning + timedelta(hours=4)))(evening)


_BY_APPROVER: Final = Actor(party=Party(kind=PartyKind.OFFICE), person=APPROVER)


def _asked_by_the_approver(story: Story) -> Story:
    return beside(asked=tuple(replace(each, by=_BY_APPROVER) for each in story.ticket.asked))(story)


def _extension_asked_by_the_approver(story: Story) -> Story:
    asked = story.ticket.extension
    assert isinstance(asked, regions.ExtensionAsked)
    return beside(extension=replace(asked, by=_BY_APPROVER))(story)


def _suspension_asked_by_the_approver(story: Story) -> Story:
    asked = story.ticket.suspension
    assert isinstance(asked, regions.SuspensionAsked)
    return beside(suspension=replace(asked, by=_BY_APPROVER))(story)


def _nothing_gone(story: Story) -> Story:
    """Every department is still there."""
    return replace(story, rules=replace(story.rules, policy=shipped()))


def _wants_proof(story: Story) -> Story:
    """The catalogue wants to see what was done, whatever the matter is."""
    policy = shipped()
    categories = tuple(each.model_copy(update={"proof": "处置后的照片"}) for each in policy.categories)
    wanting = Policy.model_construct(
        **{**{name: getattr(policy, name) for name in Policy.model_fields}, "categories": categories}
    )
    category = story.ticket.matter.category or CATEGORY
    story = beside(matter=story.ticket.matter.classified(category, story.ticket.matter.tier))(story)
    return replace(story, rules=replace(story.rules, policy=wanting))


_ON_DUTY: Final = Person(id="p-min", name="闵建国")
_AVOIDS_MARKET: Final = beside(avoids=("market",))
_CALM: Final = beside(supervision=regions.Quiet(orders=0), review=regions.NoReview())
_LED_BY_NOBODY: Final = beside(order=None)
_ANONYMOUS: Final = _matter(requester_kind=RequesterKind.ANONYMOUS)
_NOT_FROM_CITY: Final = _matter(upstream=None)
_NO_SUCH_GROUND: Final = _saying(ground=NOWHERE)
_IN_DISPUTE: Final = frozenset({S.ADJUDICATING})

_NO_WISH: Final = beside(wish=regions.NoWish())

LEADS_ONLY: Final = (
    "accept",
    "request_return",
    "make_first_contact",
    "note_progress",
    "report_handled",
    "ask_for_info",
    "request_extension",
    "request_suspension",
    "commit",
)

WRONGS: Final[tuple[Wrong, ...]] = (
    *(
        Wrong(kind, "by_participant" if kind == "note_progress" else "by_lead", "not_yours", command=_by("police"))
        for kind in LEADS_ONLY
    ),
    *(
        Wrong(kind, "takes_part", "not_yours", command=_by("police"))
        for kind in ("delegate", "take_back", "note_internally")
    ),
    *(
        Wrong(kind, "not_too_many_notes", "too_many_notes", _noted_enough)
        for kind in ("note_progress", "delegate", "take_back", "note_internally")
    ),
    Wrong("delegate", "somebody_named", "nobody_named", command=_saying(section=None, handler=None)),
    Wrong("delegate", "section_known", "unknown_section", command=_saying(section="不存在科")),
    Wrong("take_back", "delegated_before", "not_delegated", beside(inside={})),
    Wrong("settle_at_unit", "at_the_unit", "passed_on_already", _standing(stage="survey_office")),
    Wrong("duty_acknowledgement_lapsed", "call_unanswered", MOOT, _acknowledged),
    Wrong("acknowledge_urgent", "somebody_is_called", "acknowledged_already", _acknowledged),
    Wrong("acknowledge_urgent", "on_the_roster", "not_on_duty", _another_roster),
    Wrong("correct", "category_known", "unknown_category", command=_saying(category="9999-99")),
    Wrong("correct", "reply_given", "no_reply_yet", beside(reply=None), _saying(reply="已换灯。")),
    Wrong("correct", "answer_given", "no_such_answer", beside(heard=()), _saying(solved=Solved.NOT)),
    Wrong(
        "correct",
        "stays_confidential",
        "stays_confidential",
        _matter(confidential=True),
        _saying(confidential=False),
        states=frozenset(S) - s.OPEN,
    ),
    Wrong(
        "correct",
        "nothing_open_that_it_ends",
        "alarm_open",
        _reworked_and_unseen,
        _saying(solved=Solved.SOLVED, result=Grade.SATISFIED),
        states={S.REWORK, S.NEEDS_INFO, S.SUSPENDED, S.HANDLED},
    ),
    Wrong("correct", "something_changes", "nothing_to_correct", command=_saying(text=None)),
    Wrong("see_to_stop_words", "not_seen_to", "nothing_recognised", beside(stop_words=regions.StopWords())),
    Wrong("check_dispatch", "is_drawn", "checked_already", beside(check=regions.Checked())),
    Wrong("check_dispatch", "is_drawn", "not_drawn", beside(check=regions.NotDrawn())),
    Wrong("check_dispatch", "says_what_instead", "right_or_wrong", command=_saying(right=True)),
    Wrong("check_dispatch", "says_what_instead", "says_not_what", command=_saying(category=None, lead=LEAD)),
    Wrong("check_dispatch", "category_known", "unknown_category", command=_saying(category="9999-99")),
    Wrong("check_dispatch", "lead_known", "unknown_department", command=_saying(lead=NOWHERE)),
    Wrong("check_dispatch", "lead_known", "accused", _AVOIDS_MARKET),
    Wrong(
        "check_dispatch",
        "lead_found",
        "lead_missing",
        _matter(place=Place(text="某处")),
        _saying(category="0101-01", lead=None),
        s.WITH_LEAD,
    ),
    Wrong("gather_alike", "was_noticed", "nothing_noticed", beside(alike=regions.NotNoticed())),
    Wrong("gather_alike", "lead_may", "unknown_department", command=_saying(lead=NOWHERE)),
    Wrong("gather_alike", "lead_may", "accused", _AVOIDS_MARKET),
    Wrong("dismiss_alike", "was_noticed", "nothing_noticed", beside(alike=regions.NotNoticed())),
    Wrong("notice_alike", "in_no_incident", "moot", MEMBER),
    Wrong("leave_to_people", "fell_back_here", "nothing_fell_back", beside(fell_back=None)),
    Wrong("leave_to_people", "not_left_yet", "left_already", beside(left_to_people=True)),
    Wrong("decline_escalation", "step_proposed", "nothing_proposed", beside(escalation=regions.NotProposed())),
    Wrong("decline_escalation", "may_order_it", "role_missing", beside(escalation=regions.Proposed(step="interview"))),
    Wrong("restore_automation", "fell_back_here", "nothing_fell_back", beside(fell_back=None)),
    Wrong("assign", "not_accused", "named_in_report", beside(stop_words=regions.StopWords(named=("market",)))),
    Wrong("classify", "category_known", "unknown_category", command=_saying(category="9999-99")),
    Wrong("assign", "departments_known", "unknown_department", command=_saying(lead=NOWHERE)),
    Wrong("assign", "not_accused", "accused", _AVOIDS_MARKET),
    Wrong(
        "assign",
        "category_chosen",
        "category_missing",
        _suggested,
        states=frozenset({S.PENDING_DISPATCH}),
    ),
    Wrong("assign", "ruling_binds", "ruling_binds", beside(ruled=LEAD), states=s.WITH_LEAD),
    Wrong("assign", "category_known", "unknown_category", command=_saying(category="9999-99")),
    Wrong("assign", "handover_explained", "reason_missing", ORDERED, states=s.WITH_LEAD),
    Wrong("return_window_lapsed", "window_of_lead", MOOT, _order(returnable=False)),
    Wrong("request_return", "not_urgent", "urgent_not_returnable", _urgent),
    Wrong("request_return", "order_returnable", "order_binds", _order(binding=True)),
    Wrong("request_return", "return_ground", "illegal_ground", command=_NO_SUCH_GROUND),
    Wrong("request_return", "suggestion_known", "unknown_department", command=_saying(suggested=NOWHERE)),
    Wrong("rule_on_return", "new_lead_known", "unknown_department", command=_saying(lead=NOWHERE)),
    Wrong("rule_on_return", "new_lead_not_accused", "accused", _AVOIDS_MARKET),
    Wrong("adjudicate", "ruled_before", "not_disputed", beside(ruled=None), states=s.WITH_LEAD),
    Wrong("adjudicate", "departments_known", "unknown_department", command=_saying(lead=NOWHERE)),
    Wrong("adjudicate", "not_accused", "accused", _AVOIDS_MARKET),
    Wrong("make_first_contact", "requester_reachable", "anonymous", _ANONYMOUS),
    Wrong("report_handled", "no_blocking_task", "blocking_tasks_open", DOING),
    Wrong("report_handled", "handled_proof", "proof_missing", _wants_proof),
    Wrong("ask_requester", "requester_known", "anonymous", _ANONYMOUS),
    Wrong("ask_for_info", "requester_known", "anonymous", _ANONYMOUS),
    Wrong("report_task_done", "by_supporter", "not_yours", command=_by("police")),
    Wrong("request_extension", "extension_free", "already_asked", ASKED_EXTENSION),
    Wrong(
        "request_extension",
        "extension_left",
        "too_many_extensions",
        beside(extension=regions.NoExtensionAsked(granted=3)),
    ),
    Wrong("request_extension", "extension_ground", "illegal_ground", command=_NO_SUCH_GROUND),
    Wrong("request_extension", "before_due", "asked_too_late", _late),
    Wrong("request_extension", "more_than_the_city_gives", "capped_by_city", _up_to_the_city),
    Wrong("rule_on_extension", "extension_asked", "nothing_asked", beside(extension=regions.NoExtensionAsked())),
    Wrong("rule_on_extension", "another_extends", "own_request", _extension_asked_by_the_approver),
    Wrong("rule_on_extension", "granted_time_legal", "too_long", command=_saying(days=5)),
    Wrong("rule_on_extension", "gives_more", "capped_by_city", _up_to_the_city),
    Wrong("request_suspension", "suspension_free", "already_asked", ASKED_SUSPENSION),
    Wrong("request_suspension", "suspension_ground", "illegal_ground", command=_NO_SUCH_GROUND),
    Wrong("request_suspension", "until_ahead", "ends_in_the_past", command=_saying(until=PAST)),
    Wrong("rule_on_suspension", "suspension_asked", "nothing_asked", beside(suspension=regions.NoSuspensionAsked())),
    Wrong("rule_on_suspension", "another_suspends", "own_request", _suspension_asked_by_the_approver),
    Wrong("rule_on_suspension", "granted_end_ahead", "ends_in_the_past", command=_saying(until=PAST)),
    Wrong("commit", "nothing_promised", "promised_already", PROMISED),
    Wrong("commit", "promise_ahead", "promised_in_the_past", command=_saying(promised=PAST)),
    Wrong("commitment_lapsed", "promise_running", MOOT, beside(commitment=regions.NothingPromised())),
    Wrong("check_commitment", "promised", "no_commitment", beside(commitment=regions.NothingPromised())),
    Wrong("review", "task_done", "nothing_to_review", NO_TASKS, states=frozenset(STORIES) - {S.HANDLED}),
    Wrong("review", "lead_or_task_done", "nothing_to_review", NO_TASKS, states={S.HANDLED}),
    Wrong(
        "review",
        "not_reviewed_yet",
        "waits_to_close",
        lambda story: _unseen(_standing(held="exempt", accepted=True)(story)),
        _saying(department=None),
        states={S.HANDLED},
    ),
    Wrong("review", "sent_back_on_a_ground", "illegal_ground", command=_NO_SUCH_GROUND),
    Wrong("note_unreached", "attempts_apart", "called_too_soon", _just_tried),
    Wrong("note_unreached", "attempts_on_days", "called_on_one_day", _tried_twice_today),
    Wrong("appoint_callback", "appointment_ahead", "appointed_in_the_past", command=_saying(at=PAST)),
    Wrong("give_final_answer", "reworked", "no_rework_yet", beside(failures=0)),
    Wrong("give_final_answer", "final_on_a_ground", "illegal_ground", command=_NO_SUCH_GROUND),
    *(
        Wrong(kind, guard, code, ticket)
        for kind in ("approve", "decline")
        for guard, code, ticket in (
            ("approval_asked", "nothing_asked", beside(asked=())),
            ("another_approves", "own_request", _asked_by_the_approver),
        )
    ),
    Wrong("record_city_verdict", "from_city", "not_from_city", _NOT_FROM_CITY),
    Wrong("refuse_ticket", "legal_not_accepted", "illegal_ground", command=_NO_SUCH_GROUND),
    Wrong("withdraw", "by_its_channel", "not_verified", _matter(channel=Channel.WECHAT)),
    Wrong("transfer_out", "outside_known", "unknown_body", command=_saying(to=NOWHERE)),
    Wrong("transfer_out", "from_city_to_city", "not_from_city", _NOT_FROM_CITY, _saying(to="city")),
    Wrong("transfer_out", "spoken_by_now", "referred_in_the_future", command=_saying(record=_IN_THE_FUTURE)),
    Wrong("record_referral", "spoken_by_now", "referred_in_the_future", command=_saying(record=_IN_THE_FUTURE)),
    Wrong("record_referral", "something_new", "nothing_recorded", command=_saying(record=Referral())),
    Wrong("withdraw", "agent_named", "agent_missing", command=_saying(agent=None)),
    Wrong("withdraw", "by_requester", "not_verified", command=_by_a_stranger),
    Wrong("withdraw", "not_asked_already", "already_asked", WITHDRAWAL_WANTED),
    Wrong("confirm_withdrawal", "withdrawal_wanted", "nothing_asked", _NO_WISH),
    Wrong("decline_withdrawal", "withdrawal_wanted", "nothing_asked", _NO_WISH),
    Wrong("answer_callback", "by_its_channel", "not_verified", command=_by_wechat),
    Wrong("answer_callback", "by_requester", "not_verified", command=_by_a_stranger),
    Wrong("provide_info", "agent_named", "agent_missing", command=_saying(agent=None), states={S.NEEDS_INFO}),
    Wrong("provide_info", "by_its_channel", "not_verified", command=_by_wechat),
    Wrong("provide_info", "by_requester", "not_verified", command=_by_a_stranger),
    Wrong("follow_up", "by_requester", "not_verified", command=_by_a_stranger, states=s.REOPENABLE),
    *(
        Wrong(kind, "in_window", "reopen_window_closed", _standing(since=PAST), states=s.REOPENABLE - {S.CLOSED})
        for kind in ("reopen", "follow_up", "provide_info")
    ),
    Wrong("decline_reopening", "reopening_wanted", "nothing_asked", _NO_WISH),
    Wrong("pass_on_follow_up", "taken_or_part", MOOT, beside(taken={})),
    Wrong("supervise", "led", "nobody_leads", _LED_BY_NOBODY),
    Wrong("supervise", "not_supervised", "supervised_already", ORDERED),
    Wrong("review_callback", "no_review_open", "reviewed_already", beside(review=regions.ReviewOrdered())),
    Wrong("answer_supervision", "by_watched", "not_yours", command=_by("police")),
    Wrong("answer_supervision", "something_to_answer", "nothing_to_answer", _CALM),
    Wrong(
        "answer_supervision",
        "answer_awaited",
        "nothing_to_answer",
        lambda story: beside(review=regions.NoReview())(ORDERED(story)),
        _saying(answers=WatchOrder.CALLBACK_REVIEW),
    ),
    Wrong("interview", "led", "nobody_leads", _LED_BY_NOBODY),
    Wrong("interview", "put_on_record", "interview_incomplete", command=_saying(persons=())),
    Wrong("interview", "supervised_or_reviewed", "not_supervised", _CALM),
    Wrong("end_supervision", "supervised_or_asked_for", "not_supervised", _CALM),
    Wrong("merge", "another_ticket", "same_ticket", command=_saying(into=TICKET)),
    Wrong("merge", "requester_known_by_hash", "anonymous", _matter(requester=None)),
    Wrong("merge", "no_merge_asked", "already_asked", MERGE_ASKED),
    Wrong("take_merge", "same_requester", "another_requester", command=_saying(requester="h-2")),
    Wrong("take_merge", "no_merge_under_way", "merging_itself", MERGE_ASKED),
    Wrong("take_merge", "keeps_from_accused", "accused", _AVOIDS_MARKET, _saying(departments=("market",))),
    Wrong("take_merge", "room_for_its_words", "merge_full", beside(taken=_A_HUNDRED)),
    Wrong("merge_answered", "merge_asked", MOOT, beside(merging=regions.NoMergeAsked())),
    Wrong("drop_merge", "taken", MOOT, beside(taken={})),
    Wrong("join_incident", "alone", "joined_already", MEMBER),
    Wrong("invite_member", "not_there_yet", MOOT, MEMBER),
    Wrong(
        "invite_member",
        "in_no_other",
        "joined_already",
        beside(incident=regions.Member(incident="M0000000000ZZ", title="停水")),
    ),
    Wrong("member_answered", "joining", MOOT, beside(incident=regions.Alone())),
    Wrong("leave_incident", "member", "no_incident", beside(incident=regions.Alone())),
    Wrong("pass_on_fix", "its_member", MOOT, beside(incident=regions.Alone())),
    Wrong("split", "not_a_part", "part_already", _matter(part_of=TICKET)),
    Wrong("report_part", "its_part", MOOT, _standing(waiting=())),
    Wrong("reopen_whole", "ended_part", MOOT, beside(parts={})),
    Wrong("reopen_merged", "ended_with_it", MOOT, _standing(ended=False)),
    Wrong("reopen", "nobody_split_it", "reopen_a_part", PART_ENDED),
    Wrong("replace_department", "still_holds", "holds_nothing", _order(lead="police")),
    Wrong("replace_department", "gone", "still_there", _nothing_gone, _saying(successor=LEAD)),
    Wrong("replace_department", "follows", "not_the_successor", command=_saying(successor="police")),
    Wrong("replace_department", "successor_not_accused", "accused", _AVOIDS_MARKET),
    Wrong("ask_for_contact", "by_lead", "not_yours", command=_by("market")),
    Wrong("ask_for_contact", "not_in_orders", "not_confidential", _matter(confidential=False)),
    Wrong("ask_for_contact", "requester_reachable", "anonymous", _matter(requester_kind=RequesterKind.ANONYMOUS)),
    *(
        Wrong(kind, "says_why", "reason_too_short", command=_saying(reason="看。"))
        for kind in ("look_at_contact", "ask_for_contact")
    ),
    Wrong(
        "look_at_contact",
        "approver_looks",
        "approver_looks",
        _matter(confidential=True),
        states=frozenset(S) - s.OPEN,
    ),
    Wrong("look_at_contact", "not_too_often", "looked_too_often", _looked_enough, states=frozenset(S) - s.OPEN),
    Wrong(
        "correct",
        "not_unknown",
        "anonymous",
        _matter(requester_kind=RequesterKind.ANONYMOUS),
        _saying(contact=Contact(phone="13900000000")),
    ),
    Wrong("forget_contact", "not_reopenable", "may_be_reopened", _just_over, states=REOPENABLE - {S.CLOSED}),
    Wrong("forget_contact", "other_is_over", "still_needed", _standing(ended=False), states={S.MERGED}),
    Wrong("forget_contact", "not_forgotten_yet", "forgotten_already", beside(forgotten=True)),
    Wrong("redact", "pointed_at", "points_nowhere", command=_saying(where=None)),
    Wrong("redact", "text_known", "no_such_text", command=_saying(where="note-99")),
    Wrong("redact", "passage_there", "no_such_passage", command=_saying(start=10_000)),
    Wrong("redact", "not_redacted_yet", "redacted_already", _matter(text="██████")),
    Wrong("redact", "reason_says_nothing", "reason_repeats_it", _matter(text="隐私甲乙丙"), _saying(reason="隐私甲。")),
    Wrong("remove_attachment", "attachment_there", "no_such_attachment", beside(attachments=())),
    Wrong("remove_attachment_too", "has_it", MOOT, beside(attachments=())),
    Wrong("redact_too", "not_covered_yet", MOOT, beside(redacted=("0" * 32,))),
    Wrong("due_changed", "due_of_participant", MOOT, command=_saying(owner="department:police")),
    *(
        Wrong("breached", guard, MOOT, command=_saying(clock="handling", owner="department:police"), states=states)
        for guard, states in (("worth_noting", {S.MERGED}), ("worth_saying", frozenset(STORIES) - {S.MERGED}))
    ),
    Wrong("breach_withdrawn", "noted_as_missed", MOOT, beside(overdue={})),
)
"""One for each guard of a kind; where two rows of a kind have other guards, each names its states."""
