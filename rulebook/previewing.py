"""What the messages of a policy say, with the values of an example: read before anybody is told anything."""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from rulebook.codes import Audience
from rulebook.messages import ALWAYS, MESSAGES
from rulebook.policy import Policy
from rulebook.sentences import templating

EXAMPLE: Final[Mapping[str, str]] = {
    "progress_page": "https://12345.example/progress",
    "ticket": "26091400000017",
    "receipt": "R0123456789ABCDEFGHJK",
    "category": "楼道照明",
    "tier": "一般",
    "place": "平凉路100弄3号",
    "department": "房管局",
    "supporting": "平凉路街道",
    "text": "楼道里的灯坏了一个星期，晚上看不见路。",
    "said": "楼道里有煤气味，请尽快来人。",
    "reply": "灯已修好，感谢您的反映。",
    "has_number": "yes",
    "goodwill": "",
    "contact_is_shown": "yes",
    "due": "9月21日17:30",
    "was": "9月18日17:30",
    "longest": "15个工作日",
    "promised": "9月30日17:30",
    "ground": "需要施工。",
    "reason": "材料还没有到。",
    "reference": "沪转2026-1号",
    "handed": "市水务局",
    "status": "已办结",
    "returnable": "yes",
    "accept": "9月14日11:30",
    "clock": "处置时限",
    "remaining": "1个工作日",
    "count": "3",
    "ruling": "同意",
    "step": "退单",
    "agreed": "9月16日14:00，三楼会议室",
    "approver": "方立群",
    "person": "徐文珏",
    "code": "closed",
    "solved": "已解决",
    "result": "满意",
    "action": "补充",
}
"""A value for each variable; `area` is the policy's own."""


class SaidMessage(NamedTuple):
    """One message as it would be told by one way."""

    code: str
    audience: Audience
    way: str
    subject: str
    text: str


def said_by(policy: Policy) -> Sequence[SaidMessage]:
    """Say every message of a policy by each of its ways, with what the example has for it."""
    environment, found = templating(), []
    for template in policy.templates:
        message = MESSAGES[template.code]
        known = {name: EXAMPLE[name] for name in (ALWAYS | message.variables) - {"area"}} | {"area": policy.area}
        subject = environment.from_string(template.subject).render(known)
        for way in sorted(message.ways):
            text = environment.from_string(template.by_channel.get(way, template.text)).render(known)
            found.append(SaidMessage(template.code, template.audience, way, subject, text))
    return found


class ChangedMessage(NamedTuple):
    """One message that would read otherwise: what it says now, if it is there, and what it would say."""

    before: SaidMessage | None
    after: SaidMessage


def changed(present: Policy, other: Policy) -> Sequence[ChangedMessage]:
    """Tell which messages another policy words otherwise."""
    known = {(each.code, each.way): each for each in said_by(present)}
    differ = (ChangedMessage(known.get((each.code, each.way)), each) for each in said_by(other))
    return [each for each in differ if each.before != each.after]
