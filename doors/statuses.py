"""What a status of HTTP says to whoever asked."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

_PASSING: Final = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS})


def says_no(status: int) -> bool:
    """Whether a request is refused for ever, and not because it came too slowly, too early or too often."""
    return HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR and status not in _PASSING
