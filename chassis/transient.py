"""Which failures pass by themselves: the same work is tried again, for as long as it takes."""

from __future__ import annotations

from typing import Final

import asyncpg
from aiokafka.errors import KafkaError

from chassis.transaction import Fenced

_CODES: Final = frozenset({"40P01", "40001", "55P03", "57P01", "57P02", "57P03", "57014", "25P03", "25P04"})
_CLASSES: Final = ("08", "53", "58")


def transient(error: BaseException) -> bool:
    """Whether a failure is somebody else's and passes: a server away, a lock, a lost race."""
    match error:
        case asyncpg.PostgresError():
            code = error.sqlstate or ""
            return code in _CODES or code.startswith(_CLASSES)
        case asyncpg.InterfaceError():
            # A closed connection passes; an argument that does not fit (a ValueError too) is a bug.
            return not isinstance(error, ValueError)
        case Fenced() | KafkaError() | OSError() | TimeoutError():
            return True
        case _:
            return False
