"""Nobody takes more messages than can be tried before the lease is over, also where nobody answers."""

from __future__ import annotations

import pytest

from rulebook.rules import Delivery
from services.notify.core.notice import Way
from services.notify.edges.channels import at_once
from services.notify.settings import NotifySettings

SIDE_BY_SIDE = 20


def rules(timeout: int) -> Delivery:
    return Delivery(attempts=3, first_wait_seconds=30, factor=4, longest_wait_seconds=3600, timeout_seconds=timeout)


def settings(lease: float) -> NotifySettings:
    return NotifySettings(routes={Way.SMS: "https://sms.invalid"}, lease_seconds=lease)


@pytest.mark.parametrize(("lease", "timeout"), [(60.0, 10), (60.0, 2), (600.0, 30), (60.0, 30)])
def test_what_is_taken_is_tried_within_half_of_the_lease(lease: float, timeout: int) -> None:
    assert at_once(settings(lease), rules(timeout)) / SIDE_BY_SIDE * timeout <= lease / 2


def test_there_is_always_something_taken() -> None:
    assert at_once(settings(0.0), rules(120)) == SIDE_BY_SIDE


def test_files_answer_at_once_and_take_many() -> None:
    assert at_once(NotifySettings(lease_seconds=60.0), rules(10)) == 500
