"""What a failure is: one that passes by itself, one that a record's content causes, or a bug.

A test lists every exception of asyncpg and aiokafka with what it is taken for: a new one is red until decided.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import asyncpg
from aiokafka import errors as kafka
from asyncpg.pgproto.pgproto import BufferError as AsyncpgBufferError
from faust.exceptions import ConsumerNotStarted
from pydantic import ValidationError
from pydantic_core import PydanticSerializationError

from chassis.service import Refused

UNPROCESSABLE: Final = "unprocessable"
"""The reason of a record that could be read, and whose content nevertheless cannot be processed."""

_PASSING_STATES: Final = (
    "08",  # connections
    "28",  # nobody lets us in: an operator does, while we wait
    "3D",  # no such database yet
    "40",  # rolled back: deadlock, lost race
    "53",  # no disk, memory, connections
    "57",  # cancelled, shutting down, starting up
    "58",  # the server's own disk and files
    "72",  # snapshot too old
    "F0",  # the server's own configuration
    "XX",  # the server's own trouble, also a full disk on connecting
    *("25006", "25P03", "25P04"),  # a standby; a session that was ended for its silence
    "26000",  # a prepared statement of another connection
    *("55006", "55P03"),  # somebody else uses it
)
_CONTENT_STATES: Final = (
    "22",  # data that is no text, no number, no time, or out of range
    "54",  # more than a row, an index or a statement takes
    *("23502", "23514"),  # a null or a value that a column forbids
)
_PASSING: Final = (
    asyncpg.InvalidCachedStatementError,
    # A connection that is closed, or in a state that nobody expected after its backend was ended.
    *(asyncpg.InterfaceError, asyncpg.InternalClientError, AsyncpgBufferError),
    *(kafka.KafkaError, kafka.ConsumerStoppedError, ConsumerNotStarted),
    *(OSError, TimeoutError, EOFError),
)
_CONTENT: Final = (
    # An argument that cannot be written: text that is no UTF-8, a number or a time out of range.
    asyncpg.exceptions._base.DataError,  # noqa: SLF001 - the database's own error hides this one
    *(kafka.MessageSizeTooLargeError, kafka.RecordTooLargeError, kafka.RecordListTooLargeError),
    *(ValidationError, PydanticSerializationError, UnicodeError, OverflowError),
)
_WRONG_CALLS: Final = (
    asyncpg.exceptions.ClientConfigurationError,
    *(asyncpg.exceptions.UnsupportedClientFeatureError, asyncpg.exceptions.UnsupportedServerFeatureError),
    *(kafka.IllegalArgumentError, kafka.KafkaConfigurationError, kafka.UnsupportedCodecError),
)
_LISTED: Final = 5


class Fenced(Exception):  # noqa: N818 - nothing went wrong
    """Another worker wrote in a lane since we did: its state as we know it is worth nothing."""


class Failure(StrEnum):
    """What to do about it: try again, put the record aside, or end loudly."""

    TRANSIENT = "transient"
    CONTENT = "content"
    BUG = "bug"


class Dependency(StrEnum):
    """What a worker cannot work without."""

    BROKER = "broker"
    DATABASE = "database"


_KINDS: Final = (
    (Failure.BUG, _WRONG_CALLS),
    (Failure.CONTENT, _CONTENT),
    (Failure.TRANSIENT, (*_PASSING, Fenced)),
)


def failure_of(error: BaseException) -> Failure:
    """Decide what a failure is; the narrower kinds come first."""
    for failure, kinds in _KINDS:
        if isinstance(error, kinds):
            return failure
    return _by_state(error) if isinstance(error, asyncpg.PostgresError) else Failure.BUG


def _by_state(error: asyncpg.PostgresError) -> Failure:
    # A fatal error ended the connection, whatever else it was.
    if isinstance(error, asyncpg.exceptions.FatalPostgresError) and not error.sqlstate:
        return Failure.TRANSIENT
    sqlstate = error.sqlstate or ""
    if sqlstate.startswith(_PASSING_STATES):
        return Failure.TRANSIENT
    return Failure.CONTENT if sqlstate.startswith(_CONTENT_STATES) else Failure.BUG


def transient(error: BaseException) -> bool:
    """Whether a failure is somebody else's and passes: a server away, a lock, a lost race."""
    return failure_of(error) is Failure.TRANSIENT


def whose(error: BaseException) -> Dependency:
    """Which server a transient failure is about: what operators read in `waits` must be what is away."""
    broker = (kafka.KafkaError, kafka.ConsumerStoppedError, ConsumerNotStarted)
    return Dependency.BROKER if isinstance(error, broker) else Dependency.DATABASE


def refusal_of(error: Exception) -> Refused | None:
    """Why one record cannot be processed, without quoting it; None for a bug."""
    if isinstance(error, Refused):
        return Refused(error.reason, error.detail)  # without the frames of the batch in which it was raised
    return Refused(UNPROCESSABLE, _described(error)) if failure_of(error) is Failure.CONTENT else None


def _described(error: Exception) -> str:
    name = type(error).__qualname__
    match error:
        case ValidationError():
            return f"{error.title}: {faults(error)}"
        case asyncpg.PostgresError():
            return f"{name} ({error.sqlstate})"
        case _:
            return name


def faults(error: ValidationError) -> str:
    """The first places that do not fit a model and how, without quoting what stands there."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    return "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['type']}" for fault in found[:_LISTED])
