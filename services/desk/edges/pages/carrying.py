"""What was typed into a form that could not be taken yet: carried past the login, back to where it was typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from aiohttp import web

from chassis.problems import HttpProblem
from doors.pages import form_of, is_from_elsewhere
from services.desk.edges.pages.showing import show
from vocabulary import FIELDS

RESUMED: Final = "resumed"
"""The field by which a form says that it comes back to be looked at, and does nothing."""
_TO: Final = "carried_to"
_TYPED: Final = "carried."
_OWN: Final = frozenset({"token", "act_key", "seen", "shown", "next", "drafted", "at_once", "keys", RESUMED})
"""Fields that a page says itself."""


class Carried(NamedTuple):
    """A form as it was sent, and where it was sent to."""

    to: str
    fields: Mapping[str, str]


async def carried_off(request: web.Request) -> Carried | None:
    """What this request wants taken, as it is carried on; None for what is no form, or comes from another site."""
    try:
        form = {} if is_from_elsewhere(request) else await form_of(request)
    except HttpProblem:
        return None
    return Carried(request.path_qs, form) if form else None


async def carried_on(request: web.Request) -> Carried | None:
    """What the form of a login, or of whose hand it is, has carried so far."""
    found = await carried_off(request)
    if found is None:
        return None
    to = found.fields.get(_TO, "")
    inside = to.startswith("/") and not to.startswith("//") and "\\" not in to and to.isprintable()
    typed = {name.removeprefix(_TYPED): said for name, said in found.fields.items() if name.startswith(_TYPED)}
    return Carried(to, typed) if inside and typed else None


def resume(request: web.Request, carried: Carried) -> web.Response:
    """Go on with what was carried: a page whose one form takes it back, by itself where scripts run."""
    return show(request, "resume.html", carried=carried)


async def typed_in(request: web.Request) -> Mapping[str, str]:
    """What somebody typed into a form that was not taken, by what its fields are called: so that it can be copied."""
    carried = await carried_off(request)
    said = {} if carried is None else carried.fields
    named = {name: text for name, text in said.items() if name not in _OWN and text.strip()}
    return {FIELDS.get(name, name): text for name, text in named.items()}
