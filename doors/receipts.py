"""The page that a receipt opens: its address, and the code that a telephone's camera reads it from.

Whatever shows or prints a receipt (接听台, 温馨提示卡, 工单 for the requester) uses these two.
"""

from __future__ import annotations

from typing import Final

import segno
from aiohttp import web
from markupsafe import Markup

from doors.pages import beside

PAGE: Final = "/progress"
_QUIET: Final = 4
"""Empty modules around the code, without which cameras do not find it."""


def page_of(request: web.Request, home: str, receipt: str) -> str:
    """Tell at which address a citizen opens a receipt; their number is asked for there.

    `home` is where citizens reach the page: an address, `:port` for the host of this request, '' for this very door.
    """
    base = beside(request, home) if home else str(request.url.origin())
    scheme = (
        f"{request.url.scheme}:" if base.startswith("//") else ""
    )  # a telephone's camera knows no page that it is on
    return f"{scheme}{base}{PAGE}?receipt={receipt}"


def code_of(address: str) -> Markup:
    """Draw the QR code of an address as SVG that stands in a page, black on white, as large as its style says."""
    code = segno.make(address, error="m", micro=False)
    drawn = code.svg_inline(border=_QUIET, omitsize=True, light="#fff", svgclass="code", lineclass=None)
    return Markup(drawn)  # noqa: S704 - numbers alone come out of what is drawn
