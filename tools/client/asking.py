"""Asking a door over HTTP under the login of who types; what it refuses is said clearly."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen

from tools.errors import SaidClearly

_SECONDS: Final = 30


class RefusedAtDoorError(SaidClearly):
    """What a door said no to: its status, a machine's word, the field, the reason with what to do next, another act."""

    def __init__(self, status: int, problem: Mapping[str, Any], door: str) -> None:
        """`told` is the door's answer; `door` names it where that says nothing."""
        phrase = f"{door} 答复 {status}，没有说明。"
        numbers = "".join(f"\n  {number}" for number in problem.get("tickets", ()))
        super().__init__(f"{problem.get('detail', phrase)}{numbers}")
        self.status = status
        self.code = str(problem.get("code", "http"))
        self.field: str | None = problem.get("field")
        self.act = str(problem.get("act", ""))


def ask(
    base: str,
    path: tuple[str, ...],
    shown: str,
    *,
    query: Mapping[str, object] | None = None,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> Any:
    """Return the JSON that a door answers, to a body where there is one; `shown` is the login.

    RefusedAtDoorError for what it refuses, SaidClearly where it does not answer.
    """
    given = {name: value for name, value in (query or {}).items() if value is not None}
    url = f"{base.rstrip('/')}/v1/{'/'.join(quote(part, safe='') for part in path)}?{urlencode(given)}"
    media = {} if body is None else {"Content-Type": "application/json"}
    own = {"Authorization": f"Bearer {shown}", **media, **(headers or {})}
    request = Request(url, data=body, headers=own)  # noqa: S310 - the address is an operator's
    try:
        with urlopen(request, timeout=_SECONDS) as answer:  # noqa: S310 - the same
            return json.load(answer)
    except HTTPError as error:
        raise RefusedAtDoorError(error.code, _problem(error), base) from None
    except (URLError, TimeoutError) as error:
        raise SaidClearly(f"{base} 没有应答（{getattr(error, 'reason', error)}）。") from None


def _problem(error: HTTPError) -> Mapping[str, Any]:
    try:
        problem = json.load(error)
    except ValueError:
        return {}
    return problem if isinstance(problem, dict) else {}
