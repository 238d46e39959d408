"""A ticket was opened by whoever registered it: the city too, for which its requester stays one of the hotline."""

from __future__ import annotations

from typing import Any

import pytest

from schemas import dispatch as d
from schemas.values import Channel, Party, PartyKind
from tests.support.dispatch import given
from tests.support.dispatch.story import opened


@pytest.mark.parametrize(
    ("values", "by"),
    [
        ({"upstream": given.CITY, "handed_down": True}, PartyKind.CITY),
        ({"upstream": given.CITY}, PartyKind.HOTLINE),
        ({"channel": Channel.WECHAT}, PartyKind.WECHAT),
    ],
)
def test_what_is_opened_names_who_registered_it(values: dict[str, Any], by: PartyKind) -> None:
    fact = opened(**values).said(d.Opened)

    assert (fact.by.party, fact.channel) == (Party(kind=by), values.get("channel", Channel.HOTLINE))
