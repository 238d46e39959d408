"""Data keys are wrapped by the newest master key and unwrapped by whichever wrapped them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sealing.boxes import KEY_BYTES, BrokenSealError
from sealing.files import MasterFile
from sealing.masters import MasterKeys, UnknownMasterError, Wrapped, rewrapped

WORDS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=8, max_size=44)
KEYS = st.binary(min_size=KEY_BYTES, max_size=KEY_BYTES)


def masters(*words: str) -> MasterKeys:
    return MasterKeys(" ".join(words), os.urandom)


@given(WORDS, KEYS, st.text())
def test_a_wrapped_key_comes_back_to_its_owner(word: str, key: bytes, owner: str) -> None:
    kms = masters(word)
    wrapped = kms.wrap(key, owner)

    assert kms.unwrap(wrapped, owner) == key
    assert Wrapped.of(bytes(wrapped)) == wrapped
    assert key not in bytes(wrapped)


@given(WORDS, KEYS, st.text(), st.text())
def test_the_key_of_one_is_not_given_out_as_anothers(word: str, key: bytes, owner: str, other: str) -> None:
    assume(owner != other)
    kms = masters(word)

    with pytest.raises(BrokenSealError):
        kms.unwrap(kms.wrap(key, owner), other)


@given(WORDS, WORDS, KEYS)
def test_after_a_rotation_the_old_opens_and_the_new_wraps(old: str, new: str, key: bytes) -> None:
    assume(old != new)
    before, both, after = masters(old), masters(new, old), masters(new)
    wrapped = before.wrap(key, "R1")

    assert both.unwrap(wrapped, "R1") == key
    assert both.newest == after.newest != before.newest
    with pytest.raises(UnknownMasterError):
        after.unwrap(wrapped, "R1")
    anew = rewrapped(wrapped, "R1", both)
    assert after.unwrap(anew, "R1") == key
    assert rewrapped(anew, "R1", both) is anew


@pytest.mark.parametrize("words", ["", "  ", "short", "long-enough short"])
def test_what_is_no_master_key_is_refused(words: str) -> None:
    with pytest.raises(ValueError, match="eight characters"):
        MasterKeys(words, os.urandom)


def test_what_is_no_wrapped_key_is_refused() -> None:
    with pytest.raises(ValueError, match="64 bytes, not 3"):
        Wrapped.of(b"abc")


def test_a_file_of_master_keys_is_read_again_when_it_is_another(tmp_path: Path) -> None:
    file = tmp_path / "master-key"
    file.write_text("the-first-key")
    kms = MasterFile(file)
    wrapped, first = kms.wrap(bytes(KEY_BYTES), "R1"), kms.newest

    beside = tmp_path / "beside"
    beside.write_text("the-second-key the-first-key")
    beside.replace(file)

    assert kms.newest != first
    assert kms.unwrap(wrapped, "R1") == bytes(KEY_BYTES)
    assert kms.wrap(bytes(KEY_BYTES), "R1").master == kms.newest
