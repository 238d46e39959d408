"""docs/messages.md: who is told what because of each fact, and which messages wait at night."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from rulebook import Audience
from rulebook.messages import LEFT_IN_PEACE, MESSAGES
from schemas.message import MODELS, Message
from services.notify import for_tools as notify
from tools.pages import heeded
from tools.pages.code import texts
from vocabulary import FACTS, NOTICES, PARTIES

_HEAD: Final = """\
# Messages

Who is told what, made of the code of notify and of the shipped policy (`make pages`). Titles of messages are those of
`vocabulary/words.yaml`; their words stand in `policy/templates.yaml`.

## By fact

A fact can tell what stands in its row, where it concerns somebody who may hear it. Of the receipt, the department, and
the date that is promised, requesters hear as soon as they are known, whatever fact made them so
(`services/notify/core/promises.py`), and departments of their orders.

"""
_NIGHT: Final = """
## At night, and in the day

Quiet hours are those of the policy (`quiet_from`, `quiet_until` in `policy/office.yaml`). What waits leaves when they
end, in order, as it is true then: without what was overtaken, and without a date that a later message replaces.
What is told at once of a ticket takes along what waits for the same person.

| message | to | by | by night | by day |
|---|---|---|---|---|
"""
_AT_ONCE: Final = "at once"
_GATHERED: Final = "at once; to desks and to whoever wishes so with others at the next half day, unless it is urgent"
_LOUD: Final = frozenset({"sms", "call"})
_PARTIES: Final = tuple(Audience)


def page() -> str:
    """Both tables."""
    return _HEAD + "".join(_by_fact()) + _NIGHT + "".join(map(_message, MESSAGES))


def _by_fact() -> Iterator[str]:
    yield "| fact | " + " | ".join(PARTIES.get(each, each.value) for each in _PARTIES) + " |\n"
    yield "|---|" + "---|" * len(_PARTIES) + "\n"
    for kind in MODELS.values():
        if found := _told(kind):
            cells = ("、".join(NOTICES[each] for each in found if MESSAGES[each].audience is to) for to in _PARTIES)
            yield f"| `{kind.__name__}` {FACTS[kind.type_name]} | " + " | ".join(cells) + " |\n"


def _told(kind: type[Message]) -> tuple[str, ...]:
    wish = notify.wishes.of(kind)
    said = () if wish is None else dict.fromkeys(texts(wish, "services.notify"))
    return tuple(each for each in said if each in MESSAGES)


def _message(code: str) -> str:
    message = MESSAGES[code]
    night, day = _when(code)
    to = PARTIES.get(message.audience, message.audience.value)
    return f"| {NOTICES[code]} `{code}` | {to} | {', '.join(sorted(message.ways))} | {night} | {day} |\n"


def _when(code: str) -> tuple[str, str]:
    """When a message leaves by night and by day."""
    message, template = MESSAGES[code], heeded.policy().template(code)
    if message.audience in LEFT_IN_PEACE:
        told_at_once = template is not None and template.at_once
        return (_AT_ONCE if told_at_once else "waits for the morning; of what is urgent at once"), _AT_ONCE
    if message.ways <= _LOUD or message.audience is Audience.CITY:
        return _AT_ONCE, _AT_ONCE
    return _GATHERED, "the same"
