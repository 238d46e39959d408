"""What did not arrive is told the same person by the next way that reaches them, as long as it is true."""

from __future__ import annotations

from typing import Any, Final

import pytest

from schemas.owner import Owner
from schemas.sealed import Veil
from schemas.values import Channel, Contact
from services.notify.core.elsewhere import NotArrived, told_elsewhere
from services.notify.core.notice import Way
from services.notify.core.profile import Profile
from tests.support.notify import MORNING, NIGHT, POLICY, TICKET, WORDING

PHONE: Final = Contact(name="王小明", phone="+8613800000000")
BOTH: Final = Contact(phone="+8613800000000", wechat="wx-1")


def lost(template: str = "requester-needs-info", audience: str = "requester", **changed: Any) -> NotArrived:
    usual: dict[str, Any] = {
        "notice": "n-1",
        "ticket": TICKET,
        "audience": audience,
        "template": template,
        "way": "sms",
        "subject": "请补充情况",
        "text": "您好，请补充。",
        "peaceful": True,
        "over": None,
        "veil": None,
        "origin": "o-1",
        "tried": ("sms",),
        "later": (),
    }
    return NotArrived(**{**usual, **changed})


def asked(**known: Any) -> Profile:
    return Profile(ticket=TICKET, channel=Channel.HOTLINE, **{"contact": PHONE, **known})


@pytest.mark.parametrize(
    ("message", "profile", "way", "address"),
    [
        (lost(), asked(), Way.CALL, "+8613800000000"),
        (lost(), asked(contact=BOTH), Way.WECHAT, "wx-1"),
        (lost(tried=("sms", "wechat")), asked(contact=BOTH), Way.CALL, "+8613800000000"),
        (lost(way="wechat", tried=("wechat",)), asked(contact=BOTH), Way.SMS, "+8613800000000"),
        (lost("duty-urgent", "duty_officer:p-min"), asked(), Way.CALL, "16000001209"),
        (lost("duty-urgent", "duty_officer:p-min", tried=("sms", "call")), asked(), Way.MAIL, "min@centre.example"),
    ],
)
def test_it_goes_by_the_next_way_that_reaches_them(
    message: NotArrived, profile: Profile, way: Way, address: str
) -> None:
    notice = told_elsewhere(message, profile, WORDING.book, MORNING)
    assert notice is not None
    assert (notice.to.way, notice.to.address, notice.to.audience) == (way, address, Owner(message.audience))
    assert (notice.subject, notice.text, notice.origin) == (message.subject, message.text, "o-1")


@pytest.mark.parametrize(
    ("message", "profile"),
    [
        pytest.param(lost("requester-receipt"), asked(), id="nobody is rung up over what they need not act on"),
        pytest.param(lost(tried=("sms", "call")), asked(), id="all ways are tried"),
        pytest.param(lost(later=("requester-withdrawn",)), asked(), id="it was overtaken"),
        pytest.param(lost(over=MORNING), asked(), id="it is over"),
        pytest.param(lost(), asked(contact=Contact()), id="the person was forgotten"),
        pytest.param(lost(), asked(anonymous=True), id="the person is unknown"),
        pytest.param(lost("department-urgent-order", "department:housing"), asked(accused=("housing",)), id="accused"),
        pytest.param(lost("visitor-progress", "visitor:v-1", way="visitor"), asked(), id="no way follows"),
    ],
)
def test_nobody_is_told_where_it_leads_nowhere(message: NotArrived, profile: Profile) -> None:
    assert told_elsewhere(message, profile, WORDING.book, MORNING) is None


def test_citizens_are_left_in_peace_and_the_unknown_stay_unknown() -> None:
    veil = Veil(every_phone=True)
    message = lost(veil=veil.model_dump_json(exclude_none=True))
    by_night = told_elsewhere(message, asked(), WORDING.book, NIGHT)
    assert by_night is not None
    assert (by_night.not_before, by_night.peaceful) == (POLICY.peace_until(NIGHT), True)
    assert by_night.not_before > NIGHT
    assert by_night.veil == veil


def test_it_is_told_elsewhere_under_one_key_whatever_is_reported_of_it() -> None:
    keys = {
        notice.key
        for at in (MORNING, NIGHT)
        if (notice := told_elsewhere(lost(), asked(), WORDING.book, at)) is not None
    }
    assert len(keys) == 1
