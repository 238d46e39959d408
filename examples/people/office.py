"""The hotline centre and the survey office: watch the desk topic, act at the door as named people of the rulebook."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, Final
from zoneinfo import ZoneInfo

from examples.district.outage import Outage
from examples.people.agenda import Agenda, chance
from examples.people.surroundings import Surroundings
from rulebook import Assignment, responsible
from rulebook.codes import Role
from schemas.inbound import (
    AcknowledgeUrgent,
    Adjudicate,
    Approve,
    Assign,
    CheckCommitment,
    CheckDispatch,
    ConfirmWithdrawal,
    Correct,
    Decline,
    DeclineReopening,
    EndSupervision,
    GatherAlike,
    Interview,
    Nudge,
    OfficeAction,
    OpenIncident,
    PassOn,
    RecordReferral,
    Reopen,
    ReportFix,
    RestoreAutomation,
    Review,
    ReviewIncident,
    RuleOnExtension,
    RuleOnOutcome,
    RuleOnReturn,
    RuleOnSuspension,
    SettleAtUnit,
    Supervise,
    TransferOut,
)
from schemas.principals import OPERATORS
from schemas.public import DeskTask, ReceiptGiven
from schemas.referral import Referral
from schemas.registry import DESK, channel_topic
from schemas.values import Clock, DeskTaskKind, PartyKind, Person, Place, Ruling, Tier, WatchOrder
from tools.client.desk import PlayedOffice, act_of
from tools.client.kafka import hear

_QUICK: Final = frozenset({"unit_pass_on", "survey_office", "dispatching"})
_OUTAGE: Final = "outage"
_WHO: Final[Mapping[str, Role]] = {
    "urgent_call": Role.DUTY_OFFICER,
    "unit_pass_on": Role.SURVEY_CLERK,
    "survey_office": Role.SURVEY_CLERK,
    "dispatching": Role.DISPATCHER,
    "return_ruling": Role.DISPATCHER,
    "adjudication": Role.REFEREE,
    "extension": Role.APPROVER,
    "suspension": Role.APPROVER,
    "approval": Role.APPROVER,
    "review": Role.REVIEWER,
    "task_review": Role.REVIEWER,
    "outcome_ruling": Role.REVIEWER,
    "referral": Role.DISPATCHER,
    "alike": Role.DISPATCHER,
    "dispatch_check": Role.REVIEWER,
    "automation": Role.SUPERVISOR,
    "commitment_check": Role.SUPERVISOR,
    "supervision": Role.SUPERVISOR,
    "callback_review": Role.SUPERVISOR,
    "nudge": Role.DISPATCHER,
    "supervise": Role.SUPERVISOR,
    "interview": Role.APPROVER,
}


class SimulatedOffice:
    """The desk at work."""

    def __init__(self, voice: PlayedOffice, agenda: Agenda, around: Surroundings) -> None:
        """Act as the people that the rulebook names."""
        self._voice = voice
        self._agenda = agenda
        self._around = around
        self._habits: Mapping[str, Any] = around.habits_of("office")
        self._open: dict[tuple[str, str], DeskTask] = {}
        self._alike: dict[tuple[str, str], list[str]] = {}
        self._outages: set[str] = set()
        self._reviewing: set[str] = set()
        self._reviewed: set[tuple[str, datetime]] = set()

    def take(self, task: DeskTask) -> None:
        """Read one message of the desk topic."""
        place = (task.ticket, task.task)
        if not task.open:
            self._open.pop(place, None)
            return
        self._open[place] = task
        if task.task == "review" and task.incident in self._outages:
            self._review_together(task.incident, task)
            return
        dice = chance(self._around.seed, "office", *place, task.since)

        async def deed() -> None:
            if self._open.get(place) == task:
                action = self._decide(task, dice)
                if action is not None:
                    await self._voice.say(action)
                if task.task == "review":
                    await self._besides(task, dice)
                    await self._correct(task, dice)

        self._agenda.at(self._when(task, dice), deed)

    async def _besides(self, task: DeskTask, dice: Random) -> None:
        """See many people with the same complaint; take up again what a citizen was not content with."""
        clerk = self._person(Role.DISPATCHER)
        if dice.random() < self._habits["reopen"]:
            again = Reopen(ticket=task.ticket, by=clerk, reason="诉求人来电反映问题反复，重启办理。")
            when = self._around.days.working_days_later(self._agenda.clock.now(), self._habits["reopen_days"])
            self._agenda.at(when, lambda: self._say(again))
        alike = self._alike.setdefault((task.category or "", task.subdistrict or ""), [])
        if task.ticket not in alike:
            alike.append(task.ticket)
        if len(alike) == self._habits["incident_from"]:
            await self._say(OpenIncident(by=clerk, title="多人反映同一问题", tickets=tuple(alike)))

    def foresee(self, found: Outage) -> None:
        """The utility announces an outage: whoever will call about it belongs to one incident."""
        place = found.spot
        lead = self._around.rules.category(found.category.code)
        said = OpenIncident(
            by=self._person(Role.DISPATCHER),
            title=f"{place.text}停电",
            lead=lead.lead if lead else None,
            category=found.category.code,
            place=Place(text=place.text, road=place.road, number=place.number, compound=place.compound),
            gathers=True,
        )
        self._agenda.at(found.announced, lambda: self._announce(said))

    async def _announce(self, said: OpenIncident) -> None:
        await self._voice.say(said, submission=_OUTAGE)

    def _review_together(self, incident: str, task: DeskTask) -> None:
        """One act reviews all that were reported by one act; what is told again of a member asks for no second one."""
        report = (task.ticket, task.since)
        known = report in self._reviewed
        self._reviewed.add(report)
        if known or incident in self._reviewing:
            return
        self._reviewing.add(incident)
        review = ReviewIncident(incident=incident, by=self._person(Role.REVIEWER), accepted=True)

        async def deed() -> None:
            self._reviewing.discard(incident)
            await self._say(review)

        self._agenda.at(self._around.days.later(self._agenda.clock.now(), 30), deed)

    def opened(self, incident: str, submission: str) -> None:
        """An hour of office time after an incident was opened its members hear that the matter was seen to.

        Of an outage they hear when it is over, from the department.
        """
        if submission == act_of(self._person(Role.DISPATCHER).id, _OUTAGE):
            self._outages.add(incident)
            return
        clerk = self._person(Role.DISPATCHER)
        fix = ReportFix(incident=incident, by=clerk, text="该处问题已统一整改完毕，感谢各位反映。")
        self._agenda.at(self._around.days.later(self._agenda.clock.now(), 60), lambda: self._say(fix))

    async def _correct(self, task: DeskTask, dice: Random) -> None:
        """Find now and then that a call was written down wrongly."""
        if dice.random() < self._habits["correct"]:
            text = f"{task.text.rstrip('。')}（经回拨核实）。"
            who = self._person(Role.DISPATCHER)
            await self._say(Correct(ticket=task.ticket, by=who, text=text, reason="话务记录有误，已回拨核实。"))

    async def _say(self, action: OfficeAction) -> None:
        await self._voice.say(action)

    def _when(self, task: DeskTask, dice: Random) -> datetime:
        """Nearly everything waits for office hours; who is called of something urgent answers by night, then acts."""
        called = task.task == DeskTaskKind.URGENT_CALL
        if not called and (task.tier is not Tier.URGENT or task.task not in _QUICK):
            return self._around.days.later(task.since, self._minutes(task, dice))
        turns = self._is_missed(task) + (not called)
        minutes = dice.uniform(*self._habits["answer_minutes"]) + turns * self._patience
        return task.since + timedelta(minutes=minutes)

    def _is_missed(self, task: DeskTask) -> bool:
        """By night the first one called sleeps through it."""
        here = task.since.astimezone(ZoneInfo(self._around.rules.office.zone))
        return self._around.rules.is_quiet(here.time())

    @property
    def _patience(self) -> float:
        """Minutes until the next one is called."""
        return self._around.rules.limit(Clock.DUTY_ACKNOWLEDGEMENT).budget.amount

    def _minutes(self, task: DeskTask, dice: Random) -> float:
        if dice.random() < self._habits["slow"]:
            return dice.uniform(*self._habits["slow_minutes"])
        usual = self._habits["desk_minutes" if task.task in _QUICK else "ruling_minutes"]
        return dice.uniform(*usual) * self._around.unhurried

    def _person(self, role: Role, *, besides: Person | None = None) -> Person:
        """The first who holds a role that day, besides whoever asked."""
        holding = self._around.rules.with_role(role, self._agenda.clock.now())
        person = next(each for each in holding if besides is None or each.id != besides.id)
        return Person(id=person.id, name=person.name)

    def _decide(self, task: DeskTask, dice: Random) -> OfficeAction | None:
        who = self._person(_WHO.get(task.task, Role.DISPATCHER), besides=task.requested_by)
        decisions: Mapping[str, Callable[[DeskTask, Random, Person], OfficeAction]] = {
            "urgent_call": self._acknowledge,
            "unit_pass_on": self._pass_on,
            "survey_office": self._pass_on,
            "dispatching": self._assign,
            "return_ruling": self._rule_on_return,
            "adjudication": self._adjudicate,
            "extension": self._rule_on_extension,
            "suspension": self._rule_on_suspension,
            "approval": self._approve,
            "review": self._review,
            "task_review": self._review,
            "outcome_ruling": self._rule,
            "referral": self._record_referral,
            "dispatch_check": self._check_dispatch,
            "alike": self._gather,
            "automation": self._restore,
            "commitment_check": self._check,
            "withdrawal": self._confirm_withdrawal,
            "reopening": self._reopen,
            "supervision": self._end_supervision,
            "callback_review": self._end_supervision,
            "nudge": self._order,
            "supervise": self._order,
            "interview": self._order,
        }
        decision = decisions.get(task.task)
        return decision(task, dice, who) if decision else None

    def _confirm_withdrawal(self, task: DeskTask, _dice: Random, who: Person) -> OfficeAction:
        return ConfirmWithdrawal(ticket=task.ticket, by=who, note="已回拨核实。")

    def _reopen(self, task: DeskTask, dice: Random, who: Person) -> OfficeAction:
        if dice.random() < 0.3:  # noqa: PLR2004 - of ten that call again three were answered as it should be
            return DeclineReopening(ticket=task.ticket, by=who, reason="经核实已按规定办结，并已当面说明。")
        return Reopen(ticket=task.ticket, by=who, reason="诉求人来电反映问题反复，重启办理。")

    def _lead(self, task: DeskTask, dice: Random, *, besides: str | None = None) -> str:
        excluded = frozenset({besides} if besides else ())
        answer = responsible(self._around.rules, _likeliest(task), task.subdistrict, excluded)
        if isinstance(answer, Assignment):
            return answer.lead
        bodies = [each.code for each in self._around.rules.departments if each.code != besides]
        return dice.choice(bodies)

    def _acknowledge(self, task: DeskTask, _dice: Random, _who: Person) -> OfficeAction:
        on_duty = self._around.rules.on_duty(task.since).people
        who = on_duty[self._is_missed(task) % len(on_duty)]
        return AcknowledgeUrgent(ticket=task.ticket, by=Person(id=who.id, name=who.name))

    def _pass_on(self, task: DeskTask, dice: Random, who: Person) -> OfficeAction:
        if task.task == "unit_pass_on" and dice.random() < 0.1:  # noqa: PLR2004 - one in ten is settled on the spot
            return SettleAtUnit(ticket=task.ticket, by=who, reply="调研主体已当场协调解决。")
        return PassOn(ticket=task.ticket, by=who)

    def _assign(self, task: DeskTask, dice: Random, who: Person) -> OfficeAction:
        if task.refer is not None:
            return self._refer(task, dice, who, task.refer)
        category = _likeliest(task) or dice.choice(self._around.rules.categories).code
        return Assign(ticket=task.ticket, by=who, lead=self._lead(task, dice), category=category)

    def _refer(self, task: DeskTask, dice: Random, who: Person, to: str) -> OfficeAction:
        """The other side is called first; the number that it gives comes now and then only later."""
        later = dice.random() < self._habits["number_later"]
        record = Referral(
            reference=None if later else self._their_number(task, to),
            spoken_to="值班接警员",
            spoken_at=self._agenda.clock.now(),
            said="已告知地点和情况，对方受理。",
            contact_given=task.confidential is None,
        )
        return TransferOut(ticket=task.ticket, by=who, to=to, reason="按目录属区外单位职责，已转介。", record=record)

    def _record_referral(self, task: DeskTask, _dice: Random, who: Person) -> OfficeAction:
        number = self._their_number(task, task.refer or "")
        return RecordReferral(ticket=task.ticket, by=who, record=Referral(reference=number))

    def _their_number(self, task: DeskTask, to: str) -> str:
        return f"{to}-{task.ticket[2:8]}-{task.ticket[-5:]}"

    def _check_dispatch(self, task: DeskTask, _dice: Random, who: Person) -> OfficeAction:
        return CheckDispatch(ticket=task.ticket, by=who, right=True)

    def _gather(self, task: DeskTask, _dice: Random, who: Person) -> OfficeAction:
        return GatherAlike(ticket=task.ticket, by=who, reason="同一地点，同一件事。")

    def _restore(self, task: DeskTask, _dice: Random, who: Person) -> OfficeAction:
        return RestoreAutomation(ticket=task.ticket, by=who, reason="已更正目录的职责分工。")

    def _rule_on_return(self, task: DeskTask, dice: Random, who: Person) -> OfficeAction:
        if dice.random() < self._habits["uphold_return"]:
            lead = self._lead(task, dice, besides=task.department)
            return RuleOnReturn(ticket=task.ticket, by=who, upheld=True, reason="职责界定清楚，同意退单。", lead=lead)
        return RuleOnReturn(ticket=task.ticket, by=who, upheld=False, reason="属你单位职责，请继续办理。")

    def _adjudicate(self, task: DeskTask, dice: Random, who: Person) -> OfficeAction:
        reason = "经确责会商，由该单位牵头办理，不得再退。"
        return Adjudicate(ticket=task.ticket, by=who, lead=self._lead(task, dice), reason=reason)

    def _rule_on_extension(self, task: DeskTask, dice: Random, who: Person) -> OfficeAction:
        if dice.random() < self._habits["grant_extension"]:
            return RuleOnExtension(ticket=task.ticket, by=who, granted=True, reason="情况属实，同意延期。")
        return RuleOnExtension(ticket=task.ticket, by=who, granted=False, reason="理由不充分，请按期办结。")

    def _rule_on_suspension(self, task: DeskTask, dice: Random, who: Person) -> OfficeAction:
        if dice.random() < self._habits["grant_suspension"]:
            until = self._agenda.clock.now() + timedelta(days=4)
            return RuleOnSuspension(ticket=task.ticket, by=who, granted=True, until=until, reason="同意挂账。")
        return RuleOnSuspension(ticket=task.ticket, by=who, granted=False, reason="不具备挂账条件。")

    def _approve(self, task: DeskTask, dice: Random, who: Person) -> OfficeAction:
        if dice.random() < self._habits["grant_approval"]:
            return Approve(ticket=task.ticket, by=who, reason="情况属实，同意。")
        return Decline(ticket=task.ticket, by=who, reason="依据不足，不予批准。")

    def _review(self, task: DeskTask, dice: Random, who: Person) -> OfficeAction:
        department = task.department if task.task == "task_review" else None
        if task.tier is not Tier.URGENT and dice.random() < self._habits["send_back"]:
            reason, ground = "答复未说明处理结果，请补充。", self._unclear()
            return Review(
                ticket=task.ticket, by=who, accepted=False, ground=ground, reason=reason, department=department
            )
        return Review(ticket=task.ticket, by=who, accepted=True, department=department)

    def _unclear(self) -> str:
        """The ground for an answer that says too little, else the first that the policy has."""
        codes = [ground.code for ground in self._around.rules.grounds.sent_back]
        return "reply-unclear" if "reply-unclear" in codes else codes[0]

    def _rule(self, task: DeskTask, dice: Random, who: Person) -> OfficeAction:
        rulings = (Ruling.SOLVED, Ruling.EXPLAINED, Ruling.UNSOLVED)
        ruling = dice.choices(rulings, (0.5, 0.4, 0.1))[0]
        return RuleOnOutcome(ticket=task.ticket, by=who, ruling=ruling, reason="经查阅办理记录评判。")

    def _check(self, task: DeskTask, dice: Random, who: Person) -> OfficeAction:
        kept = dice.random() < 0.8  # noqa: PLR2004 - four promises of five are kept
        return CheckCommitment(ticket=task.ticket, by=who, kept=kept, note="已现场核查。")

    def _order(self, task: DeskTask, _dice: Random, who: Person) -> OfficeAction:
        reason = task.reason or "久拖不决。"
        if task.task == "interview":
            when, lead = self._agenda.clock.now(), self._around.rules.department(task.department or "")
            persons = (f"{lead.name if lead else ''}负责人",)
            agreed = "限期三个工作日办结并书面说明。"
            return Interview(ticket=task.ticket, by=who, reason=reason, held_at=when, persons=persons, agreed=agreed)
        order = Nudge if task.task == "nudge" else Supervise
        return order(ticket=task.ticket, by=who, reason=reason)

    def _end_supervision(self, task: DeskTask, _dice: Random, who: Person) -> OfficeAction:
        order = WatchOrder(task.task)
        return EndSupervision(ticket=task.ticket, by=who, result="已按要求整改，督办结束。", order=order)


def _likeliest(task: DeskTask) -> str | None:
    """The category that stands, or is suggested, or the first of those that it may be."""
    return task.category or task.suggestion or next(iter(task.alternatives or ()), None)


async def work(around: Surroundings) -> None:
    """Let the office work until cancelled."""
    agenda = Agenda(around.time)
    secrets = around.kafka_secrets or Path()
    async with PlayedOffice.opened(around.desk_url, secrets) as voice, asyncio.TaskGroup() as tasks:
        office = SimulatedOffice(voice, agenda, around)
        if around.outage is not None:
            office.foresee(around.outage)
        tasks.create_task(agenda.keep())
        async for news in hear(around.broker(OPERATORS), [DESK, channel_topic(PartyKind.OFFICE)]):
            match news.message:
                case DeskTask() as task:
                    office.take(task)
                case ReceiptGiven(incident=str() as incident, submission=submission):
                    office.opened(incident, submission)
                case _:
                    pass


if __name__ == "__main__":
    asyncio.run(work(Surroundings()))
