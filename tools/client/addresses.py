"""Where a running system is: what the environment says, otherwise what `liuhen up` wrote down in this clone."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from pydantic import ConfigDict, Field, SecretStr

from chassis.broker import Access, Broker, NoPasswordError
from chassis.contacts import Vault
from doors.attachments.keeping import Keeper
from doors.attachments.settings import keeper_of
from schemas.layout import Layout
from sealing.files import MasterFile
from sealing.masters import Kms, MasterKeys
from tools.errors import SaidClearly
from tools.layout import POLICY, home_of
from tools.local.settings import load_settings
from tools.prepare.secrets import CONTACTS, DOOR, MASTER, NAMED, REDACTION


class Addresses(Layout):
    """Addresses of one running system, and how it is laid out."""

    model_config = ConfigDict(frozen=True)

    kafka: str
    kafka_secrets: Path | None = None
    kafka_password: str = Field(default="", repr=False)
    kafka_ca: Path | None = None
    postgres: str
    """With `{service}` where the name of the role goes."""
    pgpassfile: str = ""
    clock: str = "real"
    policy: Path = POLICY
    intake_url: str = ""
    trace_url: str = ""
    desk_url: str = ""
    prometheus_url: str = ""
    attachments: str = ""
    """The folder or bucket that keeps contents of attachments, with the key and secret that the doors have."""
    attachments_key: str = ""
    attachments_secret: SecretStr = SecretStr("")
    login: Path | None = None
    """The file with the token or session by which who types commands is known."""
    redaction_secret: SecretStr | None = None
    """The key under which redacted passages are hashed, where it does not stand in the folder of secrets."""

    master_key: SecretStr | None = None
    """The keys under which records that were put aside are sealed, likewise."""
    contact_key: SecretStr | None = None
    """The keys under which contacts are sealed, likewise."""

    secret: SecretStr | None = None
    """The key of the hashes by which requesters are known, likewise."""

    @classmethod
    def of(cls, variables: Mapping[str, str]) -> Addresses:
        """Read the addresses from LIUHEN_* variables and PGPASSFILE; say clearly when there are none."""
        ours = {
            name: value for name, value in variables.items() if value and name.startswith(("LIUHEN_", "PGPASSFILE"))
        }
        fields = {name.removeprefix("LIUHEN_").lower(): value for name, value in ours.items()}
        if "kafka" not in fields or "postgres" not in fields:
            raise SaidClearly("这里没有运行中的系统。请用 make up 启动，或者设置 LIUHEN_KAFKA 和 LIUHEN_POSTGRES。")
        return cls.model_validate({name: fields[name] for name in cls.model_fields if name in fields})

    def broker(self, user: str) -> Broker:
        """Return the broker as one of its users reaches it; say clearly when its password is not to be had."""
        try:
            return Access(self.kafka, self.kafka_secrets, self.kafka_password, self.kafka_ca, self.compression).as_user(
                user
            )
        except NoPasswordError as error:
            raise SaidClearly(str(error)) from None

    def folder_of_secrets(self) -> Path:
        """Return the folder with the passwords of the broker's users; say clearly when nobody named one."""
        if self.kafka_secrets is None:
            raise SaidClearly("没有设置 LIUHEN_KAFKA_SECRETS：消息系统各用户的密码所在的目录。")
        return self.kafka_secrets

    def redaction_key(self) -> str:
        """Return the key under which redacted passages are hashed; say clearly when it is not to be had."""
        file = self.kafka_secrets / REDACTION if self.kafka_secrets is not None else None
        if self.redaction_secret is not None:
            return self.redaction_secret.get_secret_value()
        if file is None or not file.exists():
            raise SaidClearly("没有设置 LIUHEN_REDACTION_SECRET：涂去的内容以这个密钥取哈希。")
        return file.read_text("ascii").strip()

    def kms(self) -> Kms:
        """Return who keeps the keys of records that were put aside; say clearly when they are not to be had."""
        return self._keeper(MASTER, self.master_key)

    def contacts(self) -> Vault:
        """Return what opens contacts; say clearly when it is not to be had."""
        return Vault(self.contact_kms(), os.urandom)

    def contact_kms(self) -> Kms:
        """Return who keeps the keys of contacts; say clearly when they are not to be had."""
        return self._keeper(CONTACTS, self.contact_key)

    def door_key(self) -> bytes:
        """Return the key of the hashes by which requesters are known; say clearly when it is not to be had."""
        if self.secret is not None:
            return self.secret.get_secret_value().encode()
        file = self.kafka_secrets / DOOR if self.kafka_secrets is not None else None
        if file is None or not file.exists():
            raise SaidClearly(f"没有设置 {NAMED[DOOR]}：诉求人以这个密钥取哈希比对。")
        return file.read_text("ascii").strip().encode()

    def _keeper(self, name: str, said: SecretStr | None) -> Kms:
        file = self.kafka_secrets / name if self.kafka_secrets is not None else None
        if said is not None:
            return MasterKeys(said.get_secret_value(), os.urandom)
        if file is None or not file.exists():
            raise SaidClearly(f"没有设置 {NAMED[name]}：个人信息以这些密钥封存。")
        return MasterFile(file)

    def keeper(self) -> Keeper | None:
        """Return what keeps the contents of attachments; None where nobody said."""
        if not self.attachments:
            return None
        return keeper_of(self.attachments, self.attachments_key, self.attachments_secret)

    def logged_in(self) -> str:
        """Return the token or session of who types commands; '' where nobody has logged in."""
        return self.login.read_text("utf-8").strip() if self.login is not None and self.login.exists() else ""

    def postgres_dsn(self, service: str) -> str:
        """Return the database's address for a service; its password is in `pgpassfile` or in PGPASSWORD."""
        filled = self.postgres.replace("{service}", service)
        passwords = f"passfile={quote(self.pgpassfile)}"
        return f"{filled}{'&' if '?' in filled else '?'}{passwords}" if self.pgpassfile else filled


def load_addresses(environ: Mapping[str, str] = os.environ) -> Addresses:
    """Return the addresses of the system that this environment or this clone knows; say clearly when there is none."""
    file = home_of(load_settings().instance) / "env"
    return Addresses.of({**_written(file), **environ})


def _written(file: Path) -> dict[str, str]:
    try:
        words = shlex.split(file.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    return dict(word.split("=", 1) for word in words if "=" in word)
