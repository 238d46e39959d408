"""What guards of several episodes ask: departments of the directory, legal grounds, who decides, longest spans."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from rulebook.codes import Role
from rulebook.directory import Person as Named
from rulebook.limits import Span
from rulebook.rules import Ground, ProvableGround
from schemas.attachments import Attached
from schemas.inbound import Action
from schemas.nearest import nearest
from schemas.values import Actor, Clock, DepartmentCode, RequesterKind, breach_by
from services.dispatch.core.draft import Draft
from services.dispatch.core.episode import Refusal, state_guard
from vocabulary import CLOCKS, label
from worktime import Unit, amount_in_words


def in_words(span: Span) -> str:
    """Say an amount of time of the rulebook."""
    return amount_in_words(span.amount, Unit(span.unit.value))


def named(people: Iterable[Named]) -> str:
    """Name people with their ids, which is what has to be filled in."""
    return "、".join(f"{each.name}（{each.id}）" for each in people)


def another_decides(draft: Draft, requester: Actor) -> Refusal | None:
    """Nobody decides on what they asked for themselves, nor does whoever acts in their stead."""
    asker = requester.person
    if asker is None or requester.party != draft.by.party:
        return None
    if asker.id not in {each.id for each in (draft.by.person, draft.by.acting_for) if each is not None}:
        return None
    others = [each for each in draft.rules.policy.with_role(Role.APPROVER, draft.at) if each.id != asker.id]
    who = f"请由{named(others)}决定" if others else "请先在人员名册上授权另一人代行审批"
    return Refusal("own_request", f"该请求由{asker.name}提出，本人及其代行人不能批准；{who}。")


def legal_ground(grounds: Sequence[Ground], ground: str, what: str) -> Refusal | None:
    """The ground is one of these."""
    if any(ground == each.code for each in grounds):
        return None
    return Refusal("illegal_ground", f"{what}的依据不在规定范围内，请选择：{_choice(grounds)}。")


def provable_ground(draft: Draft, grounds: Sequence[ProvableGround], ground: str, what: str) -> Refusal | None:
    """The ground is one of these, and what it has to be proved by came along."""
    wanted = next((each.proof for each in grounds if each.code == ground), None)
    return legal_ground(grounds, ground, what) or proof_attached(draft, wanted, f"以这一依据申请{what}")


def proof_attached(draft: Draft, wanted: str | None, what: str) -> Refusal | None:
    """What the rulebook wants as evidence came along with the act."""
    return proof_missing(wanted, draft.attached, what)


def proof_missing(wanted: str | None, attached: Sequence[Attached] | None, what: str) -> Refusal | None:
    """Say what is wanted as evidence of an act, where nothing came along."""
    if wanted is None or attached:
        return None
    reason = f"{what}须附{wanted}。请先上传附件，再在 attachments 中写明其编号和 sha256 一并提交。"
    return Refusal("proof_missing", reason)


def ground_named(draft: Draft, grounds: Sequence[Ground], ground: str | None, what: str) -> Refusal | None:
    """A ground is named, and is one of these; acts that were recorded before grounds were asked for have none."""
    if ground is not None:
        return legal_ground(grounds, ground, what)
    if not draft.rules.asks_who:
        return None
    return Refusal("ground_missing", f"{what}须写明依据（ground），请选择：{_choice(grounds)}。")


def _choice(grounds: Sequence[Ground]) -> str:
    return "、".join(f"{each.name}（{each.code}）" for each in grounds)


def known(draft: Draft, *codes: str) -> Refusal | None:
    """The directory has these departments on this day."""
    policy, day = draft.rules.policy, draft.rules.policy.day(draft.at)
    listed = {code: policy.department(code) for code in codes}
    unknown = [code for code, found in listed.items() if found is None]
    if unknown:
        alike = nearest(unknown[0], policy.departments)
        return Refusal("unknown_department", f"名录中没有单位{'、'.join(unknown)}，请从单位名录中选择。{alike}")
    gone = next((found for found in listed.values() if found is not None and not found.valid_on(day)), None)
    if gone is None:
        return None
    successor = policy.current(gone.code, draft.at)
    if successor is None:
        return Refusal("department_gone", f"{gone.name}当日不在单位名录上，请从单位名录中另选。")
    return Refusal("department_gone", f"{gone.name}已撤销，由{successor.name}（{successor.code}）承接，请改派该单位。")


def avoids(draft: Draft, *codes: str) -> Refusal | None:
    """None of these departments is accused."""
    accused = [draft.rules.name(code) for code in codes if code in draft.ticket.shunned]
    if not accused:
        return None
    return Refusal("accused", f"{'、'.join(accused)}是被举报对象，须回避，请另派其他单位。")


def is_late(draft: Draft, department: DepartmentCode | None = None) -> bool:
    """Whether a time (of this department) went by, or does in this moment, was it declared missed by now or not."""
    ticket = draft.ticket
    owed = (each.due for each in ticket.dues.values() if department in (None, each.owner.department))
    missed = (owner for owner in ticket.overdue.values() if department in (None, owner.department))
    return any(due is not None and breach_by(due) <= draft.at for due in owed) or any(missed)


def within_longest(draft: Draft, clock: Clock, field: str, until: datetime) -> Refusal | None:
    """A date that somebody names lies no further away than policy allows: more would be cut off without a word."""
    longest = draft.rules.policy.limit(clock).budget_for(draft.ticket.matter.tier)
    if not draft.rules.waited(draft.at, longest, until - timedelta.resolution):
        return None
    return Refusal("too_far_ahead", f"{CLOCKS[clock]}最长{in_words(longest)}，请填写较近的{label(field)}。")


@state_guard
def requester_known(draft: Draft) -> Refusal | None:
    """Somebody can be asked."""
    if draft.ticket.matter.requester_kind is RequesterKind.ANONYMOUS:
        return Refusal("anonymous", "诉求人匿名，无法请其补充；请按现有情况办理。")
    return None


def from_city(draft: Draft, _action: Action) -> Refusal | None:
    """The ticket came down from the city."""
    return None if draft.ticket.matter.upstream else Refusal("not_from_city", "该工单不是市热线办转来的。")
