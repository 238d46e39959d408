"""A dead letter fits its topic: what does not is cut, and the letter says what."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from chassis.dead_letters import CUT, cut
from chassis.publish import Wire

ADDED = [("dead_topic", b"liuhen.inbound.hotline.v1"), ("dead_reason", b"unreadable")]
LIMIT = 10_000


def letter(key: bytes | None, value: bytes | None, headers: list[tuple[str, bytes]]) -> Wire:
    return Wire("t-dlt", 0, key, value, headers)


def said(wire: Wire) -> str:
    return dict(wire.headers).get(CUT, b"").decode()


def bytes_of(wire: Wire) -> int:
    return len(wire.key or b"") + len(wire.value or b"") + sum(len(n.encode()) + len(v) for n, v in wire.headers)


def test_what_fits_goes_out_as_it_came() -> None:
    whole = letter(b"k", b"v" * 9_000, [("ce_id", b"1")])
    assert cut(whole, ADDED, 9_000, LIMIT) == whole._replace(headers=[("ce_id", b"1"), *ADDED])


def test_a_value_that_is_too_long_is_cut_and_both_lengths_are_named() -> None:
    done = cut(letter(b"k", b"v" * 20_000, [("ce_id", b"1")]), ADDED, 5_000_000, LIMIT)
    assert done.headers[:3] == [("ce_id", b"1"), *ADDED]
    assert said(done) == f"value {len(done.value or b'')} of 5000000 bytes"
    assert 9_000 < bytes_of(done) < LIMIT


def test_hundreds_of_headers_leave_room_for_the_value() -> None:
    done = cut(letter(None, b"v" * 4_000, [("x", b"y" * 100)] * 300), ADDED, 4_000, LIMIT)
    kept = len(done.headers) - len(ADDED) - 1
    assert said(done) == f"headers {kept} of 300"
    assert kept > 30
    assert done.value == b"v" * 4_000


def test_a_null_value_stays_null() -> None:
    assert cut(letter(b"k", None, []), ADDED, 0, LIMIT).value is None


@given(
    st.none() | st.integers(0, 30_000),
    st.integers(0, 30_000),
    st.lists(st.tuples(st.text(max_size=20), st.integers(0, 9_000)), max_size=30),
)
def test_whatever_came_the_letter_fits(key: int | None, value: int, headers: list[tuple[str, int]]) -> None:
    came = letter(None if key is None else b"k" * key, b"v" * value, [(name, b"h" * n) for name, n in headers])
    done = cut(came, ADDED, value, LIMIT)
    # So much a batch, a record and each header take besides.
    assert bytes_of(done) + 120 + 12 * len(done.headers) <= LIMIT
    assert [header for header in done.headers if header in ADDED] == ADDED
    whole = [*came.headers, *ADDED]
    cuts = (done.key != came.key, done.value != came.value, done.headers[: len(whole)] != whole)
    assert bool(said(done)) is any(cuts)
