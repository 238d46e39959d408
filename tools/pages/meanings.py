"""What the messages and fields of the contract mean, in Chinese and English: from fields.yaml and the vocabulary."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from schemas.files import read_yaml
from schemas.inbound import Action
from schemas.message import Message
from schemas.naming import snake_case
from vocabulary import ACTIONS, FACTS, FIELDS

_FILE: Final = Path(__file__).with_name("fields.yaml")


class Described(NamedTuple):
    """What a message or a field means, in both languages, and its unit."""

    zh: str
    en: str
    unit: str | None = None

    @classmethod
    def of_field(cls, model: str, field: str) -> Described | None:
        """Say what a field of a model means; None where nothing is said of it, as of fields that stay inside."""
        table = words()["fields"]
        found = table.get(f"{model}.{field}", table.get(field))
        if found is None:
            return None
        zh = found.get("zh") or FIELDS.get(f"{snake_case(model)}.{field}") or FIELDS.get(field)
        return None if zh is None else cls(zh, found["en"], found.get("unit"))

    def as_schema(self) -> dict[str, str]:
        """The title and description of a JSON Schema."""
        unit = f" ({self.unit})" if self.unit else ""
        return {"title": self.zh, "description": f"{self.en[0].upper()}{self.en[1:]}{unit}."}


def described(model: type[Message]) -> Described:
    """Say what a message means: the English is its docstring."""
    en = "\n".join(line.strip() for line in (model.__doc__ or "").strip().splitlines())
    known: dict[str, str] = words()["messages"]
    if model.__name__ in known:
        return Described(known[model.__name__], en)
    if issubclass(model, Action):
        return Described(ACTIONS[str(model.model_fields["do"].default)], en)
    return Described(FACTS.get(model.type_name, model.type_name), en)


@cache
def words() -> Any:
    """Read fields.yaml."""
    return read_yaml(_FILE)
