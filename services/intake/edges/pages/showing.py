"""The templates of citizens' pages, and what every one of them may say."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

import vocabulary
from doors.attachments.words import KNOWN
from doors.pages import Pages
from schemas.values import Solved
from services.intake.core.offers import Offer
from services.intake.edges.pages.meanings import MEANINGS

_HERE: Final = Path(__file__).parent


class Form(NamedTuple):
    """What a citizen reads at one thing that they can do: its name, what it is for, its question, its button."""

    title: str
    about: str
    label: str
    button: str
    needed: bool = True


FORMS: Final[Mapping[Offer, Form]] = {
    Offer.ANSWER: Form(
        "评价办理结果",
        "四个问题答完就不再打电话回访您。没有解决或者不满意的，会要求重办，您写的话会原样交给承办单位。",
        "还想说什么（可以不填）",
        "提交评价",
        needed=False,
    ),
    Offer.INFORM: Form("补充所要的情况", "写清楚记录里所问的，提交后马上继续办理。", "您要补充的情况", "提交补充"),
    Offer.ADD: Form("有新情况要说", "会交给正在办理的单位，不另立一件。", "您要补充的情况", "提交补充"),
    Offer.REOPEN: Form(
        "对结果不认可，申请重启办理",
        "热线中心核实后决定是否重启，结果会写在办理记录里。",
        "哪里没有解决",
        "申请重启办理",
    ),
    Offer.WITHDRAW: Form(
        "不用办了，撤回诉求",
        "撤回后不再办理；已经逾期或者在督办的，由热线中心确认后才撤。",
        "为什么不用办了",
        "撤回诉求",
    ),
}
ASKED: Final[Mapping[str, str]] = {
    "contacted": "办理前，承办单位联系过您吗？",
    "solved": "您说的问题解决了吗？",
    "attitude": "对办理人员的态度满意吗？",
    "result": "对办理的结果满意吗？",
}
OPTIONS: Final[Mapping[str, Mapping[str, str]]] = {
    "contacted": {code.value: words for code, words in vocabulary.CONTACTED.items()},
    "solved": {code.value: words for code, words in vocabulary.SOLVED.items() if code is not Solved.NOT_RATED},
    "attitude": {code.value: words for code, words in vocabulary.GRADES.items()},
    "result": {code.value: words for code, words in vocabulary.GRADES.items()},
}
"""The answers to choose from: whoever rates by themself says something of what was done."""
LONGEST: Final = 2_000
"""Characters of what is written at once."""
PAGES: Final = Pages(
    _HERE,
    states=vocabulary.STATES,
    meanings=MEANINGS,
    forms=FORMS,
    questions=ASKED,
    options=OPTIONS,
    longest=LONGEST,
    **KNOWN,
)
