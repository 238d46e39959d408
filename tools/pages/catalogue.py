"""docs/catalogue.md and schemas/catalogue.json: every code that a client reads or writes, in Chinese and English."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

from pydantic import TypeAdapter

from rulebook import Policy, load_policy
from schemas import values
from schemas.files import read_yaml
from schemas.inbound import Action
from schemas.message import Message, contracts
from services.dispatch.for_tools import EPISODES
from tools.layout import ROOT
from vocabulary import ACTIONS, HAPPENED, REASONS, REFUSALS, STATES

_FILE: Final = Path(__file__).with_name("catalogue.yaml")
_BESIDE: Final = {
    "overdue_withdrawn": "A time that was said to be missed was not.",
    "released": "The reader has nothing to do with the ticket any more.",
}
"""What departments hear that is no fact of its own."""
_UNSAID: Final = "look"
_PATTERNS: Final = (
    ("工单编号 ticket", "TicketId"),
    ("回执 receipt", "Receipt"),
    ("多人同诉 incident", "IncidentId"),
    ("代码 code", "Code"),
    ("单位代码 department", "DepartmentCode"),
)


@cache
def _words() -> Any:
    return read_yaml(_FILE)


@cache
def refusals() -> Sequence[Mapping[str, Any]]:
    """Say of every code of a refusal what it is called, what it means, and what to do."""
    means = {code: (then, en) for then, codes in _words()["codes"].items() for code, en in codes.items()}
    known = {code: means.get(code, (_UNSAID, code.replace("_", " "))) for code in sorted(REFUSALS)}
    return [{"code": code, "zh": REFUSALS[code], "en": en, "next": then} for code, (then, en) in known.items()]


def unexplained() -> set[str]:
    """Name the codes that have no line in catalogue.yaml."""
    lines = {code for codes in _words()["codes"].values() for code in codes}
    return set(REFUSALS) - lines


@cache
def catalogue() -> Mapping[str, Any]:
    """Return the whole catalogue."""
    policy = load_policy(ROOT / "policy")
    return {
        "next": _words()["next"],
        "refusals": refusals(),
        "actions": list(_actions()),
        "happened": list(_happened()),
        "reasons": [{"code": code, "zh": zh, "en": code.replace("_", " ")} for code, zh in sorted(REASONS.items())],
        "states": [{"code": str(state), "zh": zh, "en": str(state).replace("_", " ")} for state, zh in STATES.items()],
        "grounds": list(_grounds(policy)),
        "patterns": {name: TypeAdapter(getattr(values, name)).json_schema() for _, name in _PATTERNS},
    }


def _actions() -> Iterator[Mapping[str, Any]]:
    for name, model in sorted(contracts().items()):
        if issubclass(model, Action):
            code = str(model.model_fields["do"].default)
            by = sorted(str(party) for party in model.spoken_by)
            yield {"code": code, "type": name, "zh": ACTIONS[code], "en": _promise(model), "by": by}


def _happened() -> Iterator[Mapping[str, Any]]:
    facts = {row.heard for episode in EPISODES for row in episode.facts if row.heard_by is not None}
    heard = {fact.word: _promise(fact) for fact in facts}
    for code, en in sorted((heard | _BESIDE).items()):
        yield {"code": code, "zh": HAPPENED[code], "en": en}


def _grounds(policy: Policy) -> Iterator[Mapping[str, Any]]:
    for act, grounds in policy.grounds.by_act().items():
        for ground in grounds:
            yield {"act": act, "code": ground.code, "zh": ground.name, "text": ground.text}


def _promise(model: type[Message]) -> str:
    return (model.__doc__ or "").strip().partition("\n")[0]


def page() -> str:
    """Write the page."""
    found = catalogue()
    return "\n".join(
        (
            _words()["head"],
            "## 写法 Forms",
            _words()["forms"].format(text=values.TEXT_LIMIT),
            _patterns(found["patterns"]),
            "## 拒绝的代码 Codes of refusals\n\n`next` 说该怎么办： `next` says what to do:\n",
            _table(("next", "怎么办", "what to do"), [(f"`{k}`", v["zh"], v["en"]) for k, v in found["next"].items()]),
            _listed(found["refusals"], code="code", 中文="zh", English="en", next="next"),
            "## 操作 Actions\n\n`action`, `may`: code; `ce_type`: type.\n",
            _listed(found["actions"], code="code", ce_type="type", 中文="zh", English="en", by="by"),
            "## 订单上刚发生的 Words of `happened`\n",
            _coded(found["happened"]),
            "## 状态 States\n",
            _coded(found["states"]),
            "## 缘由 Reasons\n",
            _coded(found["reasons"]),
            "## 依据 Grounds\n\n规则数据，各地不同。 Data of the policy, which differs from city to city.\n",
            _listed(found["grounds"], act="act", code="code", 中文="zh", 全文="text"),
        )
    )


def _patterns(found: Mapping[str, Mapping[str, Any]]) -> str:
    rows = [
        (title, f"`{found[name].get('pattern')}`", str(found[name].get("maxLength", ""))) for title, name in _PATTERNS
    ]
    return _table(("", "pattern", "最长 longest"), rows)


def _listed(rows: Sequence[Mapping[str, Any]], **columns: str) -> str:
    """A table of these columns, by the name of what stands in each."""
    return _table(tuple(columns), [tuple(_said(name, row[name]) for name in columns.values()) for row in rows])


def _said(name: str, value: Any) -> str:
    text = ", ".join(value) if isinstance(value, list) else str(value)
    return f"`{text}`" if name in {"code", "type", "next", "act"} else text


def _coded(rows: Sequence[Mapping[str, Any]]) -> str:
    return _listed(rows, code="code", 中文="zh", English="en")


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = (head, ("---",) * len(head), *rows)
    return "".join(f"| {' | '.join(map(_cell, line))} |\n" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def files(root: Path) -> Mapping[Path, str]:
    """Name the page and the file for programs."""
    written = json.dumps(catalogue(), ensure_ascii=False, indent=1) + "\n"
    return {root / "docs" / "catalogue.md": page(), root / "schemas" / "catalogue.json": written}
