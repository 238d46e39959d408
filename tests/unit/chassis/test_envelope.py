"""However the names of headers are spelt, they say the same; what is spelt as we write it is only read faster."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.envelope import Envelope, EnvelopeError, decode

_TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
_NAMES = st.text(st.characters(codec="utf-8"), max_size=12)
_ENVELOPES = st.builds(
    Envelope,
    id=_NAMES,
    source=_NAMES,
    type=_NAMES,
    time=st.datetimes(timezones=st.just(UTC)),
    subject=_NAMES,
    sequence=st.integers(0, 10**19),
    correlation=_NAMES,
    causation=_NAMES,
    policy=_NAMES,
    traceparent=st.sampled_from(["", _TRACE, "00-short", f"{_TRACE}\n"]),
)


def _read(headers: list[tuple[str, bytes]]) -> Envelope | tuple[str, str]:
    try:
        return decode(headers, b"{}")[0]
    except EnvelopeError as error:
        return error.field, error.expected


def _spelt_otherwise(headers: list[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
    return [(name.upper(), value) for name, value in headers]


@given(_ENVELOPES)
def test_how_names_are_spelt_makes_no_difference(envelope: Envelope) -> None:
    # given headers as we write them, when their names are spelt otherwise, then they say the same, or the same is wrong
    headers = envelope.headers()
    assert _read(headers) == _read(_spelt_otherwise(headers))


@given(_ENVELOPES, st.permutations(range(12)))
def test_the_order_makes_no_difference(envelope: Envelope, order: list[int]) -> None:
    # given an envelope that can be read
    headers = envelope.headers()
    read = _read(headers)
    if isinstance(read, Envelope):
        # when its headers come in another order, then it is the same
        assert _read([headers[place] for place in order if place < len(headers)]) == read


@given(_ENVELOPES, st.integers(0, 11), st.sampled_from([b"", b"\0", b"\xff", b"1\0002", b"x" * 900]))
def test_a_spoilt_header_is_judged_alike(envelope: Envelope, place: int, spoilt: bytes) -> None:
    # given one header with a value that nobody writes
    headers = envelope.headers()
    place %= len(headers)
    headers[place] = headers[place][0], spoilt
    # when and then
    assert _read(headers) == _read(_spelt_otherwise(headers))


@pytest.mark.parametrize("sequence", [0, 7])
@pytest.mark.parametrize("trace", ["", _TRACE])
def test_what_we_write_is_what_is_read(sequence: int, trace: str) -> None:
    written = Envelope(
        *("id", "dispatch/3", "liuhen.dispatch.dispatched.v1", datetime(2026, 11, 29, 9, tzinfo=UTC), "26112900000015"),
        sequence=sequence,
        causation="cause",
        traceparent=trace,
    )
    assert decode(written.headers(), b"{}") == (written, b"{}")
