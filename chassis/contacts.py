"""Contacts in what a service keeps and says to other services: sealed for the ticket, with a mask beside.

Who holds no key of contacts reads the mask: 王**, 138****1234, and a star where an account or an address is.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Final

from schemas.sealed import masked_name, masked_phone
from sealing.boxes import Chance, about
from sealing.data_keys import DataKeys
from sealing.masters import WRAPPED_BYTES, Kms, Wrapped

_SEALED: Final = "sealed"
_OWNER: Final = "contacts"
_FIELD: Final = "contact"
_REMEMBERED: Final = 8_192
_TEXT: Final = r'"(?:[^"\\]|\\.)*"'
_ONE: Final = re.compile(rf'\{{\s*"{_SEALED}"\s*:\s*"([A-Za-z0-9+/=]+)"(?:\s*,\s*"[a-z]+"\s*:\s*{_TEXT})*\s*\}}')
"""A sealed contact as it stands in JSON; what people wrote has its quotes escaped there, and never looks like it."""
_MASKS: Final[Mapping[str, Callable[[str], str]]] = {"name": masked_name, "phone": masked_phone}


class ContactSeal:
    """Seals contacts for the ticket that they belong to, and opens them again."""

    def __init__(self, kms: Kms, chance: Chance) -> None:
        """Have data keys wrapped by `kms`; what was sealed or opened lately is remembered."""
        self._keys = DataKeys(kms, chance, _OWNER)
        self._one = lru_cache(_REMEMBERED)(self._boxed)
        self._text = lru_cache(_REMEMBERED)(self._unboxed)

    def of(self, ticket: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
        """How the contacts of a ticket are written, as pydantic's context of whoever writes them."""
        return lambda told: self._sealed(ticket, told)

    def opened(self, text: str, ticket: str) -> str:
        """JSON text with its contacts opened; BrokenSealError or UnknownMasterError where one cannot be."""
        if f'"{_SEALED}"' not in text:
            return text
        return _ONE.sub(lambda found: self._text(ticket, found[1]), text)

    def sealed_word(self, word: str, ticket: str, name: str) -> str:
        """One field of a contact as JSON text, sealed; `opened_word` gives it back."""
        return _dumped(self._sealed(ticket, {name: word}))

    def opened_word(self, text: str, ticket: str) -> str:
        """What `sealed_word` sealed for the ticket; any other text as it is."""
        opened = self.opened(text, ticket)
        return text if opened is text else str(next(iter(json.loads(opened).values())))

    def changed(self, text: str, ticket: str, change: Callable[[Any], Any]) -> str:
        """JSON text with what its sealed contacts say changed; the same text where nothing is."""
        if f'"{_SEALED}"' not in text:
            return text
        return _ONE.sub(lambda found: self._anew(ticket, found, change), text)

    def _anew(self, ticket: str, found: re.Match[str], change: Callable[[Any], Any]) -> str:
        before = json.loads(self._text(ticket, found[1]))
        after = change(before)
        return found[0] if after is before else _dumped(self._sealed(ticket, after))

    def _sealed(self, ticket: str, told: dict[str, Any]) -> dict[str, Any]:
        return self._one(ticket, tuple(told.items())) if any(told.values()) else told

    def _boxed(self, ticket: str, told: tuple[tuple[str, str | None], ...]) -> dict[str, Any]:
        wrapped, box = self._keys.sealed(_dumped(dict(told)).encode(), about(ticket, _FIELD))
        masks = {name: _MASKS[name](value) if name in _MASKS else "*" for name, value in told if value}
        return {_SEALED: b64encode(bytes(wrapped) + box).decode("ascii"), **masks}

    def _unboxed(self, ticket: str, box: str) -> str:
        raw = b64decode(box)
        wrapped = Wrapped.of(raw[:WRAPPED_BYTES])
        return self._keys.opened(wrapped, raw[WRAPPED_BYTES:], about(ticket, _FIELD)).decode()


def _dumped(document: Any) -> str:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))
