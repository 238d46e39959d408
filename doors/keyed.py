"""Hashes under a key, by which requesters are compared: equal for equal texts, and nothing else can be learnt."""

from __future__ import annotations

from hashlib import blake2b

from doors.phones import international


def hashed(key: bytes, sort: str, text: str) -> str:
    """Hash text so that equal texts of one sort are equal; whoever has the key can find a number by trying all."""
    return blake2b(f"{sort}\0{text}".encode(), key=key, digest_size=16).hexdigest()


def phone_key(key: bytes, phone: str) -> str | None:
    """What a telephone number is compared by, however it is written; None for what is none."""
    number = international(phone)
    return hashed(key, "phone", number) if number else None
