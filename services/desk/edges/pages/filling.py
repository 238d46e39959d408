"""A form that somebody fills in: kept as a draft, said as an act, and followed until something becomes of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias, TypeVar
from uuid import uuid4
from zoneinfo import ZoneInfo

from aiohttp import web
from pydantic import ValidationError

from chassis.crowding import crowded
from doors.entering import ENTRANCE
from doors.reading import dumped
from doors.refusals import Refusal, at_a_form
from schemas.message import Message
from services.desk.core.acts import OfficeAct, read
from services.desk.core.forms import Field, content_of
from services.desk.edges import lookup as acts
from services.desk.edges.acting import TakenAct, own_name, say
from services.desk.edges.keys import CONTEXT, REDACTION, WHO, WORDS
from services.desk.edges.pages import lookup
from services.desk.edges.pages.carrying import RESUMED
from services.desk.edges.pages.lookup import Draft, Kept, Key, OpenForm, Typed
from services.desk.edges.reading import keys_of

LETTERS: Final = "adefhinoprtuvwxyz"
"""Keys of forms, in their order; the others belong to the page."""
_PATIENCE: Final = 6.0
"""Real seconds for which a page waits for what becomes of an act."""
_GRACE: Final = 0.5
"""Real seconds in which a refusal may still come after the ticket changed: the two are told apart from each other."""
_LOOK_AGAIN: Final = 0.1
_LONGEST_VERSION: Final = 9
_NO_CODE: Final = ""
_TWO_DRAFTS: Final = (
    "您在另一页也写了这张表单，两边不一样，什么都没有提交，也没有覆盖。两边写的都在下面，请改成要的样子再提交。"
)
_LOOK: Final = "这一步还没有提交。您输入的都在下面，请核对后再提交。"
_MOVED: Final = "这一步还没有提交，其间这件事有了变化。您输入的都在下面，请看过现在的情况再提交。"

_Message = TypeVar("_Message", bound=Message)
Version: TypeAlias = Callable[[], Awaitable[str | None]]
"""Looks up the version that now stands, as a page says it; None where there is nothing to act on any more."""


@dataclass(frozen=True, slots=True)
class Form:
    """One act as a form: what stands in its fields, and what was wrong with it.

    `version` is that of the draft which it shows, `other` what another open form wrote into that draft meanwhile.
    """

    do: str
    fields: tuple[Field, ...]
    typed: Typed
    letter: str
    drafted: bool = False
    wrong: Refusal | None = None
    version: int = 0
    other: Typed | None = None

    def differs(self, name: str) -> bool:
        """Whether another open form has other words in a field."""
        return self.other is not None and self.other.get(name, "") != self.typed.get(name, "")

    @property
    def wrong_field(self) -> str | None:
        """The name of the field that the refusal stands beside; None where it is about the whole act."""
        named = self.wrong.field if self.wrong else None
        return next((each.name for each in self.fields if named in (each.name, each.path[0])), None)


@dataclass(frozen=True, slots=True)
class Filled:
    """A form that came back: whose and of what, what stands in it, and what the page itself says of the act.

    `do` is the act where its form can be sent as several, `of_it` then names the fields that this one has; `kept_as`
    makes of what was typed what is kept of it.
    """

    key: Key
    fields: tuple[Field, ...]
    sent: Typed
    said: Mapping[str, Any]
    do: str = ""
    of_it: Collection[str] | None = None
    kept_as: Callable[[Typed], Mapping[str, Any]] = dict
    opened: Callable[[Mapping[str, Any]], Typed] = dict
    named: Callable[[OfficeAct], Awaitable[str]] | None = None

    @property
    def asked(self) -> Sequence[Field]:
        """The fields that the act has."""
        return [each for each in self.fields if self.of_it is None or each.name in self.of_it]

    @property
    def typed(self) -> Typed:
        """What somebody typed."""
        return {field.name: self.sent.get(field.name, "") for field in self.fields}

    @property
    def seen(self) -> str:
        """The version that its author saw, as the page said it."""
        return self.sent.get("seen", "")

    @property
    def keeps(self) -> bool:
        """Whether what was typed is a draft: of a button that does it at once nothing was."""
        return bool(self.fields) and "at_once" not in self.sent

    @property
    def is_looked_at(self) -> bool:
        """Whether it comes back to be looked at, and not to be done."""
        return RESUMED in self.sent

    def refused(self, why: Refusal, kept: Kept | None = None) -> ShownAgain:
        """The form as it is shown again, with every word of it."""
        version, other = kept or Kept(0)
        why = why._replace(reason=at_a_form(why.reason))
        form = Form(self.key.act, self.fields, self.typed, "", drafted=True, wrong=why, version=version)
        return ShownAgain(why, form if other is None else replace(form, other=self.opened(other)))


@dataclass(frozen=True, slots=True)
class ShownAgain:
    """Why an act did not come to be, and its form with every word of it."""

    why: Refusal
    form: Form


def offered(
    named: Iterable[str],
    fields: Callable[[str], tuple[Field, ...]],
    drafts: Mapping[str, Draft],
    usual: Callable[[str], Typed],
    wrong: Form | None,
) -> Sequence[Form]:
    """The forms of the acts that are named, with what somebody typed last, else what is usual; `wrong` as it came."""
    forms = []
    for do, letter in zip(named, LETTERS, strict=False):
        draft = drafts.get(do)
        typed, version = draft or (usual(do), 0)
        form = Form(do, fields(do), typed, letter, draft is not None, version=version)
        forms.append(replace(wrong, letter=letter) if wrong is not None and wrong.do == do else form)
    return forms


async def keep(request: web.Request, filled: Filled) -> Kept:
    """Keep what is typed as its author's draft, unless another open form wrote into it meanwhile."""
    context = request.app[CONTEXT]
    typed, now = filled.kept_as(filled.typed), context.clock.now()
    return await lookup.keep(context.pool, filled.key, typed, now, request.app[REDACTION], form_of(filled.sent))


def form_of(sent: Typed) -> OpenForm:
    """The open form that was sent, and the version of the draft which it has seen."""
    return OpenForm(sent.get("act_key", ""), int(_number(sent.get("drafted", "")) or 0))


async def keep_typed(request: web.Request, filled: Filled) -> web.Response:
    """Answer a page that keeps what is typed."""
    return kept_or_not(await keep(request, filled))


def kept_or_not(kept: Kept) -> web.Response:
    """Answer 204 for what was kept, and 409 where another open form wrote into the draft meanwhile."""
    return web.Response(status=204 if kept.other is None else 409)


def seen_before(sent: Typed, model: type[_Message]) -> _Message | None:
    """What the page showed its author, as the page says itself; it is shown to nobody else."""
    shown = sent.get("shown", "").encode(errors="replace")
    try:
        return None if crowded(shown) is not None else model.model_validate_json(shown)
    except ValidationError:
        return None


def seen_of(sent: Typed) -> Mapping[str, int]:
    """What its author saw, as an act says it."""
    known = _number(sent.get("seen", ""))
    return {"if_seen": int(known)} if known else {}


def _number(said: str) -> str:
    return said if said.isascii() and said.isdigit() and len(said) <= _LONGEST_VERSION else ""


async def submit(request: web.Request, filled: Filled, version: Version) -> TakenAct | ShownAgain:
    """Do it as it was typed, which is a draft until it stands; otherwise why it did not come to be, and its form."""
    pool, now = request.app[CONTEXT].pool, request.app[CONTEXT].clock.now()
    kept = await keep(request, filled) if filled.keeps else Kept(0)
    is_as_seen = await version() == filled.seen
    if (why := stays(filled, kept, is_as_seen=is_as_seen)) is not None:
        return filled.refused(why, kept)
    act = _read(request, filled)
    if isinstance(act, Refusal):
        return filled.refused(act, kept)
    given = filled.sent.get("act_key") or str(uuid4()) if filled.named is None else await filled.named(act)
    taken = await say(request.app, request[WHO], own_name(given, "act_key", 422), act, now)
    if filled.keeps:
        await lookup.submit(pool, filled.key, taken.id, now)
    refused = await _became(request, taken.id, version, filled.seen if is_as_seen else None)
    return taken if refused is None else filled.refused(refused, kept)


def of_page(reason: str) -> Refusal:
    """Why a page shows a form again: no act was refused, and programs read no code of it."""
    return Refusal(_NO_CODE, None, reason)


def stays(filled: Filled, kept: Kept, *, is_as_seen: bool) -> Refusal | None:
    """Say why a form is shown again before anything is done; None for one that is to be done."""
    if kept.other is not None:
        return of_page(_TWO_DRAFTS)
    if filled.is_looked_at:
        return of_page(_LOOK) if is_as_seen else Refusal("changed_meanwhile", None, _MOVED)
    return None


def _read(request: web.Request, filled: Filled) -> OfficeAct | Refusal:
    """Read a form as the door of programs reads an act."""
    entrance, now = request.app[ENTRANCE], request.app[CONTEXT].clock.now()
    content = content_of(filled.do or filled.key.act, filled.asked, filled.sent, ZoneInfo(entrance.policy.office.zone))
    if isinstance(content, Refusal):
        return content
    return read(entrance.policy, request[WHO], dumped({**content, **filled.said}), now, keys_of(request))


async def _became(request: web.Request, act: str, version: Version, seen: str | None) -> Refusal | None:
    """Wait until the act was refused, or changed what was seen, or for long enough.

    `seen` is None where that had changed before: then nothing but a refusal tells what became of the act.
    """
    pool, loop = request.app[CONTEXT].pool, asyncio.get_running_loop()
    until = loop.time() + _PATIENCE
    moved = False
    while loop.time() < until:
        outcome = await acts.standing(pool, request[WHO], act, request.app[WORDS], request.app[CONTEXT].clock.now())
        if outcome is not None and outcome["state"] == "refused":
            return Refusal(outcome["code"], outcome["field"], outcome["reason"])
        changed = seen is not None and await version() != seen
        if not moved and outcome is not None and changed:
            moved, until = True, min(until, loop.time() + _GRACE)
        await asyncio.sleep(_LOOK_AGAIN)
    return None
