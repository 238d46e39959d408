"""How the topics of one deployment are laid out: what one machine, a district and a city do not have in common."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from schemas.values import Channel

NUMBERED: Final = 100
"""So many lanes of channels can number tickets: two digits of a number tell them apart."""


class Compression(StrEnum):
    """In which form records are sent and kept; whoever reads them need not be told."""

    NONE = "none"
    GZIP = "gzip"
    LZ4 = "lz4"
    SNAPPY = "snappy"
    ZSTD = "zstd"


class Layout(BaseModel):
    """The layout of a deployment; ValueError where parts of it contradict each other."""

    model_config = ConfigDict(frozen=True)

    lanes: int = Field(default=4, ge=1, le=256)
    """Partitions of each topic between services, and with that how many workers a service can have."""
    channel_lanes: int = Field(default=4, ge=1, le=NUMBERED // len(Channel))
    """Partitions of the topics that channels write and read; their lanes number tickets."""
    replicas: int = Field(default=1, ge=1, le=9)
    """Brokers that keep each record."""
    in_sync: int = Field(default=1, ge=1, le=9)
    """Brokers that have a record before it counts as written; so many less one may be lost for ever."""
    compression: Compression = Compression.NONE
    """How records are sent and kept: none, gzip, lz4, snappy or zstd."""
    groups: str = Field(default="", pattern=r"^([a-z0-9][a-z0-9._-]{0,40}[._-])?$")
    """What the names of the services' consumer groups begin with, where they share a cluster with others."""

    @model_validator(mode="after")
    def _can_be_written(self) -> Self:
        if self.in_sync > self.replicas:
            raise ValueError(
                f"LIUHEN_IN_SYNC={self.in_sync} 大于 LIUHEN_REPLICAS={self.replicas}，这样什么也写不进去。"
                f"请把 LIUHEN_IN_SYNC 改为 {max(1, self.replicas - 1)}，或者增加份数。"
            )
        return self

    @property
    def alone(self) -> Layout:
        """The layout without whatever else stands beside it."""
        return Layout.model_validate({name: getattr(self, name) for name in Layout.model_fields})

    def variables(self) -> dict[str, str]:
        """Return the LIUHEN_* variables that say it."""
        return {f"LIUHEN_{name.upper()}": str(value) for name, value in self.alone.model_dump(mode="json").items()}

    def group(self, service: str) -> str:
        """Name the consumer group of a service."""
        return self.groups + service


ONE_MACHINE: Final = Layout()
"""As everything is laid out where nobody says otherwise."""
