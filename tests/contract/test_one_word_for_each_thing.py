"""What once went by two names goes by one: in words, sentences, templates, dashboards, pages and examples."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[2]
FOLDERS: Final = (
    "vocabulary",
    "schemas",
    "worktime",
    "sealing",
    "rulebook",
    "chassis",
    "services",
    "tools",
    "liuhen",
    "policy",
)
OTHERS: Final = ("deploy", "examples", "docs", "README.md", "README.zh-CN.md")
READ: Final = frozenset({".py", ".yaml", ".yml", ".json", ".md", ".csv"})
THEIR_OWN_WORDS: Final = ("docs/decisions/", "examples/district/", "policy/catalogue.csv")
"""What was decided at its time, and how citizens speak."""

NOT_SAID: Final = {
    "立案": "受理登记",
    "难易档|难度|档次|办理等级|工单等级|批准升级": "难易程度",
    "走访员|走访干部": "调研干部",
    "走访单位": "调研主体",
    "走访端|走访应用": "大调研端",
    "转派|调研流转中": "流转",
    "大调研审核|大调研办审批": "大调研办审核",
    "另一次回访": "首次回访，或者末次回访",
    "工作半日|个半工作日": "半个工作日",
    "重新打开|重开": "重启办理；诉求人的叫申请重启",
    "申请重办": "申请重启；重办是回访引起的",
    "重新办理": "重办，或者重启办理",
    "停放": "搁置",
    "期限期限|时限时限|时限期限": "期限，或者时限，只说一遍",
    "期满": "届满",
    "(?<!等候)超时": "逾期",
    "同诉事件": "多人同诉",
    "(?<!确)定分类": "确定分类",
    "答复督办": "回复督办",
    "结束督办|督办解除": "解除督办",
    "预约回访": "约定回访",
    "审批人": "批准人",
    "补充材料": "补充情况",
    "当场办结": "当场解决",
    "话务台": "话务员",
    "回访机构|回访方": "回访员",
    "(?<!市)热线办|综管中心": "热线中心",
    "挂起": "挂账",
    "派发": "派单",
    "投诉人|反映人|诉求方": "诉求人",
    "责任单位|承办部门|办理单位": "承办单位",
    "重新推算": "重新计算",
    "被反映单位": "被举报单位",
    "00:00到期|00:00前": "前一日24时",
    "办理(?:期限|时限)": "诉求人的是办结期限，承办单位的是处置时限",
    "值班人员": "值班长",
    "上级时限": "市级时限",
    "主办单位": "牵头单位",
    "首次联系": "先行联系",
    "办理中": "处置中",
    "已经办结": "已经结案；办结在审核和回访之前",
}
"""What is not said, and what is said instead."""


def _texts() -> Iterator[tuple[str, str]]:
    for name in (*FOLDERS, *OTHERS):
        start = ROOT / name
        for file in sorted(start.rglob("*")) if start.is_dir() else [start]:
            path = file.relative_to(ROOT).as_posix()
            if file.suffix in READ and not path.startswith(THEIR_OWN_WORDS):
                yield path, file.read_text("utf-8")


TEXTS: Final = tuple(_texts())


@pytest.mark.parametrize("avoided", NOT_SAID)
def test_a_thing_goes_by_one_name(avoided: str) -> None:
    found = [
        f"{path}:{number}: {line.strip()[:80]}"
        for path, text in TEXTS
        if re.search(avoided, text)
        for number, line in enumerate(text.splitlines(), 1)
        if re.search(avoided, line)
    ]

    assert not found, f"say {NOT_SAID[avoided]}:\n" + "\n".join(found)
