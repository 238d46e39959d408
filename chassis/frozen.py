"""Frozen values: changed only by making another one."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

_From = TypeVar("_From")
_Made = TypeVar("_Made")
_With = ParamSpec("_With")


def remembered(make: Callable[Concatenate[_From, _With], _Made]) -> Callable[Concatenate[_From, _With], _Made]:
    """Keep on a frozen value what a pure function made of it last, for whoever asks again with equal arguments.

    It is kept where `cached_property` keeps what it made: not compared, not written, and gone from a changed value.
    """
    name = f"{make.__module__}.{make.__qualname__}"

    @wraps(make)
    def made(value: _From, /, *args: _With.args, **named: _With.kwargs) -> _Made:
        known = value.__dict__.get(name)
        if known is not None and known[0] == args and known[1] == named:
            return known[2]  # type: ignore[no-any-return]
        found = make(value, *args, **named)
        value.__dict__[name] = args, named, found
        return found

    return made


if TYPE_CHECKING:
    from dataclasses import replace as replace  # noqa: PLC0414 - handed on: type checkers know which fields it may change
else:
    _V = TypeVar("_V")

    def replace(value: _V, /, **changes: Any) -> _V:
        """Make another value with some fields changed, without naming all others anew as `dataclasses.replace` does."""
        fields = type(value).__dataclass_fields__
        if not changes.keys() <= fields.keys():
            unknown = changes.keys() - fields.keys()
            raise TypeError(f"{type(value).__name__} has no field {', '.join(sorted(unknown))}")
        after = object.__new__(type(value))
        after.__dict__.update(value.__dict__)
        after.__dict__.update(changes)
        # What was prepared from the fields of the old one (`cached_property`) is none of the new one's.
        if len(after.__dict__) > len(fields):
            for name in after.__dict__.keys() - fields.keys():
                del after.__dict__[name]
        return after
