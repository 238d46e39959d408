"""Who may do what on the broker, made from the topics file alone: users, access rules and quotas."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from schemas.layout import ONE_MACHINE, Layout
from schemas.registry import ANSWERED, Topic, TopicKind, roles, topics
from schemas.values import Party, PartyKind

ADMIN: Final = "admin"
"""Who makes topics, users and rights: the broker's own user, and the only one to whom nothing is forbidden."""
OPERATORS: Final = "operators"
"""Who watches: reads everything and writes nothing."""
DESK: Final = "desk"
"""The door of persons: it alone speaks for the office, in the name of who is logged in there."""
INTAKE: Final = "intake"
"""The door at which receipts open: it alone speaks for citizens, each at the page of their own."""
LETTERS: Final = "letters"
"""Who puts dead letters back where they came in."""
ALL_TOPICS: Final = "liuhen."
EVERY: Final = "*"


_READ_AGAIN: Final = (TopicKind.INTERNAL, TopicKind.PUBLIC)
"""Of these whoever writes them may read what it said: its database may have been restored from an older copy."""


class PrincipalKind(StrEnum):
    """What a user of the broker is: one of our services, somebody outside, or whoever runs the system."""

    SERVICE = "service"
    CLIENT = "client"
    OPERATOR = "operator"


class Resource(StrEnum):
    """What rights are about."""

    TOPIC = "topic"
    GROUP = "group"
    TRANSACTIONAL_ID = "transactional_id"


class Operation(StrEnum):
    """What may be done with it; who may read or write may also describe."""

    READ = "read"
    WRITE = "write"
    DESCRIBE = "describe"


class Grant(NamedTuple):
    """One access rule; `prefix` means all whose name begins like this."""

    principal: str
    operation: Operation
    resource: Resource
    name: str
    prefix: bool = False

    def covers(self, operation: Operation, resource: Resource, name: str) -> bool:
        """Whether this rule alone allows an operation."""
        implied = operation is Operation.DESCRIBE and self.operation in (Operation.READ, Operation.WRITE)
        named = name.startswith(self.name) if self.prefix else self.name in (name, EVERY)
        return resource is self.resource and (implied or operation is self.operation) and named


@dataclass(frozen=True, slots=True)
class Principal:
    """One user of the broker, with all that is granted to it and how much it may send."""

    name: str
    kind: PrincipalKind
    grants: tuple[Grant, ...]
    bytes_per_second: int | None = None

    def may(self, operation: Operation, resource: Resource, name: str) -> bool:
        """Whether the broker has to allow an operation."""
        return any(grant.covers(operation, resource, name) for grant in self.grants)


def principal_of(party: Party) -> str:
    """Name the user by which a party speaks and hears; the persons of the office do so through their door."""
    if party.kind is PartyKind.OFFICE:
        return DESK
    if party.kind is PartyKind.CITIZEN:
        return INTAKE
    return f"department.{party.department}" if party.department else party.kind.value


def own_prefix(principal: str) -> str:
    """Begin the names of groups and transactions of a client: codes have no dots, so that no prefix begins another."""
    return f"{principal}."


def principals(departments: Iterable[str], layout: Layout = ONE_MACHINE) -> tuple[Principal, ...]:
    """List every user that the broker must have for these departments, except its own, sorted by name."""
    codes = sorted(departments)
    known = topics(codes)
    found = []
    for row in roles():
        names = codes if "{department}" in row["name"] else ANSWERED if "{channel}" in row["name"] else ("",)
        for code in names:
            name, kind = row["name"].format(department=code, channel=code), PrincipalKind(row["kind"])
            grants = tuple(sorted({*_on_topics(name, row.get("writes"), known), *_on_names(name, kind, layout)}))
            found.append(Principal(name, kind, grants, row.get("bytes_per_second")))
    return tuple(sorted(found, key=lambda each: each.name))


def _on_topics(name: str, writes: str | None, known: Iterable[Topic]) -> Iterator[Grant]:
    for topic in known:
        if name in topic.writers or topic.kind is (TopicKind(writes) if writes else None):
            yield Grant(name, Operation.WRITE, Resource.TOPIC, topic.name)
        if name in topic.readers or (name in topic.writers and topic.kind in _READ_AGAIN):
            yield Grant(name, Operation.READ, Resource.TOPIC, topic.name)


def _on_names(name: str, kind: PrincipalKind, layout: Layout) -> Iterator[Grant]:
    match kind:
        case PrincipalKind.SERVICE:
            yield Grant(name, Operation.READ, Resource.GROUP, layout.group(name))
        case PrincipalKind.CLIENT:
            yield Grant(name, Operation.READ, Resource.GROUP, own_prefix(name), prefix=True)
            yield Grant(name, Operation.WRITE, Resource.TRANSACTIONAL_ID, own_prefix(name), prefix=True)
        case PrincipalKind.OPERATOR if name == OPERATORS:
            yield Grant(name, Operation.READ, Resource.TOPIC, ALL_TOPICS, prefix=True)
            yield Grant(name, Operation.DESCRIBE, Resource.GROUP, EVERY)
        case PrincipalKind.OPERATOR:
            pass
