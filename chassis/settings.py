"""What every service is told by its surroundings."""

from __future__ import annotations

from typing import Literal

from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Addresses and ways of running, from LIUHEN_* variables; `{service}` in the database address names the role."""

    model_config = SettingsConfigDict(env_prefix="LIUHEN_", frozen=True, extra="ignore", env_ignore_empty=True)

    kafka: str = "127.0.0.1:9092"
    postgres: str = "postgresql://{service}@127.0.0.1:5432/liuhen"
    clock: str = "real"
    bind: str = "127.0.0.1"
    metrics_port: int = 0
    log: Literal["json", "console"] = "json"
    worker: str = "1"
