"""Failures that a person can act on."""

from __future__ import annotations


class SaidClearly(Exception):  # noqa: N818 - it reads as what it promises
    """Its text tells the person at the terminal what is wrong and what to do; no traceback follows."""
