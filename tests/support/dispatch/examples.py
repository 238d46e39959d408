"""One example for each kind of command, and what a ticket must have beside it for its guards to hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final

from rulebook import Policy
from schemas import clocks as c
from schemas import inbound as i
from schemas import requests as r
from schemas.attachments import Attached
from schemas.more_time import TimeUnit
from schemas.owner import Owner
from schemas.referral import Referral
from schemas.values import (
    CARRIED_ON,
    ENDED,
    Actor,
    Channel,
    Clock,
    Contacted,
    Grade,
    Party,
    PartyKind,
    Person,
    RequestKind,
    Ruling,
    Solved,
    TicketState,
    Tier,
    Verified,
)
from services.dispatch.core import regions
from services.dispatch.core.commands import Act, Ask, Begin, ClockEvent, Command, DueChange, Tick
from services.dispatch.core.episodes.supervision import REVIEWED_AFTER
from services.dispatch.core.regions import NotedDue
from services.dispatch.core.standing import (
    OPEN,
    Adjudicating,
    Archived,
    Handled,
    InProgress,
    Merged,
    NotAccepted,
    Split,
    Transferred,
    Withdrawn,
)
from services.dispatch.core.ticket import LeadOrder, PartEnd, TakenIn
from tests.support.dispatch.story import (
    AGENT,
    AT,
    CATEGORY,
    FINAL,
    INCIDENT,
    LEAD,
    OTHER,
    RECEIPT,
    SUPPORTER,
    TICKET,
    Story,
    clock_says,
    person_for,
    received,
    registered,
)

LATER: Final = AT + timedelta(days=30)
_KNOWN: Final = Verified.NUMBER_MATCHED
_DESK: Final = Person(id="d-1", name="经办人")
_ASKER: Final[Mapping[str, Any]] = {"ticket": TICKET, "origin": OTHER, "by": Actor()}
_FROM_INCIDENT: Final[Mapping[str, Any]] = {**_ASKER, "origin": INCIDENT}


def beside(**regions: Any) -> Callable[[Story], Story]:
    """Put regions beside the state that a story led to."""
    return lambda story: replace(story, state=replace(story.ticket, **regions))


def _as_is(story: Story) -> Story:
    return story


def _reworked(story: Story) -> Story:
    return beside(failures=1)(story)


def _just_archived(story: Story) -> Story:
    if story.ticket.state is TicketState.ARCHIVED:
        return beside(standing=Archived(since=story.at + timedelta(days=1)))(story)
    return story


def _long_over(story: Story) -> Story:
    """Nothing can be reopened any more."""
    standing = story.ticket.standing
    if isinstance(standing, Archived | NotAccepted | Withdrawn | Transferred):
        return beside(standing=replace(standing, since=story.at - timedelta(days=400)))(story)
    return _ended_with_it(story)


def _presumed(story: Story) -> Story:
    order = story.ticket.order
    if isinstance(story.ticket.standing, InProgress) and order is not None:
        return beside(order=replace(order, presumed_at=story.at + timedelta(days=1)))(story)
    return story


def _task_done(story: Story) -> Story:
    if isinstance(story.ticket.standing, Handled):
        return story
    return beside(tasks={SUPPORTER: regions.Done(blocking=True)})(story)


PART_ENDED = beside(parts={OTHER: PartEnd(outcome="called_back", ruling=Ruling.SOLVED)})


def _ended_with_it(story: Story) -> Story:
    standing = story.ticket.standing
    return beside(standing=replace(standing, ended=True))(story) if isinstance(standing, Merged) else story


def _part(story: Story) -> Story:
    standing = story.ticket.standing
    return beside(standing=Split(waiting=(OTHER,)))(story) if isinstance(standing, Split) else story


ASKED_EXTENSION = beside(extension=regions.ExtensionAsked(amount=3, unit=TimeUnit.WORKING_DAYS, ground="needs-works"))
ASKED_SUSPENSION = beside(suspension=regions.SuspensionAsked(ground="litigation", until=LATER))
PROMISED = beside(commitment=regions.Promised(department=LEAD, until=LATER))
ORDERED = beside(supervision=regions.Ordered(orders=1, since=AT))
REOPENING_WANTED = beside(wish=regions.ReopeningWanted(text="又坏了。"))
WITHDRAWAL_WANTED = beside(wish=regions.WithdrawalWanted(text="不要了。"))
DELEGATED = beside(inside=dict.fromkeys((LEAD, "police"), regions.Inside(section="综合科")))
NO_TASKS = beside(tasks={})
DOING = beside(tasks={SUPPORTER: regions.Doing(blocking=True)})
MEMBER = beside(incident=regions.Member(incident=INCIDENT, title="停电"))
JOINING = beside(incident=regions.Joining(incident=INCIDENT, receipt=RECEIPT))
MERGE_ASKED = beside(merging=regions.MergeWanted(into=OTHER, reason="重复", receipt=RECEIPT))
TOOK = beside(taken={OTHER: TakenIn()})
PHOTO: Final = Attached(id="A" + "7" * 20, sha256="9f" * 32, size=1000, media="image/jpeg")
PHOTOGRAPHED = beside(attachments=(regions.KeptAttachment(attached=PHOTO),))
_LATE: Final = NotedDue(clock=Clock.HANDLING, due=None, owner=Owner.of_department(LEAD))
DRAWN = beside(check=regions.Drawn(order=1, category=CATEGORY, lead=LEAD))
FELL_BACK = beside(fell_back=CATEGORY)
NOTICED = beside(alike=regions.Noticed(tickets=(OTHER, TICKET), callers=2))
PROPOSED = beside(escalation=regions.Proposed(step="nudge"))
MISSED = beside(dues={"handling": _LATE}, overdue={"handling": Owner.of_department(LEAD)})


def _watched(story: Story) -> Story:
    """A supervision order; of what has ended, or is back in its parts, a review of what the city heard."""
    if story.ticket.state in REVIEWED_AFTER | {TicketState.SPLIT}:
        led = story.ticket.order or LeadOrder(number=1, lead=LEAD, reason="catalogue")
        return beside(review=regions.ReviewOrdered(city=True), order=led)(story)
    return ORDERED(story)


def _reviewed_after(story: Story) -> Story:
    return _watched(story) if story.ticket.state in REVIEWED_AFTER else story


def _ruled(story: Story) -> Story:
    return story if isinstance(story.ticket.standing, Adjudicating) else beside(ruled=LEAD)(story)


_ON_DUTY: Final = Person(id="p-min", name="闵建国")


def _called(story: Story) -> Story:
    """Urgent, and somebody on duty was called; after the end because of what was said then."""
    if story.ticket.state in CARRIED_ON:
        return story
    if story.ticket.state in ENDED:
        said = regions.StopWords(unseen=True, called_for=True)
        return beside(stop_words=said, urgency=regions.Calling(call=1, person=_ON_DUTY, called=(_ON_DUTY.id,)))(story)
    urgent = story.ticket.matter.classified(story.ticket.matter.category, Tier.URGENT)
    calling = regions.Calling(call=1, person=_ON_DUTY, called=(_ON_DUTY.id,))
    return beside(matter=urgent, urgency=calling)(story)


def _unseen(story: Story) -> Story:
    """Words came in that nobody has seen to."""
    return beside(stop_words=regions.StopWords(unseen=True))(story)


def _by_phone(story: Story) -> Story:
    return beside(matter=story.ticket.matter.model_copy(update={"channel": Channel.HOTLINE}))(story)


_DISPATCHER: Final = Person(id="p-xu", name="徐文珏")


def _approval_asked(story: Story) -> Story:
    """A longer limit was asked for; what has ended waits for nothing."""
    if story.ticket.state not in OPEN:
        return story
    asked = regions.Asked(
        request=RequestKind.APPROVAL,
        act=i.Classify(ticket=TICKET, by=_DISPATCHER, tier=Tier.PARTICULARLY_COMPLEX),
        by=Actor(party=Party(kind=PartyKind.OFFICE), person=_DISPATCHER),
        receipt=RECEIPT,
        orders=story.ticket.orders,
    )
    return beside(asked=(asked,))(story)


INTERVIEW: Final[Mapping[str, Any]] = {"held_at": AT, "persons": ("房管局分管领导",), "agreed": "三日内办结。"}


def without_department(policy: Policy, code: str, successor: str, day: date) -> Policy:
    """The policy from a day on which a department was not there any more."""
    last = day - timedelta(days=1)
    departments = tuple(
        each.model_copy(update={"valid_to": last, "successor": successor}) if each.code == code else each
        for each in policy.departments
    )
    directory = policy.directory.model_copy(update={"departments": departments})
    return policy.model_copy(update={"directory": directory})


def reorganised(story: Story) -> Story:
    """The lead was merged into the market bureau the day before; some tickets wait for whoever led them before."""
    policy = without_department(story.rules.policy, LEAD, "market", story.rules.policy.day(story.at))
    return replace(story, rules=replace(story.rules, policy=policy))


def _confidential(story: Story) -> Story:
    return beside(matter=story.ticket.matter.model_copy(update={"confidential": True}))(story)


PREPARED: Final[Mapping[str, Callable[[Story], Story]]] = {
    "acknowledge_urgent": _called,
    "see_to_stop_words": _unseen,
    "duty_acknowledgement_lapsed": _called,
    "check_dispatch": DRAWN,
    "restore_automation": FELL_BACK,
    "leave_to_people": FELL_BACK,
    "gather_alike": NOTICED,
    "dismiss_alike": NOTICED,
    "report_handled": NO_TASKS,
    "delegate": _reviewed_after,
    "take_back": lambda story: DELEGATED(_reviewed_after(story)),
    "note_internally": _reviewed_after,
    "report_task_done": DOING,
    "adjudicate": _ruled,
    "withdraw": _by_phone,
    "replace_department": reorganised,
    "ask_for_contact": _confidential,
    "approve": _approval_asked,
    "decline": _approval_asked,
    "rule_on_extension": ASKED_EXTENSION,
    "rule_on_suspension": ASKED_SUSPENSION,
    "review": _task_done,
    "check_commitment": PROMISED,
    "interview": ORDERED,
    "decline_escalation": PROPOSED,
    "end_supervision": _watched,
    "answer_supervision": _watched,
    "breached": _reviewed_after,
    "leave_incident": MEMBER,
    "give_final_answer": _reworked,
    "reopen": _just_archived,
    "forget_contact": _long_over,
    "remove_attachment": PHOTOGRAPHED,
    "remove_attachment_too": PHOTOGRAPHED,
    "follow_up": _just_archived,
    "provide_info": _just_archived,
    "decline_reopening": REOPENING_WANTED,
    "confirm_withdrawal": WITHDRAWAL_WANTED,
    "decline_withdrawal": WITHDRAWAL_WANTED,
    "request_return": _presumed,
    "commitment_lapsed": PROMISED,
    "breach_withdrawn": MISSED,
    "merge_answered": MERGE_ASKED,
    "drop_merge": TOOK,
    "member_answered": JOINING,
    "pass_on_fix": MEMBER,
    "pass_on_follow_up": lambda story: TOOK(_just_archived(story)),
    "report_part": _part,
    "reopen_whole": PART_ENDED,
    "reopen_merged": _ended_with_it,
}


def prepared(story: Story, kind: str) -> Story:
    """The story with what the guards of a kind ask for."""
    return PREPARED.get(kind, _as_is)(story)


def _office(action: type[i.OnTicket], **values: Any) -> Callable[[Story], Command]:
    return lambda _story: Act(received(action(ticket=TICKET, by=person_for(action), **values)))


def _lead(action: type[i.DepartmentAction], code: str = "", **values: Any) -> Callable[[Story], Command]:
    def made(story: Story) -> Command:
        order = story.ticket.order
        lead = code or (order.lead if order else LEAD)
        return Act(received(action(ticket=TICKET, by=_DESK, **values), lead))

    return made


def _channel(action: Any) -> Callable[[Story], Command]:
    return lambda _story: Act(received(action))


def _callback(action: type[i.CallbackAction], **values: Any) -> Callable[[Story], Command]:
    return lambda _story: Act(received(action(ticket=TICKET, by=Person(id="k-1", name="回访员"), **values)))


def _clock(
    fact: type[DueChange | ClockEvent], clock: Clock, owner: str = f"department:{LEAD}"
) -> Callable[[Story], Command]:
    return lambda _story: Tick(clock_says(fact, clock, owner))


def _ask(request: r.TicketRequest) -> Callable[[Story], Command]:
    return lambda _story: Ask(request)


EXAMPLES: Final[Mapping[str, Callable[[Story], Command]]] = {
    "register": lambda _story: Begin(registered()),
    "follow_up": _channel(i.FollowUp(ticket=TICKET, mode="add", text="补充。")),
    "provide_info": _channel(i.ProvideInfo(ticket=TICKET, text="3号楼。", agent=AGENT)),
    "withdraw": _channel(i.Withdraw(ticket=TICKET, reason="不要了。", agent=AGENT)),
    "answer_callback": _channel(
        i.AnswerCallback(
            ticket=TICKET,
            contacted=Contacted.YES,
            solved=Solved.SOLVED,
            attitude=Grade.SATISFIED,
            result=Grade.SATISFIED,
        )
    ),
    "pass_on": _office(i.PassOn),
    "settle_at_unit": _office(i.SettleAtUnit, reply="当场解决。"),
    "refuse_ticket": _office(i.RefuseTicket, ground="court", reason="已起诉。"),
    "ask_requester": _office(i.AskRequester, question="哪一幢？"),
    "acknowledge_urgent": _office(i.AcknowledgeUrgent),
    "see_to_stop_words": _office(i.SeeToStopWords, note="已电话核实。"),
    "classify": _office(i.Classify, category="0101-03"),
    "check_dispatch": _office(i.CheckDispatch, right=False, category="1601-01", lead="market"),
    "restore_automation": _office(i.RestoreAutomation, reason="已调整目录。"),
    "leave_to_people": _office(i.LeaveToPeople, reason="先由人派。"),
    "gather_alike": _office(i.GatherAlike, lead="market"),
    "dismiss_alike": _office(i.DismissAlike, reason="不是同一处。"),
    "notice_alike": _ask(
        r.NoticeAlike(
            ticket=TICKET, origin=TICKET, by=Actor(by_rule="policy"), callers=3, days=7, tickets=(OTHER, TICKET)
        )
    ),
    "say_fallen_back": _ask(
        r.SayFallenBack(
            ticket=TICKET,
            origin=TICKET,
            by=Actor(by_rule="policy"),
            category=CATEGORY,
            checked=40,
            correct=30,
            at_least=0.6,
            floor=0.8,
        )
    ),
    "assign": _office(i.Assign, lead="market", supporting=("police",)),
    "rule_on_return": _office(i.RuleOnReturn, upheld=True, reason="同意。", lead="market"),
    "adjudicate": _office(i.Adjudicate, lead="market", reason="由市场监管局牵头。"),
    "rule_on_extension": _office(i.RuleOnExtension, granted=True, reason="同意。"),
    "rule_on_suspension": _office(i.RuleOnSuspension, granted=True, reason="同意。"),
    "end_suspension": _office(i.EndSuspension, reason="施工完成。"),
    "review": _office(i.Review, accepted=False, ground="not-done", reason="未联系。", department=SUPPORTER),
    "nudge": _office(i.Nudge, reason="请抓紧。"),
    "supervise": _office(i.Supervise, reason="久拖不决。"),
    "interview": _office(i.Interview, reason="督办未果。", **INTERVIEW),
    "decline_escalation": _office(i.DeclineEscalation, reason="已在整改。"),
    "end_supervision": _office(i.EndSupervision, result="已整改。"),
    "review_callback": _office(i.ReviewCallback, reason="核实先行联系。"),
    "merge": _office(i.Merge, into=OTHER, reason="重复。"),
    "unmerge": _office(i.Unmerge, reason="不是一件事。"),
    "join_incident": _office(i.JoinIncident, incident=INCIDENT),
    "leave_incident": _office(i.LeaveIncident, reason="另一件事。"),
    "split": _office(i.Split, parts=(i.Part(text="一。"), i.Part(text="二。")), reason="两件事。"),
    "reopen": _office(i.Reopen, reason="又发生了。"),
    "decline_reopening": _office(i.DeclineReopening, reason="已按规定答复。"),
    "confirm_withdrawal": _office(i.ConfirmWithdrawal),
    "decline_withdrawal": _office(i.DeclineWithdrawal, reason="隐患尚未消除。"),
    "give_final_answer": _office(i.GiveFinalAnswer, ground=FINAL, text="终结。", ruling=Ruling.UNREASONABLE),
    "approve": _office(i.Approve, reason="同意。"),
    "replace_department": _office(i.ReplaceDepartment, department=LEAD, successor="market", reason="机构改革方案"),
    "decline": _office(i.Decline, reason="不同意。"),
    "transfer_out": _office(i.TransferOut, to="police-110", reason="报警。", record=Referral(said="已报警。")),
    "record_referral": _office(i.RecordReferral, record=Referral(reference="110-0917")),
    "rule_on_outcome": _office(i.RuleOnOutcome, ruling=Ruling.EXPLAINED, reason="已解释。"),
    "correct": _office(i.Correct, text="物业费上涨三成，没有公示。", reason="话务员记录有误。"),
    "look_at_contact": _office(i.LookAtContact, ground="verifying-caller", reason="须核对来电号码。"),
    "ask_for_contact": _lead(i.AskForContact, ground="first-contact", reason="须与诉求人先行联系。"),
    "remove_attachment": _office(i.RemoveAttachment, attachment=PHOTO.id, reason="拍到了他人家中。"),
    "forget_contact": _office(i.ForgetContact, reason="本人申请删除。"),
    "redact": _office(i.Redact, where="text", start=0, length=3, reason="个人信息。"),
    "check_commitment": _office(i.CheckCommitment, kept=True, note="已兑现。"),
    "record_city_verdict": _office(i.RecordCityVerdict, solved=Solved.SOLVED, satisfaction=Grade.SATISFIED),
    "accept": _lead(i.Accept),
    "request_return": _lead(i.RequestReturn, ground="not-our-duty", reason="不归我局。"),
    "make_first_contact": _lead(i.MakeFirstContact, reached=True),
    "note_progress": _lead(i.NoteProgress, text="已上门。"),
    "delegate": _lead(i.Delegate, section="综合科", handler=_DESK),
    "take_back": _lead(i.TakeBack),
    "note_internally": _lead(i.NoteInternally, text="先核实产权。"),
    "ask_for_info": _lead(i.AskForInfo, question="哪一幢？"),
    "report_handled": _lead(i.ReportHandled, reply="已办结。"),
    "report_task_done": _lead(i.ReportTaskDone, SUPPORTER, reply="已配合。"),
    "request_extension": _lead(i.RequestExtension, days=3, ground="needs-works", reason="要施工。"),
    "request_suspension": _lead(i.RequestSuspension, ground="litigation", until=LATER, reason="诉讼。"),
    "commit": _lead(i.Commit, promised=LATER, text="月底前完成。"),
    "answer_supervision": _lead(i.AnswerSupervision, report="已整改。"),
    "note_unreached": _callback(i.NoteUnreached),
    "appoint_callback": _callback(i.AppointCallback, at=LATER),
    "record_callback": _callback(
        i.RecordCallback,
        contacted=Contacted.YES,
        solved=Solved.SOLVED,
        attitude=Grade.SATISFIED,
        result=Grade.SATISFIED,
    ),
    "duty_acknowledgement_lapsed": _clock(c.ClockLapsed, Clock.DUTY_ACKNOWLEDGEMENT, owner="office:p-min"),
    "return_window_lapsed": _clock(c.ClockLapsed, Clock.RETURN_WINDOW),
    "needs_info_lapsed": _clock(c.ClockLapsed, Clock.NEEDS_INFO),
    "suspension_lapsed": _clock(c.ClockLapsed, Clock.SUSPENSION),
    "reopen_window_lapsed": _clock(c.ClockLapsed, Clock.REOPEN_WINDOW),
    "commitment_lapsed": _clock(c.ClockLapsed, Clock.COMMITMENT),
    "breached": lambda story: (
        _clock(c.ClockBreached, Clock.CALLBACK_REVIEW)
        if story.ticket.state in REVIEWED_AFTER
        else _clock(c.ClockBreached, Clock.CITIZEN, owner="office:p-he")
    )(story),
    "breach_withdrawn": _clock(c.BreachWithdrawn, Clock.HANDLING),
    "due_changed": _clock(c.ClockStarted, Clock.HANDLING),
    "redact_too": _ask(r.RedactToo(**_ASKER, seal="0" * 32, length=3, reason="个人信息。")),
    "remove_attachment_too": _ask(r.RemoveAttachmentToo(**_ASKER, attachment=PHOTO.id, reason="拍到了他人家中。")),
    "take_merge": _ask(r.TakeMerge(**_ASKER, requester="h-1", reason="重复。", receipt=RECEIPT)),
    "merge_answered": _ask(r.MergeAnswered(**_ASKER, taken=True, reason="已并入。", receipt=RECEIPT)),
    "drop_merge": _ask(r.DropMerge(**_ASKER)),
    "invite_member": _ask(r.InviteMember(**_FROM_INCIDENT, receipt=RECEIPT)),
    "member_answered": _ask(r.MemberAnswered(**_FROM_INCIDENT, admitted=True, reason="已加入。", title="停电")),
    "pass_on_fix": _ask(r.PassOnFix(**_FROM_INCIDENT, title="停电", text="已修复。")),
    "pass_on_follow_up": _ask(
        r.PassOnFollowUp(
            **_ASKER,
            receipt=RECEIPT,
            channel=Channel.HOTLINE,
            mode="press",
            text="快点。",
            verified=_KNOWN,
        )
    ),
    "end_of_merged": _ask(r.EndOfMerged(**_ASKER, outcome="called_back", ruling=Ruling.SOLVED)),
    "open_part": _ask(r.OpenPart(**_ASKER, **registered().complaint, tier=Tier.COMPLEX)),
    "reopen_whole": _ask(r.ReopenWhole(**_ASKER)),
    "reopen_merged": _ask(r.ReopenMerged(**_ASKER)),
    "report_part": _ask(r.ReportPart(**_ASKER, outcome="called_back", ruling=Ruling.SOLVED)),
}
