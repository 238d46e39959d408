"""Before a department has it: classified, dispatched, transferred, split, and disputed."""

from __future__ import annotations

from rulebook.codes import GroundFor
from schemas import inbound as i
from schemas.tickets import ActionReceived
from schemas.values import RequesterKind
from services.dispatch.core import standing as s
from services.dispatch.core.draft import Draft, Refusal, watched
from services.dispatch.core.guards.common import approved, avoids, known, legal
from services.dispatch.core.rules import RANK


def at_the_unit(draft: Draft, _received: ActionReceived, _action: i.Action) -> Refusal:
    if isinstance(draft.ticket.standing, s.SurveyReview) and draft.ticket.standing.stage == "unit":
        return None
    return "passed_on_already", "走访单位已转出该诉求，请由大调研办转派。"


def legal_not_accepted(draft: Draft, _received: ActionReceived, action: i.RefuseTicket) -> Refusal:
    return legal(draft, GroundFor.NOT_ACCEPTED, action.ground, "不予受理")


def requester_known(draft: Draft, _received: ActionReceived, _action: i.Action) -> Refusal:
    if draft.ticket.matter.requester_kind is RequesterKind.ANONYMOUS:
        return "anonymous", "诉求人匿名，无法请其补充；请按现有情况办理。"
    return None


def category_known(draft: Draft, _received: ActionReceived, action: i.Classify | i.Assign) -> Refusal:
    if action.category is None or draft.rules.policy.category(action.category):
        return None
    return "unknown_category", f"目录中没有分类{action.category}，请从分类目录中选择。"


def tier_raise_approved(draft: Draft, _received: ActionReceived, action: i.Classify | i.Assign) -> Refusal:
    if action.tier is None or RANK[action.tier] <= RANK[draft.ticket.matter.tier]:
        return None
    return approved(draft, action.approver, "提高办理等级、延长时限")


def departments_known(draft: Draft, _received: ActionReceived, action: i.Assign | i.Adjudicate) -> Refusal:
    return known(draft, action.lead, *action.supporting)


def not_accused(draft: Draft, _received: ActionReceived, action: i.Assign | i.Adjudicate) -> Refusal:
    return avoids(draft, action.lead, *action.supporting)


def ruling_binds(draft: Draft, _received: ActionReceived, action: i.Assign) -> Refusal:
    ruled = draft.ticket.ruled
    if ruled is None or action.lead == ruled or ruled in draft.ticket.shunned:
        return None
    return "ruling_binds", f"该工单已确责由{draft.rules.name(ruled)}牵头，不能改派；确需变更的，由确责人重新确责。"


def ruled_before(draft: Draft, _received: ActionReceived, _action: i.Adjudicate) -> Refusal:
    if draft.ticket.ruled is not None:
        return None
    return "not_disputed", "该工单没有争议，也未曾确责；改派承办单位请用派单。"


def outside_known(draft: Draft, _received: ActionReceived, action: i.TransferOut) -> Refusal:
    if draft.rules.policy.is_outside(action.to):
        return None
    names = "、".join(f"{each.name}（{each.code}）" for each in draft.rules.policy.outside)
    return "unknown_body", f"不能转至{action.to}，可以转至：{names}。"


def from_city_to_city(draft: Draft, received: ActionReceived, action: i.TransferOut) -> Refusal:
    return from_city(draft, received, action) if action.to == "city" else None


def not_a_part(draft: Draft, _received: ActionReceived, _action: i.Action) -> Refusal:
    return ("part_already", "分单不能再拆，请在原诉求上说明。") if draft.ticket.matter.part_of else None


def from_city(draft: Draft, _received: ActionReceived, _action: i.Action) -> Refusal:
    return None if draft.ticket.matter.upstream else ("not_from_city", "该工单不是市热线办转来的。")


def order_returnable(draft: Draft, _received: ActionReceived, _action: i.Action) -> Refusal:
    order = draft.order
    if order.binding or watched(draft.ticket):
        return "order_binds", "该工单已经确责裁定或者系督办、重开件，不得退回，请办理。"
    in_time = order.presumed_at is not None and draft.at <= order.presumed_at
    if order.returnable or in_time:
        return None
    return "return_window_closed", "退单期限已过或者已签收，工单由你单位办理；确有困难可申请延期。"


def legal_return(draft: Draft, _received: ActionReceived, action: i.RequestReturn) -> Refusal:
    return legal(draft, GroundFor.RETURN, action.ground, "退单")


def suggestion_known(draft: Draft, _received: ActionReceived, action: i.RequestReturn) -> Refusal:
    if action.suggested is None:
        return None
    if action.suggested == draft.lead:
        return "own_suggestion", "建议的承办单位不能是你单位自己。"
    return known(draft, action.suggested)


def against_precedent_approved(draft: Draft, _received: ActionReceived, action: i.RuleOnReturn) -> Refusal:
    standing = draft.ticket.standing
    if action.upheld and isinstance(standing, s.ReturnRequested) and standing.against_precedent:
        return approved(draft, action.approver, "同意退单与先例不一致，")
    return None


def new_lead_known(draft: Draft, _received: ActionReceived, action: i.RuleOnReturn) -> Refusal:
    if action.lead is None or not action.upheld:
        return None
    if action.lead == draft.lead:
        return "same_lead", "同意退单时不能再派给原单位；如不同意，请裁定不予退单。"
    return known(draft, action.lead)


def new_lead_not_accused(draft: Draft, _received: ActionReceived, action: i.RuleOnReturn) -> Refusal:
    return avoids(draft, action.lead) if action.lead else None
