"""The form of an act, from the fields of its message; and what was typed into it, as the act that was meant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Literal, NamedTuple, TypeAlias, Union, assert_never, get_args, get_origin

from pydantic import AwareDatetime, BaseModel, StringConstraints

from doors.refusals import Refusal, refusal
from rulebook import Policy
from rulebook.directory import Category, Department
from schemas.inbound import Action
from schemas.message import contracts
from schemas.naming import snake_case
from schemas.values import Inside, Person
from services.desk.core.acts import SPOKEN_FOR
from services.desk.core.naming import Named, meant
from vocabulary import FIELDS, NO, YES, table

_LONG: Final = 200
"""Characters from which on a text gets more than one line."""
_MOST: Final = 50
"""Names that are looked for in one field: nobody means more, and each costs a look at all that is known."""
_GIVEN: Final = frozenset({"by", "agent", "do", "ticket", "incident", "if_seen"})
"""What the page says by itself."""
_DEPARTMENTS: Final = frozenset(
    {"lead", "supporting", "department", "successor", "suggested", "suggested_department", "accused"}
)
_GROUNDS: Final = {
    "refuse_ticket": "not_accepted",
    "review": "sent_back",
    "look_at_contact": "looking",
    "ask_for_contact": "looking",
    "request_return": "return",
    "request_extension": "extension",
    "request_suspension": "suspension",
}
_PERSON: Final = {"id": "工号", "name": "姓名"}
_BETWEEN: Final = ("，", "、", ";", "；", "\n")


@dataclass(frozen=True, slots=True)
class Words:
    """A text; `long` where it may have several lines."""

    long: bool


@dataclass(frozen=True, slots=True)
class YesNo:
    """A yes or a no, in the words of the field."""

    yes: str
    no: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few codes, shown by their words."""

    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of many things that are typed by name."""

    known: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class SeveralOf:
    """Several of many things that are typed by name."""

    known: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment in the zone of the office."""


@dataclass(frozen=True, slots=True)
class Number:
    """A whole number."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Several texts, one a line."""


@dataclass(frozen=True, slots=True)
class Files:
    """Files that were uploaded, each as its id, a colon and its SHA-256, with blanks between them."""


Kind: TypeAlias = Words | YesNo | Choice | OneOf | SeveralOf | Moment | Number | Lines | Files


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form: the way to it in the message, what it is called, what is typed there, what stands there."""

    path: tuple[str, ...]
    label: str
    kind: Kind
    required: bool
    usual: str = ""

    @property
    def name(self) -> str:
        """The name under which a form sends it."""
        return ".".join(self.path)


class FormFor(NamedTuple):
    """Of which act a form is made, under which policy, on which day, and for which department; None for the office."""

    do: str
    policy: Policy
    at: datetime
    department: str | None


@cache
def acts() -> Mapping[str, type[Action]]:
    """Every act that can be said at the desk by its name."""
    spoken = {*SPOKEN_FOR}
    models = (model for model in contracts().values() if issubclass(model, Action) and model.spoken_by & spoken)
    return {str(model.model_fields["do"].default): model for model in models if "do" in model.model_fields}


def fields_of(do: str, policy: Policy, at: datetime, department: str | None = None) -> tuple[Field, ...]:
    """List what a person types for an act; KeyError for what is no act at the desk."""
    return tuple(_fields(acts()[do], (), FormFor(do, policy, at, department)))


def _fields(model: type[BaseModel], way: tuple[str, ...], asked: FormFor) -> Iterator[Field]:
    for name, info in model.model_fields.items():
        if (not way and name in _GIVEN) or Inside.ALONE in info.metadata:
            continue
        inner, longest, optional = _core(info.annotation, 0, info.metadata)
        path = (*way, name)
        if inner is Person:
            words = ((part, FIELDS[name] + word) for part, word in _PERSON.items())
            yield from (Field((*path, part), word, Words(long=False), required=False) for part, word in words)
            continue
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from _fields(inner, path, asked)
            continue
        usual = info.default if isinstance(info.default, bool) else None
        said = str(info.default) if isinstance(info.default, str) else ""
        said = said if usual is None else "yes" if usual else "no"
        kind = _kind(path, inner, longest, asked)
        yield Field(path, FIELDS[".".join(path)], kind, info.is_required() and not optional and not way, said)


def _core(annotation: Any, longest: int, metadata: Sequence[Any] = ()) -> tuple[Any, int, bool]:
    """The type behind constraints, how long a text may be, and whether nothing may be given for it."""
    for each in metadata:
        longest = max(longest, getattr(each, "max_length", 0) or 0) if not _is_pattern(each) else longest
    if get_origin(annotation) is Annotated:
        inner, *constraints = get_args(annotation)
        return _core(inner, longest, constraints)
    if get_origin(annotation) in (Union, UnionType):
        (inner,) = (each for each in get_args(annotation) if each is not NoneType)
        found, longest, _ = _core(inner, longest)
        return found, longest, True
    return (datetime if annotation is AwareDatetime else annotation), longest, False


def _is_pattern(constraint: object) -> bool:
    return isinstance(constraint, StringConstraints) and constraint.pattern is not None


def _kind(path: tuple[str, ...], kind: Any, longest: int, asked: FormFor) -> Kind:
    name, several = path[-1], get_origin(kind) is tuple
    if known := _known(name, asked.policy, asked.at):
        return SeveralOf(known) if several else OneOf(known)
    if name == "section" and (sections := _sections(asked)):
        return Choice(tuple((each, each) for each in sections))
    if name == "ground" and asked.do in _GROUNDS:
        return Choice(tuple((each.code, each.name) for each in asked.policy.grounds.by_act()[_GROUNDS[asked.do]]))
    if kind is bool:
        return YesNo(YES[".".join(path)], NO[".".join(path)])
    if words := _words(name, kind):
        return Choice(words)
    plain: Mapping[Any, Kind] = {datetime: Moment(), int: Number()}
    many: Kind = Files() if name == "attachments" else Lines()
    return many if several else plain.get(kind, Words(longest > _LONG))


def _words(name: str, kind: Any) -> tuple[tuple[str, str], ...]:
    """The codes that a field may have, with their words; nothing where it is no matter of codes."""
    if isinstance(kind, type) and issubclass(kind, Enum):
        words = table(snake_case(kind.__name__))
        return tuple((str(each.value), words[str(each.value)]) for each in kind)
    return tuple(table(name).items()) if get_origin(kind) is Literal else ()


def _sections(asked: FormFor) -> Sequence[str]:
    found = asked.policy.department(asked.department) if asked.department else None
    return found.sections if found is not None else ()


def _known(name: str, policy: Policy, at: datetime) -> tuple[Named, ...]:
    day = policy.day(at)
    if name in _DEPARTMENTS:
        return tuple(named(each) for each in policy.departments if each.valid_on(day))
    if name == "category":
        return tuple(named(each) for each in policy.categories if each.valid_on(day))
    return tuple(Named(each.code, (each.name,)) for each in policy.outside) if name == "to" else ()


def named(thing: Department | Category) -> Named:
    """What a department or a category is called."""
    also = thing.also if isinstance(thing, Department) else (thing.path,)
    return Named(thing.code, (thing.name, *also))


def content_of(do: str, fields: Sequence[Field], typed: Mapping[str, str], zone: tzinfo) -> dict[str, Any] | Refusal:
    """Make the content of an act of what was typed, moments without a zone being of this one.

    A Refusal names the field of what nobody can mean.
    """
    content: dict[str, Any] = {"do": do}
    for field in fields:
        said = typed.get(field.name, "").replace("\r\n", "\n").strip()
        if not said:
            continue
        value = _value(field, said, zone)
        if isinstance(value, Refusal):
            return value
        place = content
        for part in field.path[:-1]:
            place = place.setdefault(part, {})
        place[field.path[-1]] = value
    return content


def _value(field: Field, said: str, zone: tzinfo) -> Any | Refusal:
    match field.kind:
        case Words() | Choice():
            return said
        case YesNo():
            return said == "yes"
        case OneOf(known):
            return meant(said, known, field.name, field.label)
        case SeveralOf(known):
            return _several(field, known, _parts(said))
        case Files():
            return [{"id": id_, "sha256": sha256} for id_, _, sha256 in (each.partition(":") for each in said.split())]
        case Moment() | Number() | Lines():
            return _measured(field, field.kind, said, zone)
        case _:
            assert_never(field.kind)


def _measured(field: Field, kind: Moment | Number | Lines, said: str, zone: tzinfo) -> Any | Refusal:
    match kind:
        case Moment():
            return _moment(field, said, zone)
        case Number():
            if said.isascii() and said.isdigit() and len(said) < len("1000000"):
                return int(said)
            return refusal("bad_number", field.name, f"{field.label}应为整数。", "请只写数字。")
        case Lines():
            return said.splitlines()
        case _:
            assert_never(kind)


def _several(field: Field, known: Sequence[Named], parts: Sequence[str]) -> list[str] | Refusal:
    if len(parts) > _MOST:
        words = f"{field.label}写了 {len(parts)} 个，一次最多 {_MOST} 个。"
        return refusal("wrong_count", field.name, words, "请只留下要写的，再提交。")
    codes = []
    for part in parts:
        code = meant(part, known, field.name, field.label)
        if isinstance(code, Refusal):
            return code
        codes.append(code)
    return codes


def _parts(said: str) -> list[str]:
    for mark in _BETWEEN:
        said = said.replace(mark, ",")
    return [part.strip() for part in said.split(",") if part.strip()]


def _moment(field: Field, said: str, zone: tzinfo) -> str | Refusal:
    try:
        found = datetime.fromisoformat(said)
    except ValueError:
        words = f"{field.label}应为日期和时间，如 2026-09-18T15:00。"
        return refusal("bad_moment", field.name, words, "请改正后再提交。")
    return (found if found.tzinfo else found.replace(tzinfo=zone)).isoformat()
