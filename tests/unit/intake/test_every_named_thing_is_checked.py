"""Whatever an action names is held against the policy and the calendar, whatever its field is called."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, get_args, get_type_hints

import pytest

from schemas.inbound import Action
from schemas.values import CategoryCode, Contact, DepartmentCode, Instant, Place, Position, Upstream
from services.intake.core import checks

NAMING: Final = (DepartmentCode, CategoryCode, Place, Contact, Upstream, Instant, Position)


def _actions(model: type[Action] = Action) -> Iterator[type[Action]]:
    for below in model.__subclasses__():
        yield from _actions(below)
        if below.type_name:
            yield below


def _parts(hint: Any) -> Iterator[Any]:
    yield hint
    for part in get_args(hint):
        yield from _parts(part)


@pytest.mark.parametrize("model", list(_actions()), ids=lambda model: model.__name__)
def test_no_field_that_names_something_goes_unchecked(model: type[Action]) -> None:
    hints = get_type_hints(model, include_extras=True)
    naming = {name for name in model.model_fields if any(part in NAMING for part in _parts(hints[name]))}

    assert naming <= {name for name, _ in checks._TESTS[model]}
