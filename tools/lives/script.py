"""A life as it is written down: who says what at which moment, and what is told of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from rulebook import Policy
from schemas.attachments import Attached
from schemas.envelope import Envelope
from schemas.files import read_yaml
from schemas.inbound import Action
from schemas.message import contracts
from schemas.public import ReceiptGiven, ReceiptRefused
from schemas.rules import RulesFact
from schemas.values import Party, PartyKind
from services.desk.for_tools import SOURCE
from services.dispatch.for_tools import Guess
from services.intake.for_tools import KnownAttachment
from tools.layout import ROOT
from tools.lives.town import OnTopic, Town
from worktime import Calendar

_ZONE: Final = ZoneInfo("Asia/Shanghai")
_PEOPLE: Final = frozenset({"by", "agent", "handler"})
_SOURCES: Final[Mapping[str, str]] = {
    "hotline": "call-centre/1",
    "survey": "survey-app/1",
    "wechat": "wechat/1",
    "city": "city-platform/1",
    "citizen": "door/citizen",
    "callback": "callback-agency/1",
    "office": SOURCE,
}


def _moment(there: datetime) -> datetime:
    return there.replace(tzinfo=_ZONE)


class LifeError(ValueError):
    """An act of a script that the services do not take as it says; the next step is to mend the script."""


class _Written(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ScriptedAct(_Written):
    """Somebody says something: who (a party, or the code of a department), what it is, and its content.

    `label` is what later acts call what this one makes; `refused` is the code that it is refused with. What the broker
    had at its moment the door may have `heard` later.
    """

    at: Annotated[datetime, BeforeValidator(_moment)]
    heard: Annotated[datetime, BeforeValidator(_moment)] | None = None
    who: str
    does: str
    label: str | None = Field(default=None, alias="as")
    refused: str | None = None
    says: Mapping[str, Any] = {}


class GuessOf(_Written):
    """What the classifier says of a text."""

    category: str | None
    score: float
    certain: bool = False
    alternatives: tuple[str, ...] = ()


class UploadOf(_Written):
    """What a party, or a department by its code, uploaded before it is named."""

    by: str
    attachment: Attached


class Life(_Written):
    """A story: what it is, in what its policy differs from the shipped one, whom notices do not reach, who says what.

    `people` are the ids of persons that no policy names, by name; `uploads` is what was uploaded, by what acts call it.
    It goes on until `until`. Of one that is not told `whole` stands what no life before it says.
    """

    title: str
    whole: bool = False
    people: Mapping[str, str] = {}
    automation: Mapping[str, Any] = {}
    departments: Mapping[str, Mapping[str, Any]] = {}
    guesses: Mapping[str, GuessOf] = {}
    fails: Mapping[str, tuple[str, ...]] = {}
    uploads: Mapping[str, UploadOf] = {}
    acts: tuple[ScriptedAct, ...]
    until: Annotated[datetime, BeforeValidator(_moment)]


def read(path: Path) -> Life:
    """Read a script; pydantic's error names what is wrong in it."""
    return Life.model_validate(read_yaml(path))


class _Stage:
    """Who and what the acts of one life may name."""

    def __init__(self, life: Life, policy: Policy) -> None:
        self.ids = {**{each.name: each.id for each in policy.office.people}, **life.people}
        self.names: dict[str, str | Mapping[str, str]] = {
            name: {"id": each.attachment.id, "sha256": each.attachment.sha256} for name, each in life.uploads.items()
        }

    def filled(self, value: Any, field: str = "") -> Any:
        """Put what was made before into what is said now: `$name` stands for it, and a person for their id and name."""
        match value:
            case str() if field in _PEOPLE:
                return {"id": self.ids[value], "name": value}
            case str() if value.startswith("$"):
                head, dash, part = value[1:].partition("-")
                made = self.names[head]
                return made + dash + part if isinstance(made, str) else made
            case {"calendar": str(file), **more}:
                return {**self.filled(more), **_published(ROOT / file)}
            case dict():
                return {name: self.filled(each, name) for name, each in value.items()}
            case list():
                return [self.filled(each, field) for each in value]
            case _:
                return value

    def note(self, label: str, answers: Iterator[ReceiptGiven]) -> None:
        """Remember what an act made: its receipt, its tickets, its incident."""
        for given in answers:
            self.names[f"{label}.receipt"] = given.receipt
            made = (*given.tickets, *((given.incident,) if given.incident else ()))
            self.names |= {label if index == 1 else f"{label}.{index}": each for index, each in enumerate(made, 1)}


def lived(life: Life, policy: Policy, calendar: Calendar) -> list[OnTopic]:
    """Let a life happen, and return every record of it; LifeError names the act that did not go as written."""
    policy = _policy_of(life, policy)
    guesses = {
        text: Guess(each.category, each.score, "text", each.certain, each.alternatives)
        for text, each in life.guesses.items()
    }
    town, stage = Town(policy, calendar, guesses), _Stage(life, policy)
    town.fails = life.fails
    for each in life.uploads.values():
        found = each.attachment
        town.knows(KnownAttachment(found.id, str(_party(each.by)), found.sha256, found.size, found.media))
    for act in life.acts:
        before = len(town.said)
        answers = _happens(town, stage, act)
        stage.note(act.label, iter(answers)) if act.label else None
        _as_written(act, town.said[before:])
    town.passes(life.until)
    return town.said


def _published(file: Path) -> dict[str, Any]:
    """A calendar in the holiday-cn format, as the desk publishes it."""
    notice = json.loads(file.read_text("utf-8"))
    days = [{"name": each["name"], "date": each["date"], "off": each["isOffDay"]} for each in notice["days"]]
    return {"year": notice["year"], "papers": notice["papers"], "days": days, "version": str(notice["year"])}


def _policy_of(life: Life, policy: Policy) -> Policy:
    """The policy with what is otherwise in a life."""
    automation = policy.automation.model_validate({**policy.automation.model_dump(), **life.automation})
    departments = tuple(
        each.model_validate({**each.model_dump(), **life.departments.get(each.code, {})}) for each in policy.departments
    )
    directory = policy.directory.model_copy(update={"departments": departments})
    return policy.model_copy(update={"automation": automation, "directory": directory})


def _happens(town: Town, stage: _Stage, act: ScriptedAct) -> list[ReceiptGiven]:
    model = next((each for each in contracts().values() if _name_of(each) == act.does), None)
    if model is None:
        raise LifeError(f"{act.at}: nobody can {act.does}")
    message = model.model_validate(stage.filled(dict(act.says)))
    if isinstance(message, RulesFact):
        town.rules(message, f"{getattr(message, 'version', act.at.strftime('%Y%m%d'))}", act.at)
        return []
    party = _party(act.who)
    about = getattr(message, "ticket", None) or getattr(message, "incident", None)
    id_ = f"{act.does.replace('_', '-')}-{act.at:%Y%m%d-%H%M%S}"
    source = _SOURCES.get(act.who, f"{act.who}/oa")
    envelope = Envelope(id_, source, model.type_name, act.at, about or "")
    if act.heard is not None:
        town.passes(act.heard)
    said = town.takes(party, envelope, about or id_, message, act.at)
    return [each.message for each in said if isinstance(each.message, ReceiptGiven)]


def _party(who: str) -> Party:
    kind = who if who in _SOURCES else "department"
    return Party(kind=PartyKind(kind), department=None if kind == who else who)


def _name_of(model: Any) -> str:
    if issubclass(model, Action):
        return str(model.model_fields["do"].default) if "do" in model.model_fields else ""
    return model.type_name.split(".")[2].replace("-", "_") if issubclass(model, RulesFact) else ""


def _as_written(act: ScriptedAct, said: list[OnTopic]) -> None:
    asked = next((each.envelope.id for each in said if each.topic.startswith("liuhen.inbound.")), "")
    refused = [each.message for each in said if isinstance(each.message, ReceiptRefused)]
    codes = {each.code: each.reason for each in refused if each.submission == asked}
    if codes.keys() != ({act.refused} if act.refused else set()):
        why = "; ".join(f"{code}: {reason}" for code, reason in codes.items()) or "it was taken"
        raise LifeError(f"{act.at:%m-%d %H:%M} {act.who} {act.does}: {why}")
