"""Broker, database and services as processes of this machine, in git-ignored folders of the clone."""

from __future__ import annotations

from liuhen.local.database import Database
from liuhen.local.instance import Instance
from liuhen.local.process import Ending, Started
from liuhen.local.settings import LocalSettings, load_settings

__all__ = ["Database", "Ending", "Instance", "LocalSettings", "Started", "load_settings"]
