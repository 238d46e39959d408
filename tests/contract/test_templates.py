"""Templates of the policy and the occasions of notify fit together: nobody waits for a message without words."""

from __future__ import annotations

import inspect
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rulebook import load_policy
from schemas.owner import Owner
from services.notify import reactions
from services.notify.core.notice import Addressee, Way, Wish
from services.notify.core.profile import Profile
from services.notify.core.wording import Wording

POLICY = load_policy(Path(__file__).resolve().parents[2] / "policy")
NAMED = set(
    re.findall(r'"((?:requester|visitor|department|centre|supervisor|duty)-[a-z-]+)"', inspect.getsource(reactions))
)
UNUSED = {"requester-refused"}
"""Told by the channel itself: who was refused at the door has no ticket and often no contact."""


def test_every_occasion_has_its_template_and_every_template_its_occasion() -> None:
    assert {template.code for template in POLICY.templates} - UNUSED == NAMED


@pytest.mark.parametrize("code", sorted(NAMED))
def test_a_template_says_something_even_when_little_is_known(code: str) -> None:
    wish = Wish(code, Addressee(Owner("requester"), Way.SMS, "+8613800000000"), {})
    now = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)

    notice = Wording(POLICY).notice(wish, Profile(ticket="26030200000017"), "cause", now)

    assert notice is not None
    assert notice.subject
    assert "26030200000017" in notice.subject + notice.text or code.startswith("requester-")
    assert "{{" not in notice.text
