"""What a refusal tells its author of a state: what the ticket waits for, in the words of the vocabulary."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import vocabulary
from schemas.values import TicketState as S

STATES: Final = vocabulary.STATES
KINDS: Final = vocabulary.STEPS

EXPECTED: Final[Mapping[S, str]] = {
    S.REGISTERED: "正在受理，请稍后再试",
    S.SURVEY_REVIEW: "须先由调研主体或者大调研办流转",
    S.NEEDS_INFO: "须先由诉求人补充情况，或者等补充期限届满",
    S.PENDING_DISPATCH: "须先由热线中心派单",
    S.DISPATCHED: "须先由承办单位签收，或者在退单期限内申请退单",
    S.RETURN_REQUESTED: "须先由热线中心裁定退单",
    S.ADJUDICATING: "须先由热线中心确责",
    S.IN_PROGRESS: "须先由承办单位处置并报办结",
    S.SUSPENDED: "须待挂账期限届满，或者由热线中心结束挂账",
    S.HANDLED: "须先由热线中心审核办结",
    S.CALLBACK_PENDING: "须先由回访员回访诉求人",
    S.REWORK: "须先由承办单位重办并报办结",
    S.CLOSED: "如有必要，可在期限内申请重办",
    S.ARCHIVED: "申请重办期限已过，请另行登记",
    S.ANSWERED: "已直办答复，如有新情况请另行登记",
    S.NOT_ACCEPTED: "如有新情况，可申请重启办理或者另行登记",
    S.WITHDRAWN: "如仍需办理，可申请重启办理或者另行登记",
    S.MERGED: "请在所并入的工单上操作，或者先撤销并案",
    S.SPLIT: "请在各分单上操作",
    S.TRANSFERRED: "已转其他单位办理，退回后可申请重启办理",
}


def not_now(state: S, kind: str) -> str:
    """Say why an action is not legal in a state, and what is expected instead."""
    return f"工单处于“{STATES[state]}”，现在不能{KINDS[kind]}；{EXPECTED[state]}。"
