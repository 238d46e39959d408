"""Asking trace over HTTP what it knows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode
from urllib.request import urlopen

from tools.client.addresses import load_addresses
from tools.errors import SaidClearly

_SECONDS: Final = 30

ENDED: Final = frozenset({"closed", "archived", "answered", "not_accepted", "withdrawn", "merged", "transferred"})
"""The states, by the words of its summary, in which a ticket has come to its end."""


def ask(*path: str, query: Mapping[str, object] | None = None) -> Any:
    """Return the JSON that trace answers; say clearly what is wrong where it does not."""
    base = load_addresses().trace_url
    if not base:
        raise SaidClearly("Where trace answers is not known. Set LIUHEN_TRACE_URL, such as http://127.0.0.1:18081.")
    given = {name: value for name, value in (query or {}).items() if value is not None}
    url = f"{base.rstrip('/')}/v1/{'/'.join(quote(part, safe='') for part in path)}?{urlencode(given)}"
    try:
        with urlopen(url, timeout=_SECONDS) as answer:  # noqa: S310 - the address is an operator's
            return json.load(answer)
    except HTTPError as error:
        raise SaidClearly(_reason(error)) from None
    except (URLError, TimeoutError) as error:
        raise SaidClearly(f"Trace does not answer at {base} ({getattr(error, 'reason', error)}).") from None


def _reason(error: HTTPError) -> str:
    try:
        told = json.load(error)
    except ValueError:
        return f"Trace answered {error.code} {HTTPStatus(error.code).phrase}."
    tickets = "".join(f"\n  {number}" for number in told.get("tickets", ()))
    return f"{told.get('reason', error.code)}{tickets}"
