"""How anybody reaches the broker: at an address, as one of its users, with a password that stands in no log."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from schemas.layout import Compression

MECHANISM: Final = "SCRAM-SHA-512"
_RECONNECT_MILLISECONDS: Final = 1000
"""A broker that is back is noticed within a second; the client's own default is ten."""


class NoPasswordError(Exception):
    """Nobody said with which password a user of the broker logs in."""


@dataclass(frozen=True, slots=True)
class Broker:
    """The broker as one user reaches it; `ca` is the file of the authority that signed its certificate, if any.

    `compression` is the form in which records are sent to it.
    """

    address: str
    user: str
    password: str = field(repr=False)
    ca: Path | None = None
    compression: Compression = Compression.NONE

    @property
    def tls(self) -> ssl.SSLContext | None:
        """What checks the broker's certificate; None where lines are in the clear."""
        return ssl.create_default_context(cafile=str(self.ca)) if self.ca else None

    def for_aiokafka(self) -> dict[str, Any]:
        """Return what every client of aiokafka is told."""
        return {
            "bootstrap_servers": self.address,
            "security_protocol": self._protocol,
            "sasl_mechanism": MECHANISM,
            "sasl_plain_username": self.user,
            "sasl_plain_password": self.password,
            "ssl_context": self.tls,
        }

    def for_producer(self) -> dict[str, Any]:
        """Return what every producer of aiokafka is told: all brokers that must have a record have it, and once."""
        packed = None if self.compression is Compression.NONE else self.compression.value
        return {**self.for_aiokafka(), "acks": "all", "enable_idempotence": True, "compression_type": packed}

    def for_librdkafka(self) -> dict[str, str | int | float | bool]:
        """Return what every client of confluent_kafka is told."""
        options: dict[str, str | int | float | bool] = {
            "bootstrap.servers": self.address,
            "security.protocol": self._protocol,
            "sasl.mechanism": MECHANISM,
            "sasl.username": self.user,
            "sasl.password": self.password,
            "log_level": 0,
            "reconnect.backoff.max.ms": _RECONNECT_MILLISECONDS,
        }
        return options | ({"ssl.ca.location": str(self.ca)} if self.ca else {})

    @property
    def _protocol(self) -> str:
        return "SASL_SSL" if self.ca else "SASL_PLAINTEXT"


@dataclass(frozen=True, slots=True)
class Access:
    """Where the broker is, and where the passwords of its users are: in a folder, a file for each, or said outright.

    A program that is one user only is told its one password; it stands above the folder.
    """

    address: str
    secrets: Path | None = None
    password: str = field(default="", repr=False)
    ca: Path | None = None
    compression: Compression = Compression.NONE

    def as_user(self, user: str) -> Broker:
        """Return the broker as this user reaches it; NoPasswordError where its password cannot be read."""
        return Broker(self.address, user, self.password or self._read(user), self.ca, self.compression)

    def _read(self, user: str) -> str:
        if self.secrets is None:
            raise NoPasswordError(f"不知道 {user} 的密码：请设置 LIUHEN_KAFKA_SECRETS 或者 LIUHEN_KAFKA_PASSWORD。")
        try:
            return (self.secrets / user).read_text("ascii").strip()
        except OSError as error:
            where = self.secrets / user
            raise NoPasswordError(f"不知道 {user} 的密码：{where} 读不了（{error.strerror}）。") from None
