"""The address and the code of a receipt lead a telephone to the page that it opens."""

from __future__ import annotations

import pytest
from aiohttp.test_utils import make_mocked_request

from doors.receipts import code_of, page_of

RECEIPT = "R0123456789ABCDEFGHJK"


@pytest.mark.parametrize(
    ("home", "address"),
    [
        ("", "http://desk.example:18082/progress?receipt=" + RECEIPT),
        (":18080", "http://desk.example:18080/progress?receipt=" + RECEIPT),
        ("https://12345.example/", "https://12345.example/progress?receipt=" + RECEIPT),
    ],
)
def test_the_address_is_where_citizens_reach_the_page(home: str, address: str) -> None:
    request = make_mocked_request("GET", "/calls", headers={"Host": "desk.example:18082"})
    assert page_of(request, home, RECEIPT) == address


def test_the_code_stands_in_a_page_with_a_quiet_border_and_no_style_of_its_own() -> None:
    code = code_of("https://12345.example/progress?receipt=" + RECEIPT)
    assert code.startswith("<svg")
    assert "style=" not in code
    assert 'class="code"' in code
    assert "viewBox" in code


def test_two_receipts_have_two_codes() -> None:
    assert code_of("https://a.example/1") != code_of("https://a.example/2")
