"""Whose something is, as one word: `department:housing`, `office:p-xu`, `unit:unit-01`, `requester` or `centre`."""

from __future__ import annotations

from typing import Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from schemas.values import DepartmentCode

_DEPARTMENT = "department"


class Owner(str):
    """Who owes something, holds a ticket or is told: a kind of party and, after a colon, which one of that kind.

    On the wire it is the plain string.
    """

    __slots__ = ()

    @classmethod
    def of(cls, kind: str, code: str | None = None) -> Owner:
        """The owner of a kind; without a code where there is only one of it."""
        return cls(kind if code is None else f"{kind}:{code}")

    @classmethod
    def of_department(cls, code: DepartmentCode) -> Owner:
        """A department as an owner."""
        return cls(f"{_DEPARTMENT}:{code}")

    @property
    def kind(self) -> str:
        """Which kind of party it is."""
        return self.partition(":")[0]

    @property
    def code(self) -> str | None:
        """Which one of its kind; None where there is only one."""
        return self.partition(":")[2] or None

    @property
    def department(self) -> DepartmentCode | None:
        """The department's code, or None where the owner is none."""
        kind, _, code = self.partition(":")
        return code if kind == _DEPARTMENT else None

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: type[Any], _handler: GetCoreSchemaHandler) -> CoreSchema:
        """A string on the wire, an owner in code."""
        return core_schema.no_info_after_validator_function(cls, core_schema.str_schema())
