"""The kinds of day that a working-day calendar knows, each with the name that people know it by."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

if TYPE_CHECKING:
    from pydantic.main import TupleGenerator

WEEKDAY_NAMES: Final = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")


class Frozen(BaseModel):
    """A frozen value; copies of it, `dict` too, have its fields alone and nothing that was prepared from them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def __iter__(self) -> TupleGenerator:
        yield from ((name, value) for name, value in super().__iter__() if name in type(self).model_fields)

    def __copy__(self) -> Self:
        return self._fields_alone(super().__copy__())

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> Self:
        return self._fields_alone(super().__deepcopy__(memo))

    @classmethod
    def _fields_alone(cls, copied: Self) -> Self:
        for name in copied.__dict__.keys() - cls.model_fields.keys():
            del copied.__dict__[name]
        return copied


class WorkingDay(Frozen):
    """An ordinary Monday to Friday that is worked."""

    kind: Literal["working"] = "working"
    date: date
    name: str


class Weekend(Frozen):
    """A Saturday or Sunday that no notice touched; its name is 周六 or 周日."""

    kind: Literal["weekend"] = "weekend"
    date: date
    name: str


class Holiday(Frozen):
    """A day off by the year's notice; its name is the festival's."""

    kind: Literal["holiday"] = "holiday"
    date: date
    name: str


class MakeUpDay(Frozen):
    """A weekend day that is worked in return for a day off at the festival."""

    kind: Literal["make_up"] = "make_up"
    date: date
    name: Literal["调休上班"] = "调休上班"
    festival: str


class UnpublishedDay(Frozen):
    """A day whose notice is not published; ``works`` is what regulation and practice say of it, ``open`` for both."""

    kind: Literal["unpublished"] = "unpublished"
    date: date
    name: str
    works: Literal["yes", "no", "open"]


Day = Annotated[WorkingDay | Weekend | Holiday | MakeUpDay | UnpublishedDay, Field(discriminator="kind")]
