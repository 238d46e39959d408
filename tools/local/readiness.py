"""Asking a service over HTTP whether it is ready."""

from __future__ import annotations

from http.client import HTTPException
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

PATIENCE = 2.0  # seconds


def is_ready(url: str) -> bool:
    """Return whether the address answers 200 now."""
    try:
        with urlopen(url, timeout=PATIENCE) as answer:  # noqa: S310 - the address is our own
            return bool(answer.status == 200)  # noqa: PLR2004 - HTTP's word for yes
    except HTTPError as refused:
        refused.close()
        return False
    except (URLError, HTTPException, OSError):
        return False
