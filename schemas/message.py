"""The one base of everything that is put on a topic."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict

from schemas.naming import kebab_case

MODELS: dict[str, type[Message]] = {}
"""Every type of message by its type name, such as `liuhen.dispatch.dispatched.v1`."""


class Message(BaseModel):
    """A message as plain business JSON; its type name travels in the envelope.

    A base class names its family once with `owner=`: under `class DispatchFact(Message, owner="dispatch")` the class
    `Dispatched` is `liuhen.dispatch.dispatched.v1`; `class DispatchedV2(DispatchFact, version=2)` is its second
    version, beside the first. Readers tolerate fields that they do not know.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    family: ClassVar[str] = ""
    type_name: ClassVar[str] = ""
    type_version: ClassVar[int] = 1
    counted_by: ClassVar[str] = ""
    """The field by which operations count messages of a type apart: an enumeration or a code, never free text."""
    told_apart_by: ClassVar[tuple[str, ...]] = ()
    """The fields that tell messages about one subject apart: of each the newest stays where a topic is compacted."""

    def __init_subclass__(cls, *, owner: str | None = None, version: int = 1, **kwargs: Any) -> None:
        """Take `owner` and `version` out of the class statement; pydantic hands them on below."""
        super().__init_subclass__(**kwargs)

    @classmethod
    def __pydantic_init_subclass__(cls, *, owner: str | None = None, version: int = 1, **kwargs: Any) -> None:
        """Enter a concrete message into the registry; a class that names an owner is the base of a family."""
        super().__pydantic_init_subclass__(**kwargs)
        if owner is not None:
            cls.family = owner
            return
        cls.type_version = version
        cls.type_name = f"liuhen.{cls.family}.{kebab_case(cls.__name__.removesuffix(f'V{version}'))}.v{version}"
        if cls.type_name in MODELS:
            msg = f"two messages are called {cls.type_name}"
            raise TypeError(msg)
        MODELS[cls.type_name] = cls

    if not TYPE_CHECKING:  # the checker's plugin knows which fields each message takes

        @classmethod
        def model_construct(cls, _fields_set: set[str] | None = None, **values: Any) -> Self:
            """Make a message of values that are known to fit, as pydantic's does, without a walk through its fields."""
            template = _template(cls)
            made = cls.__new__(cls)
            object.__setattr__(made, "__dict__", template | values)
            object.__setattr__(made, "__pydantic_fields_set__", set(values) if _fields_set is None else _fields_set)
            object.__setattr__(made, "__pydantic_extra__", None)
            object.__setattr__(made, "__pydantic_private__", None)
            return made

    def counted(self) -> str:
        """Tell what this message is counted under beside its type; empty where its type is enough."""
        return str(getattr(self, self.counted_by) or "") if self.counted_by else ""

    def to_json(self) -> bytes:
        """Write the message as UTF-8 JSON without absent fields."""
        return self.model_dump_json(exclude_none=True).encode()


@cache
def _template(model: type[Message]) -> dict[str, object]:
    """Every field of a message in order, with its default; None where it has to be given, and is left out if not."""
    return {name: None if field.is_required() else field.default for name, field in model.model_fields.items()}


def reason_of(message: Message) -> str | None:
    """Why its author did it, of a message that says so; None of one that has no reason, or none that was given."""
    # `getattr` with a default would have pydantic look for private attributes, and word an error, each time.
    reason: object = message.__dict__.get("reason")
    return reason if isinstance(reason, str) else None


def contracts() -> dict[str, type[Message]]:
    """Every message that is a contract, by type name: those of this package, not what a test or a toy made up."""
    return {name: model for name, model in sorted(MODELS.items()) if model.__module__.startswith("schemas.")}
