"""What notify and trace make of a fact, and how the page of facts writes it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from chassis.frozen import replace
from rulebook import Policy, load_policy
from schemas.message import Message
from services.notify import for_tools as notify
from services.trace import for_tools as trace
from tools.layout import POLICY
from tools.pages.code import Function, keywords, place_of, texts
from vocabulary import FACTS, NOTICES


def title(kind: type[Message]) -> str:
    """The heading of a fact."""
    return f"`{kind.__name__}` {FACTS[kind.type_name]}"


def anchor(heading: str) -> str:
    """The name under which a heading of a page is linked to."""
    return re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-")


def row(name: str, kinds: Iterable[type[Message]]) -> str:
    """A line of the table at the top: a section and its facts."""
    links = (f"[{kind.__name__}](#{anchor(title(kind))}) {FACTS[kind.type_name]}" for kind in kinds)
    return f"| [{name}](#{anchor(name)}) | {', '.join(links)} |"


def notices(kind: type[Message]) -> str:
    """Which messages to people a fact can cause."""
    wish = notify.wishes.of(kind)
    if wish is None:
        return ""
    known = {template.code for template in policy().templates}
    found = (text for text in dict.fromkeys(texts(wish, "services.notify")) if text in known)
    return f"{link(wish)}: {'、'.join(NOTICES[template] for template in found)}"


def trace_rows(kind: type[Message]) -> str:
    """What the trace writes because of a fact, beside the timeline."""
    rows = (
        ("of the ticket", trace.summaries.of(kind)),
        ("of its order", trace.orders.of(kind)),
        ("of the clock", trace.clocks.of(kind)),
        ("of what waits at the desk", trace.marks.of(kind)),
    )
    return "; ".join(f"{link(code)}: {what} {_written(code)}" for what, code in rows if code is not None)


def _written(code: Function) -> str:
    """The fields that a function of the trace writes; one that writes none makes a new row."""
    written = sorted(set(keywords(code, "services.trace", replace)))
    return codes(written) if written else "a new row"


def codes(names: Iterable[str]) -> str:
    """Names as they stand in code."""
    return ", ".join(f"`{name}`" for name in names)


def link(function: Function) -> str:
    """Where a function stands."""
    return place_of(function).link


@cache
def policy() -> Policy:
    """The policy that is shipped."""
    return load_policy(POLICY)


@cache
def words() -> trace.Words:
    """The words of the trace."""
    return trace.Words(policy())
