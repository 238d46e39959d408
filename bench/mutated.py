"""`python -m bench.mutated`: a million records with bytes that nobody meant, read as intake reads what outsiders send.

Each begins as a golden record of an inbound topic. Whatever becomes of it, it is read as an action, as a refusal that
can be told to its author, or as unreadable; an exception is printed with its seed. Memory is printed on the way.
"""

from __future__ import annotations

import json
import random
import resource
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Annotated, Final, NamedTuple

import typer

from doors.refusals import Refusal
from schemas.lives import golden
from schemas.registry import party_of
from services.intake.core.reading import Reading, Unreadable, read

_KEY: Final = b"of-this-measurement-alone-0000000"[:32]
_INBOUND: Final = "liuhen.inbound."
_TELL_EVERY: Final = 100_000
_SPLICES: Final = (
    b"null", b"true", b"-0", b"1e999", b"NaN", b'"\\ud800"', b'"\\u0000"', b"[" * 2_000, b'{"a":' * 500, b"9" * 5_000,
    b'"' + b"\xff" * 50 + b'"', "字".encode() * 3_000, b"\0", b"\xef\xbb\xbf", b'"contact":{}', b'"do":"assign"', b"{}",
)  # fmt: skip
_NAMES: Final = ("ce_id", "ce_source", "ce_type", "ce_time", "ce_subject", "ce_sequence", "traceparent", "content-type")


class Sent(NamedTuple):
    """One record as it is sent."""

    topic: str
    headers: Sequence[tuple[str, bytes | None]]
    value: bytes | None


def originals() -> list[Sent]:
    """Every golden record of an inbound topic."""
    return [
        Sent(
            each.topic,
            [(name, text.encode()) for name, text in each.headers.items()],
            json.dumps(each.value, ensure_ascii=False).encode(),
        )
        for records in golden().values()
        for each in records
        if each.topic.startswith(_INBOUND)
    ]


def mutated(sent: Sent, others: Sequence[Sent], chance: random.Random) -> Sent:
    """Change a record in one to four places."""
    for _ in range(chance.choice((1, 1, 1, 2, 4))):
        sent = chance.choices(list(_WAYS), list(_WAYS.values()))[0](sent, others, chance)
    return sent


def _flipped(sent: Sent, _: Sequence[Sent], chance: random.Random) -> Sent:
    value = bytearray(sent.value or b"\0")
    place = chance.randrange(len(value) or 1)
    value[place : place + 1] = bytes([chance.randrange(256)])
    return sent._replace(value=bytes(value))


def _cut(sent: Sent, _: Sequence[Sent], chance: random.Random) -> Sent:
    value = sent.value or b""
    return sent._replace(value=value[: chance.randint(0, len(value))])


def _spliced(sent: Sent, _: Sequence[Sent], chance: random.Random) -> Sent:
    value, more = sent.value or b"", chance.choice(_SPLICES)
    first, last = sorted((chance.randint(0, len(value)), chance.randint(0, len(value))))
    return sent._replace(value=value[:first] + more + value[last:])


def _crossed(sent: Sent, others: Sequence[Sent], chance: random.Random) -> Sent:
    value, other = sent.value or b"", chance.choice(others).value or b""
    return sent._replace(value=value[: chance.randint(0, len(value))] + other[chance.randint(0, len(other)) :])


def _revalued(sent: Sent, _: Sequence[Sent], chance: random.Random) -> Sent:
    """One value of the document is another: what is well formed goes furthest."""
    try:
        document = json.loads(sent.value or b"")
    except (ValueError, RecursionError):
        return sent
    if not isinstance(document, dict) or not document:
        return sent
    document[chance.choice(list(document))] = chance.choice(
        (None, True, -1, 10**30, "", "甲" * 5_000, [], {}, [[]], "\ud800", "\0", 1e308, {"a": {"b": []}}, "13800000000")
    )
    return sent._replace(value=json.dumps(document).encode())


def _relabelled(sent: Sent, others: Sequence[Sent], chance: random.Random) -> Sent:
    headers, name = list(sent.headers), chance.choice(_NAMES)
    value: bytes | None = chance.choice((None, b"", b"\xff\xfe", b"x" * 10_000, chance.choice(_SPLICES)))
    if others and chance.random() < 0.3:  # noqa: PLR2004 - now and then
        value = dict(chance.choice(others).headers).get(name)
    kept = [each for each in headers if each[0] != name or chance.random() < 0.2]  # noqa: PLR2004 - now and then twice
    return sent._replace(headers=[*kept, (name, value)])


def _nothing(sent: Sent, _: Sequence[Sent], __: random.Random) -> Sent:
    return sent._replace(value=None)


_WAYS: Final[dict[Callable[[Sent, Sequence[Sent], random.Random], Sent], int]] = {
    _flipped: 6,
    _cut: 2,
    _spliced: 5,
    _crossed: 3,
    _revalued: 8,
    _relabelled: 2,
    _nothing: 1,
}


def outcome_of(sent: Sent) -> str:
    """What becomes of a record: an action, a refusal, or unreadable."""
    match read(party_of(sent.topic), sent.headers, sent.value, _KEY):
        case Unreadable():
            return "unreadable"
        case Reading(action=Refusal()):
            return "refused"
        case Reading():
            return "read"


def records(count: int, seed: int) -> Iterator[tuple[int, Sent]]:
    """So many mutated records, each by a seed of its own."""
    known = originals()
    for each in range(seed, seed + count):
        chance = random.Random(each)  # noqa: S311 - no secret
        yield each, mutated(chance.choice(known), known, chance)


def megabytes() -> int:
    """The most memory that this process ever had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def read_mutated(
    *,
    count: Annotated[int, typer.Option(help="How many records.")] = 1_000_000,
    seed: Annotated[int, typer.Option(help="The seed of the first; each next one has the next.")] = 0,
) -> None:
    """Read mutated records and print what became of them; exit code 1 where reading raised."""
    began, outcomes, raised = time.process_time(), Counter[str](), 0
    for number, (each, sent) in enumerate(records(count, seed), 1):
        try:
            outcomes[outcome_of(sent)] += 1
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what we look for
            raised += 1
            typer.echo(f"seed {each} on {sent.topic}: {type(error).__qualname__}: {str(error)[:200]}")
        if number % _TELL_EVERY == 0:
            typer.echo(
                f"{number:,} records, {time.process_time() - began:.0f} s, at most {megabytes()} MB: {dict(outcomes)}"
            )
    typer.echo(f"{count:,} records from seed {seed}: {dict(outcomes)}, {raised} raised, at most {megabytes()} MB")
    raise typer.Exit(1 if raised else 0)


if __name__ == "__main__":
    typer.run(read_mutated)
