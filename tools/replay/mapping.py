"""What the columns of a file mean, as data: each field of a report is a rule over one row."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self
from zoneinfo import ZoneInfo

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from rulebook.expected import expected_of
from schemas.files import read_yaml
from tools.errors import SaidClearly

MAPPINGS: Final = Path(__file__).with_name("mappings")
Row = Mapping[str, str]
_FIRST_OF_EXCEL: Final = datetime(1899, 12, 30)  # noqa: DTZ001 - gets the zone of the file


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Steps(_Model):
    """Hours between two columns, as a word: the first step that they do not exceed."""

    since: str
    until: str
    up_to: tuple[tuple[float, str], ...]
    beyond: str


class FieldRule(_Model):
    """Where one field comes from: a constant, a column, a template over columns, or hours between two columns.

    Then, in this order: `search` keeps the first match of a pattern, `lookup` translates, `local_time` writes the
    instant with the file's zone, `longest` cuts. What is empty becomes `otherwise`, and without one the field is
    absent. A value that a rule cannot read stays as it is: the door is the one that refuses.
    """

    constant: Any = None
    column: str | None = None
    template: str | None = None
    steps: Steps | None = None
    search: str | None = None
    lookup: Mapping[str, str] = Field(default_factory=dict)
    local_time: bool = False
    longest: Annotated[int, Field(ge=1)] | None = None
    otherwise: Any = None

    @model_validator(mode="after")
    def _has_one_origin(self) -> Self:
        origins = (self.constant, self.column, self.template, self.steps)
        if sum(origin is not None for origin in origins) != 1:
            raise ValueError("a rule has exactly one of constant, column, template, steps")
        return self

    def columns(self) -> set[str]:
        """Name the columns that the rule reads."""
        spelled = re.findall(r"\{([^{}]+)\}", self.template or "")
        return {*spelled, *filter(None, [self.column]), *([self.steps.since, self.steps.until] if self.steps else [])}


class Duplicates(_Model):
    """Which rows say again what an earlier one said (`when` is `yes`), and which columns they share with it."""

    when: FieldRule
    same: Annotated[tuple[str, ...], Field(min_length=1)]

    def columns(self) -> set[str]:
        """Name the columns that the rule reads."""
        return {*self.when.columns(), *self.same}


class RecordedLife(_Model):
    """What a row says of the life of its case: who dealt with it, and when; the simulated parties keep to it."""

    handled_at: FieldRule | None = None
    """When the department replied."""
    due: FieldRule | None = None
    """By when it had to."""
    extended_to: FieldRule | None = None
    redo: FieldRule | None = None
    """`yes`: the requester was not content with the reply, and it was done again."""
    supervised: FieldRule | None = None
    """`yes`: a supervision order was issued when the case was dispatched."""
    transferred_to: FieldRule | None = None
    """The outside body to which the office transferred the case; nothing where it did not."""
    duplicate: Duplicates | None = None
    """Merged into the earlier case where the file holds that one, not accepted where it does not."""


class SameComplaint(_Model):
    """When rows of different people are one incident (多人同诉): how alike a column is, from 0 to 100, and how near."""

    column: str
    likeness: Annotated[float, Field(ge=50, le=100)]
    within: timedelta


LifeKind = Literal["recorded", "simulated", "claimed"]


class FileMapping(_Model):
    """How one kind of file is replayed.

    `life` says who answers. `recorded`: departments, office and callbacks, at the times of the row. `simulated`: the
    made-up district's people. `claimed`: departments, at once, and they claim the row's time. `speed` is virtual
    seconds in a second; without one the rows go in as fast as they can, by the real clock.
    """

    title: str
    zone: str
    encoding: str | None = None
    """Of a text file; without one it is UTF-8, or what is none GB18030, of which GBK is a part."""
    dates: tuple[str, ...] = ()
    """How moments are written where not in ISO 8601: patterns of strptime, or `excel` for the days of a workbook."""
    channel: Literal["hotline", "wechat"]
    policy: str | None = None
    """Folder, below the project's root, of the files in which this policy differs from the district's."""
    life: LifeKind
    speed: Annotated[float, Field(gt=1)] | None = None
    begins: datetime | None = None
    """Records from before this moment go in at once, and say when they really happened."""
    goes_on: timedelta = timedelta()
    """How long life goes on, by the clock of the replay, after the last record."""
    id: str
    at: str
    """The column that says when a record goes in."""
    fields: Mapping[str, FieldRule]
    recorded: RecordedLife = RecordedLife()
    same_complaint: SameComplaint | None = None

    def columns(self) -> set[str]:
        """Name every column that a file must have."""
        rules = [*self.fields.values(), *(rule for _, rule in self.recorded if rule is not None)]
        own = {self.id, self.at} | ({self.same_complaint.column} if self.same_complaint else set())
        return own.union(*(rule.columns() for rule in rules))

    def instant(self, text: str, shift: timedelta = timedelta()) -> datetime | None:
        """Read a local time of the file; None for what is none."""
        for pattern in ("", *self.dates):
            try:
                found = _read(text, pattern)
            except (ValueError, OverflowError):
                continue
            return (found if found.tzinfo else found.replace(tzinfo=ZoneInfo(self.zone))) + shift
        return None

    def value(self, rule: FieldRule, row: Row, shift: timedelta = timedelta()) -> Any:
        """Apply a rule to a row; None where there is nothing."""
        if rule.constant is not None:
            return rule.constant
        text = self._origin(rule, row).strip()
        if rule.search and text:
            found = re.search(rule.search, text)
            text = found.group() if found else ""
        if rule.lookup:
            text = rule.lookup.get(text, text if rule.otherwise is None else "")
        if not text:
            return rule.otherwise
        if rule.local_time and (moment := self.instant(text, shift)) is not None:
            text = moment.isoformat()
        return text[: rule.longest]

    def _origin(self, rule: FieldRule, row: Row) -> str:
        if rule.steps is not None:
            return self._step(rule.steps, row)
        if rule.template is not None:
            return re.sub(r"\{([^{}]+)\}", lambda name: row[name.group(1)], rule.template)
        return row[rule.column or ""]

    def _step(self, steps: Steps, row: Row) -> str:
        since, until = self.instant(row[steps.since]), self.instant(row[steps.until])
        if since is None or until is None:
            return steps.beyond
        hours = (until - since) / timedelta(hours=1)
        return next((word for limit, word in steps.up_to if hours <= limit), steps.beyond)


def _read(text: str, pattern: str) -> datetime:
    """Read a moment by a pattern, `excel`, or ISO 8601 where there is none; ValueError where it is none."""
    if pattern == "excel":
        return _FIRST_OF_EXCEL + timedelta(seconds=round(float(text) * 86_400))
    # What has no zone gets that of the file.
    return datetime.strptime(text, pattern) if pattern else datetime.fromisoformat(text)  # noqa: DTZ007


def known_mappings() -> list[str]:
    """Name the mappings that come with the project."""
    return sorted(path.stem for path in MAPPINGS.glob("*.yaml"))


def load_mapping(name: str) -> FileMapping:
    """Read a mapping by its name, or from a file of one's own; says clearly what is wrong with it."""
    path = Path(name) if name.endswith((".yaml", ".yml")) else MAPPINGS / f"{name}.yaml"
    try:
        return FileMapping.model_validate(read_yaml(path))
    except FileNotFoundError:
        raise SaidClearly(f"没有映射 {name}，有的是 {'、'.join(known_mappings())}。") from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise SaidClearly(f"{path} 的 {'.'.join(map(str, first['loc']))} 不可用，应为{expected_of(first)}。") from None
    except yaml.YAMLError as error:
        raise SaidClearly(f"{path} 不是 YAML：{error}") from None
