"""Whatever an action names is held against the policy and the calendar, whatever its field is called."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, get_args, get_type_hints

import pytest
from pydantic import BaseModel

from schemas.inbound import Action
from schemas.values import CategoryCode, Contact, DepartmentCode, Instant, Place, TicketId, Upstream
from services.intake.core import checks

NAMING: Final = (TicketId, DepartmentCode, CategoryCode, Place, Contact, Upstream, Instant)
ELSEWHERE: Final = {"tickets"}
"""Each of many tickets is asked to join by itself, and answered by itself."""
INSIDE: Final = {
    "parts": {"category"},
    "position": {"at"},
    "problems": {"accused", "category", "place", "suggested_department", "upstream"},
    "record": {"spoken_at"},
}
"""What the check of a field that is made of others looks at inside of it."""


class Since(BaseModel):
    since: Instant


class Moved(BaseModel):
    """What nobody foresaw."""

    from_where: Place | None = None
    others: tuple[TicketId, ...] = ()
    spans: tuple[Since, ...] = ()


def _actions(model: type[Action] = Action) -> Iterator[type[Action]]:
    for below in model.__subclasses__():
        yield from _actions(below)
        if below.type_name:
            yield below


def _parts(hint: Any) -> Iterator[Any]:
    yield hint
    if hint not in NAMING:
        for part in get_args(hint):
            yield from _parts(part)


def _naming(model: type[BaseModel], above: str = "") -> Iterator[str]:
    """The fields of a model, and of what it is made of, that name something."""
    hints = get_type_hints(model, include_extras=True)
    for name in model.model_fields:
        parts = list(_parts(hints[name]))
        if any(part in NAMING for part in parts):
            yield above + name
            continue
        for part in parts:
            if isinstance(part, type) and issubclass(part, BaseModel):
                yield from _naming(part, f"{above}{name}.")


@pytest.mark.parametrize("model", list(_actions()), ids=lambda model: model.__name__)
def test_no_field_that_names_something_goes_unchecked(model: type[Action]) -> None:
    checked = {name for name, _ in checks._TESTS[model]}
    inside = {f"{name}.{each}" for name in checked & INSIDE.keys() for each in INSIDE[name]}

    assert set(_naming(model)) <= checked | inside | ELSEWHERE


def test_a_field_is_found_whatever_it_is_called_and_however_deep_it_stands() -> None:
    assert set(_naming(Moved)) == {"from_where", "others", "spans.since"}
