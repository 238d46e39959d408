"""What every service is told by its surroundings."""

from __future__ import annotations

import os
import re
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, Literal, TypeVar

from pydantic import Field, SecretStr, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from chassis.broker import Access, Broker
from chassis.contacts import Vault, WordSeal
from chassis.crash_points import CrashPoint
from schemas.layout import Layout
from sealing.files import MasterFile
from sealing.masters import Kms, MasterKeys
from vocabulary import Chinese
from vocabulary.expected import expected

_AS_WRITTEN: Final = Chinese("文档里写明的值")
_FIELD: Final = re.compile(r'field "(\w+)"')
_DEVELOPMENT: Final = re.compile(r"liuhen|development-\w+")


S = TypeVar("S", bound=BaseSettings)


def from_environment(kind: type[S]) -> S:
    """Read what the environment says; ends the process, and says which variable cannot be used, where one cannot."""
    try:
        return kind()
    except ValidationError as error:
        # What was given is not repeated: it may be a secret.
        raise SystemExit(
            f"没有启动：{''.join(map(_wrong, error.errors()))}请改正后再启动，写法见 docs/settings.md。"
        ) from None
    except SettingsError as error:
        # Its message names the field, and no value.
        field = _FIELD.search(str(error))
        name = f"LIUHEN_{field[1].upper()}" if field else "LIUHEN_…"
        raise SystemExit(f"没有启动：{name} 不可用，应为 JSON。请改正后再启动，写法见 docs/settings.md。") from None


def _wrong(fault: ErrorDetails) -> str:
    """Name the variable and say what was expected; a rule of several variables names them itself."""
    # Inside of a value there are no variables.
    name, kind = "_".join(map(str, ("LIUHEN", *fault["loc"][:1]))).upper(), fault["type"]
    if kind == "value_error":
        said = str(fault.get("ctx", {})["error"])
        return f"{name}：{said}" if fault["loc"] else said
    if kind in {"string_too_short", "too_short"}:
        return f"{name} 不可用，应为至少{fault.get('ctx', {})['min_length']}个字符。"
    return f"{name} 不可用，应为{expected(fault, _AS_WRITTEN)}。"


def database_secret(role: str) -> str:
    """Name the file with the password of a role of the database, in the folder of secrets."""
    return f"database.{role}"


def known_to_everybody(value: str) -> bool:
    """Whether a secret is a value from this repository, or several of which one is."""
    return any(_DEVELOPMENT.fullmatch(each) for each in value.split())


class _Files(EnvSettingsSource):
    """What LIUHEN_<NAME>_FILE names is read for each secret, so that no process shows it among its variables."""

    def __call__(self) -> dict[str, Any]:
        """Read every file that is named; OSError where one cannot be read."""
        secrets = [name for name, field in self.settings_cls.model_fields.items() if field.annotation is SecretStr]
        files = {name: self.env_vars.get(f"{self.env_prefix}{name}_file".lower()) for name in secrets}
        return {name: Path(file).read_text("ascii").strip() for name, file in files.items() if file}


class Settings(Layout, BaseSettings):
    """Addresses and ways of running, from LIUHEN_* variables; `{service}` in the database address names the role.

    A secret is also read from the file that LIUHEN_<NAME>_FILE names, which stands above the variable itself.

    `redaction_secret` is the key of the hashes by which redacted passages are found; `master_key` wraps the keys that
    seal records which were put aside. Of master keys several may stand there, with a space between them, the newest
    first; a file of them is read again when it is another. The defaults are for development.
    """

    model_config = SettingsConfigDict(env_prefix="LIUHEN_", frozen=True, extra="ignore", env_ignore_empty=True)

    kafka: str = "127.0.0.1:9092"
    """Brokers, host:port, with commas between them."""
    kafka_user: str = ""
    """The broker's user; the service's own name where nothing is said."""
    kafka_password: SecretStr = SecretStr("")
    """That user's password, where it stands in no file of `kafka_secrets`."""
    kafka_secrets: Path | None = None
    """A folder with passwords of the broker's users and the database's roles, where they are not said outright."""
    kafka_ca: Path | None = None
    """Who signed the broker's certificate; lines are in the clear without it."""
    tls_certificate: Path | None = None
    """What an HTTP door shows to whoever connects; it answers in the clear without it. `tls_key` is its key."""
    tls_key: Path | None = None
    """The key of what the door shows."""
    postgres: str = "postgresql://{service}@127.0.0.1:5432/liuhen"
    """With `?sslmode=verify-full&sslrootcert=FILE` the line is encrypted, and the database proves who it is."""
    clock: str = "real"
    """`real`, or `ORIGIN@SPEED` for a trial that lives faster; the same in every process."""
    bind: str = "127.0.0.1"
    """The address at which doors and metrics answer."""
    metrics_port: int = 0
    """Where `/live`, `/ready` and `/metrics` answer; 0 takes any free port."""
    log: Literal["json", "console"] = "json"
    """Lines for machines, or for eyes; both go to standard output, and whoever started the process turns them over."""
    worker: str = "1"
    """The name of this worker among those of its service."""
    crash_at: CrashPoint | None = None
    """The crash point at which the process ends, as by kill -9: for drills and tests."""
    mode: Literal["", "trial"] = ""
    """`trial` lets values be in force that everybody knows."""
    silence_seconds: float = Field(default=10.0, ge=1)
    """A database session that says nothing for so long in the middle of a transaction is ended, as a zombie's."""
    redaction_secret: SecretStr = Field(default=SecretStr("development-redaction"), min_length=8, max_length=64)
    master_key: SecretStr = Field(default=SecretStr("development-master"), min_length=8)
    master_key_file: Path | None = None
    """The file of master keys, read again when it is another; it stands above `master_key`."""
    pgpassword: SecretStr = Field(default=SecretStr(""), validation_alias="PGPASSWORD")
    """The database's password, where it stands in no file of the folder; read by the database's client."""

    def known_to_everybody(self) -> tuple[str, ...]:
        """Name the secrets that have a value from this repository."""
        secrets = {name: value.get_secret_value() for name, value in self if isinstance(value, SecretStr)}
        return tuple(name for name, value in sorted(secrets.items()) if known_to_everybody(value))

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - by the base class's names
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Say what stands above what: the program's own words, files, variables."""
        return init_settings, _Files(settings_cls), env_settings

    def broker(self, service: str) -> Broker:
        """Return the broker as the service reaches it; NoPasswordError where its password is not to be had."""
        password = self.kafka_password.get_secret_value()
        access = Access(self.kafka, self.kafka_secrets, password, self.kafka_ca, self.compression)
        return access.as_user(self.kafka_user or service)

    def tls(self) -> ssl.SSLContext | None:
        """Return what encrypts the lines of a door; None where it answers in the clear. OSError without a file."""
        if self.tls_certificate is None:
            return None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.tls_certificate, self.tls_key)
        return context

    def postgres_password(self, service: str) -> Callable[[], str] | None:
        """Return what reads the database's password at each connection, so that a new one needs no new start.

        None where there is no such file: the database's client knows other places.
        """
        file = None if self.kafka_secrets is None else self.kafka_secrets / database_secret(service)
        if file is None or not file.exists():
            return None
        return lambda: file.read_text("ascii").strip()

    def kms(self) -> Kms:
        """Return who keeps the master keys of records that were put aside."""
        return _keeper(self.master_key_file, self.master_key)

    @property
    def redaction_key(self) -> bytes:
        """The key under which redacted passages are hashed."""
        return self.redaction_secret.get_secret_value().encode()


class OpensContacts(Settings):
    """A service that may open contacts: `contact_key` wraps the keys that seal them; with several, as `master_key`.

    The default is for development.
    """

    contact_key: SecretStr = Field(default=SecretStr("development-contact"), min_length=8)
    contact_key_file: Path | None = None
    """The file of those keys, read again when it is another."""

    def contacts(self) -> Vault:
        """Return what seals and opens contacts."""
        return Vault(_keeper(self.contact_key_file, self.contact_key), os.urandom)

    def words(self) -> WordSeal:
        """Return what seals single texts that show a contact."""
        return WordSeal(_keeper(self.contact_key_file, self.contact_key), os.urandom)


def _keeper(file: Path | None, said: SecretStr) -> Kms:
    """Who keeps some master keys: the file, where there is one."""
    return MasterKeys(said.get_secret_value(), os.urandom) if file is None else MasterFile(file)
