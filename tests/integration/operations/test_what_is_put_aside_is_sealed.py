"""What was put aside is sealed where it is kept, opens for who operates the system, and outlives a master key."""

from __future__ import annotations

import pytest

from tests.support.operations import Operations
from tools.prepare.secrets import MASTER

NUMBER = b"13787654321"


def revealed(operations: Operations, place: str) -> str:
    """What a dead letter says, as a command shows it."""
    (shown,) = operations.asked("dead-letters", "show", place, "--reveal")
    return str(shown["value"])


def test_a_new_master_key_seals_and_what_the_old_one_sealed_outlives_it(operations: Operations, hotline: str) -> None:
    file = operations.instance.secrets / MASTER
    # given a record that nobody can read, from before
    place, old = operations.dead(hotline, b"\xff" + NUMBER), file.read_text("ascii").split()
    # when the master key is rotated while everything runs, and another such record comes
    assert operations.asked("secrets", "rotate", MASTER) == {"name": MASTER, "done": "rotated"}
    new, *others = file.read_text("ascii").split()
    later = operations.dead(hotline, b"\xfe" + NUMBER)
    # then both open
    assert others == old
    said = ("hex:" + (b"\xff" + NUMBER).hex(), "hex:" + (b"\xfe" + NUMBER).hex())
    assert (revealed(operations, place), revealed(operations, later)) == said
    # and still do when the old one is gone
    assert operations.asked("secrets", "retire", MASTER)["done"] == "retired"
    assert file.read_text("ascii").split() == [new]
    assert (revealed(operations, place), revealed(operations, later)) == said


@pytest.mark.parametrize("value", [b"\xff" + NUMBER, b'{"contact": {"phone": "13787654321"}}'])
def test_no_table_says_what_could_not_be_taken(operations: Operations, hotline: str, value: bytes) -> None:
    place = operations.dead(hotline, value)

    rows = operations.sql("select value from intake.dead_letter union all select value from intake.refused_record")

    assert rows
    assert [kept for (kept,) in rows if kept is not None and NUMBER in kept] == []
    assert NUMBER.hex() in revealed(operations, place) or NUMBER.decode() in revealed(operations, place)
