"""Frozen values: changed only by making another one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

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
