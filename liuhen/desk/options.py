"""Options of a command from the fields of an action, and the action from what was given for them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time
from enum import Enum
from inspect import Parameter
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Literal, NamedTuple, Protocol, Union, get_args, get_origin
from zoneinfo import ZoneInfo

import typer
from pydantic import AwareDatetime, BaseModel, ValidationError
from pydantic.fields import FieldInfo

from liuhen.desk import words
from schemas.attachments import NamedAttachment
from schemas.inbound import Action
from schemas.nearest import Coded
from schemas.values import Person, shown_fields
from services.intake.for_tools import reason_of
from tools.errors import SaidClearly

SPEAKER: Final = frozenset({"by", "agent"})
"""Fields that name whoever speaks."""

_DAY: Final = len("2026-01-01")


class Around(Protocol):
    """What the reading of options needs to know of the place where it is done."""

    @property
    def zone(self) -> ZoneInfo:
        """The zone that moments without one are in."""

    @property
    def closes(self) -> time:
        """The close of business."""

    def person(self, said: str) -> Person:
        """Tell who is meant; SaidClearly when nobody is."""

    def choices(self, field: str) -> Sequence[Coded]:
        """List what a field may say, by its name; nothing for a field that the rulebook has no list for."""


class Slot(NamedTuple):
    """A field of an action that can be given in a terminal: the way to it, its type, and whether it must be given."""

    path: tuple[str, ...]
    kind: Any
    required: bool
    default: Any = None

    @property
    def name(self) -> str:
        """The name of the parameter."""
        return "__".join(self.path)


def slots_of(action: type[Action]) -> list[Slot]:
    """List every field that somebody gives: all but the word for the action and the person who speaks."""
    return [slot for slot in _slots(action, (), required=True) if slot.path[0] not in SPEAKER | {"do"}]


def _slots(model: type[BaseModel], path: tuple[str, ...], *, required: bool) -> Iterator[Slot]:
    for name, field in shown_fields(model).items():
        kind, optional = _core(field.annotation)
        needed = required and field.is_required() and not optional
        place = (*path, name)
        if isinstance(kind, type) and issubclass(kind, BaseModel) and kind is not Person:
            yield from _slots(kind, place, required=needed)
        else:
            yield Slot(place, kind, needed, _default(field))


def _default(field: FieldInfo) -> Any:
    value = field.get_default(call_default_factory=True) if not field.is_required() else None
    return value if isinstance(value, bool | Enum | str) else None


def _core(annotation: Any) -> tuple[Any, bool]:
    """The type behind constraints, and whether nothing may be given for it."""
    if get_origin(annotation) is Annotated:
        return _core(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        (inner,) = (each for each in get_args(annotation) if each is not NoneType)
        return _core(inner)[0], True
    return (datetime if annotation is AwareDatetime else annotation), False


def parameters_of(action: type[Action]) -> list[Parameter]:
    """Return the parameters of an action's command, for typer to read."""
    return [_parameter(slot) for slot in slots_of(action)]


def _parameter(slot: Slot) -> Parameter:
    if slot.path == ("ticket",):
        argument = typer.Argument(metavar=words.label_of(slot.path), show_default=False)
        return Parameter(slot.name, Parameter.KEYWORD_ONLY, annotation=Annotated[str, argument])
    kind, names = _shown(slot)
    option = typer.Option(*names, help=_help(slot), show_default=False)
    given = Parameter.empty if slot.required else None
    wanted: Any = kind if slot.required else kind | None
    return Parameter(slot.name, Parameter.KEYWORD_ONLY, default=given, annotation=Annotated[wanted, option])


def _shown(slot: Slot) -> tuple[Any, tuple[str, ...]]:
    if slot.kind is bool:
        flag = words.flag_of(slot.path)
        return bool, (f"--{flag.yes[0]}/--{flag.no[0]}",)
    name = (words.option_of(slot.path),)
    if get_origin(slot.kind) is tuple:
        return list[str], name
    if slot.kind in (int, float) or get_origin(slot.kind) is Literal or _is_enum(slot.kind):
        return slot.kind, name
    return str, name


def _help(slot: Slot) -> str:
    label = words.label_of(slot.path)
    if slot.kind is bool:
        flag = words.flag_of(slot.path)
        return f"{label}：{flag.yes[1]}／{flag.no[1]}。"
    said = words.values_of(slot.kind, slot.path[-1])
    choices = "，".join(f"{code} {word}" for code, word in said.items())
    if get_origin(slot.kind) is tuple:
        of = _core(get_args(slot.kind)[0])[0]
        if of is NamedAttachment:
            return f"{label}：上传所得的编号和 sha256，以冒号连接，可以多次给出。"
        return f"{label}，可以多次给出{'，或用逗号隔开' if of is str else '；文字，或者一个 JSON 对象'}。"
    if slot.kind is datetime:
        return f"{label}，如 2026-09-18 或 2026-09-18T15:00；只有日期的，到当天下班。"
    return f"{label}：{choices}。" if choices else f"{label}。"


def _is_enum(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Enum)


def action_of(action: type[Action], given: Mapping[str, Any], speaker: Person | None, around: Around) -> Action:
    """Make the action that was meant; SaidClearly names the field that is wrong, in the door's own words."""
    document: dict[str, Any] = {name: speaker for name in SPEAKER & action.model_fields.keys() if speaker}
    for slot in slots_of(action):
        value = given.get(slot.name)
        if value is not None and value != []:
            _put(document, slot.path, _value(slot, value, around))
    try:
        return action.model_validate(document)
    except ValidationError as error:
        raise SaidClearly(words.at_terminal(reason_of(error, around.choices))) from None


def _put(document: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    for name in path[:-1]:
        document = document.setdefault(name, {})
    document[path[-1]] = value


def _value(slot: Slot, value: Any, around: Around) -> Any:
    if slot.kind is Person:
        return around.person(value)
    if slot.kind is datetime:
        return _moment(words.option_of(slot.path), value, around)
    if get_origin(slot.kind) is tuple:
        of = _core(get_args(slot.kind)[0])[0]
        if of is str:
            return tuple(part.strip() for each in value for part in each.replace("，", ",").split(",") if part.strip())
        return tuple(_part(words.option_of(slot.path), each, of) for each in value)
    return value


def _part(option: str, said: str, of: Any) -> Any:
    if of is NamedAttachment:
        id_, _, sha256 = said.partition(":")
        return {"id": id_, "sha256": sha256}
    if not said.lstrip().startswith("{"):
        return {"text": said}
    try:
        return json.loads(said)
    except ValueError:
        raise SaidClearly(f"{option} 不是合法的 JSON：{said}") from None


def _moment(option: str, said: str, around: Around) -> datetime:
    try:
        if len(said) == _DAY:
            return datetime.combine(date.fromisoformat(said), around.closes, around.zone)
        moment = datetime.fromisoformat(said)
    except ValueError:
        raise SaidClearly(f"{option} 应为时间，如 2026-09-18 或 2026-09-18T15:00，而不是 {said}。") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=around.zone)
