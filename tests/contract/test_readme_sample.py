"""What the README shows of the demo is what the demo says: its promises, its rates, its news, and how many it plays."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import Final

from examples.district.outage import CALLERS
from liuhen.commands.demo import demo
from vocabulary import RATES

ROOT: Final = Path(__file__).resolve().parents[2]
README: Final = (ROOT / "README.md").read_text("utf-8")
SAMPLE: Final = README.partition("this is a part")[2].split("```")[1]


def code_of(*folders: str) -> str:
    files = (file for folder in folders for file in sorted((ROOT / folder).rglob("*.py")))
    return "\n".join(file.read_text("utf-8") for file in files)


def test_every_promise_of_the_sample_is_one_of_verify() -> None:
    shown = re.findall(r"^ ✔ (?:dispatch )?(.+)$", SAMPLE, flags=re.MULTILINE)
    code = code_of("tools/verify")

    assert shown
    assert [promise for promise in shown if promise not in code] == []


def test_every_rate_of_the_sample_is_one_that_is_published() -> None:
    shown = re.findall(r"^│ (\S+)", SAMPLE, flags=re.MULTILINE)

    assert shown
    assert [name for name in shown if name not in {RATES[code] for code in RATES}] == []


def test_the_sample_has_as_many_tickets_as_the_demo_plays() -> None:
    matters = inspect.signature(demo).parameters["tickets"].default
    counted = re.search(r"^│ 受理量 *│ *(\d+) │", SAMPLE, flags=re.MULTILINE)

    assert counted is not None
    assert int(counted.group(1)) == matters + CALLERS


def test_the_news_of_the_sample_are_the_news_of_the_demo() -> None:
    code = code_of("liuhen/commands", "tools/demo")

    for words in ("明年日历公布", "：暂定期限重新计算", "机构改革", "件移交，时限接续"):
        assert words in SAMPLE
        assert words in code
