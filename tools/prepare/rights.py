"""Users and access rules of the broker: what stands there, what the registry grants, and the difference made true."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import Any, Final

from confluent_kafka import KafkaException
from confluent_kafka.admin import (
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialAlteration,
    UserScramCredentialDeletion,
    UserScramCredentialUpsertion,
)

from chassis.asking import answer_of
from chassis.broker import Broker
from schemas.principals import ADMIN, Grant, Operation, Principal, Resource
from tools.errors import SaidClearly
from tools.prepare.batches import batches
from tools.prepare.secrets import forget_secret, secret

ITERATIONS: Final = 4096
"""The least that Kafka takes: passwords are chance, which nobody guesses however fast."""

_PATIENCE: Final = 30.0  # seconds
_IN_FORCE_WITHIN: Final = 120.0  # seconds; on a machine that is busy, 30 were not enough
_LOOK_AGAIN: Final = 0.05  # seconds
_ANY_HOST: Final = "*"
_OPERATIONS: Final = {
    Operation.READ: AclOperation.READ,
    Operation.WRITE: AclOperation.WRITE,
    Operation.DESCRIBE: AclOperation.DESCRIBE,
}
_RESOURCES: Final = {
    Resource.TOPIC: ResourceType.TOPIC,
    Resource.GROUP: ResourceType.GROUP,
    Resource.TRANSACTIONAL_ID: ResourceType.TRANSACTIONAL_ID,
}


@dataclass(frozen=True, slots=True)
class Rights:
    """Users and access rules, as they stand or as they should."""

    users: frozenset[str]
    rules: frozenset[AclBinding]


NOTHING: Final = Rights(frozenset(), frozenset())


@dataclass(frozen=True, slots=True)
class RightsPlan:
    """What has to be made and what has to be taken away, so that the broker grants what the registry says."""

    new: Rights
    gone: Rights

    @property
    def takes_away(self) -> bool:
        """Whether somebody could do something that nobody may do any more."""
        return bool(self.gone.users or self.gone.rules)


def rule(grant: Grant) -> AclBinding:
    """Return a grant as the broker writes it down."""
    return AclBinding(
        _RESOURCES[grant.resource],
        grant.name,
        ResourcePatternType.PREFIXED if grant.prefix else ResourcePatternType.LITERAL,
        f"User:{grant.principal}",
        _ANY_HOST,
        _OPERATIONS[grant.operation],
        AclPermissionType.ALLOW,
    )


def told(binding: AclBinding) -> str:
    """Say in a few words what a rule allows."""
    several = binding.resource_pattern_type is ResourcePatternType.PREFIXED
    names = f"{binding.name}…" if several else binding.name
    refused = "" if binding.permission_type is AclPermissionType.ALLOW else "not "
    operation, kind = AclOperation(binding.operation), ResourceType(binding.restype)
    return f"{refused}{operation.name.lower()} {kind.name.lower()} {names}"


def plan(there: Rights, asked: Iterable[Principal]) -> RightsPlan:
    """Compare what stands with what is asked for; the broker's own user stays, whoever asks."""
    everybody = tuple(asked)
    users = {each.name for each in everybody}
    rules = {rule(grant) for each in everybody for grant in each.grants}
    return RightsPlan(
        Rights(frozenset(users - there.users), frozenset(rules - there.rules)),
        Rights(there.users - users - {ADMIN}, there.rules - rules),
    )


def standing(broker: Broker) -> Rights:
    """Read which users and access rules the broker has."""
    admin = AdminClient(broker.for_librdkafka())
    anything: Any = None  # the stub says str, the library takes None for anything
    everything = AclBindingFilter(
        ResourceType.ANY,
        anything,
        ResourcePatternType.ANY,
        anything,
        anything,
        AclOperation.ANY,
        AclPermissionType.ANY,
    )
    try:
        rules = answer_of(admin.describe_acls(everything, request_timeout=_PATIENCE))
        users: Any = admin.describe_user_scram_credentials(request_timeout=_PATIENCE)
        known = frozenset(answer_of(users))
    except KafkaException as error:
        raise SaidClearly(f"{broker.address} 没有把用户告诉 {broker.user}：{error.args[0].str()}。") from None
    return Rights(known, frozenset(rules))


def make_true(broker: Broker, asked: Iterable[Principal], secrets: Path) -> RightsPlan:
    """Grant what is missing and take away what is granted no more.

    Passwords of new users are made in the folder, and those of users who are gone leave it.
    """
    needed = plan(standing(broker), asked)
    grant(broker, needed.new, lambda user: secret(secrets, user))
    take_away(broker, needed.gone, secrets)
    return needed


def grant(broker: Broker, new: Rights, password: Callable[[str], str]) -> None:
    """Make users and access rules, and return when the broker goes by them; `password` tells that of each user."""
    admin = AdminClient(broker.for_librdkafka())
    if new.users:
        set_passwords(broker, {user: password(user) for user in sorted(new.users)})
    for rules in batches(list(new.rules)):
        _each_done(admin.create_acls(list(rules), request_timeout=_PATIENCE))
    # What is written down is not yet in force; the broker takes users before rules, in the order in which they came.
    until = monotonic() + _IN_FORCE_WITHIN
    while not (new.users <= (there := standing(broker)).users and new.rules <= there.rules):
        if monotonic() > until:
            raise SaidClearly(f"{broker.address} 记下了用户和权限，却没有照办。")
        sleep(_LOOK_AGAIN)


def set_passwords(broker: Broker, passwords: Mapping[str, str]) -> None:
    """Give users their passwords; connections that stand go on, and whoever connects needs the new one."""
    logins = [_login(user, password) for user, password in passwords.items()]
    admin = AdminClient(broker.for_librdkafka())  # it has to live until the answer is there
    for some in batches(logins):
        _each_done(admin.alter_user_scram_credentials(list(some)))


def take_away(broker: Broker, gone: Rights, secrets: Path) -> None:
    """Take away users, their passwords in the folder and access rules; whoever is connected can do nothing more."""
    # The broker is the memory of who has to go: a password that stayed behind after it forgot would stay for good.
    for user in gone.users:
        forget_secret(secrets, user)
    admin = AdminClient(broker.for_librdkafka())
    if gone.rules:
        filters = [
            AclBindingFilter(
                each.restype,
                each.name,
                each.resource_pattern_type,
                each.principal,
                each.host,
                each.operation,
                each.permission_type,
            )
            for each in gone.rules
        ]
        for some in batches(filters):
            _each_done(admin.delete_acls(list(some), request_timeout=_PATIENCE))
    if gone.users:
        deletions: list[UserScramCredentialAlteration] = [
            UserScramCredentialDeletion(user, ScramMechanism.SCRAM_SHA_512) for user in sorted(gone.users)
        ]
        for users in batches(deletions):
            _each_done(admin.alter_user_scram_credentials(list(users)))


def _login(user: str, password: str) -> UserScramCredentialAlteration:
    return UserScramCredentialUpsertion(
        user, ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, ITERATIONS), password.encode()
    )


def _each_done(answers: Mapping[Any, Future[Any]]) -> None:
    for what, answer in answers.items():
        try:
            answer_of(answer)
        except KafkaException as error:
            raise SaidClearly(f"消息系统没有接受 {what}：{error.args[0].str()}。") from None
