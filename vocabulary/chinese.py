"""Sentences that operators read, marked as such, so that a test can walk all of them."""

from __future__ import annotations

from typing import Final, NewType

Chinese = NewType("Chinese", str)
"""A sentence in Chinese, or a part of one: English in it is only what its reader has to type or look up."""

NOTHING: Final = Chinese("无")
"""What stands where nothing stands."""


def filled(said: Chinese, **parts: object) -> Chinese:
    """Put its named parts into a sentence; KeyError for one that is not given."""
    return Chinese(said.format(**parts))
