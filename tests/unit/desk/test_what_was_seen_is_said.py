"""A terminal says with each act what its author saw last of the ticket, under the login by which they saw it."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from random import Random

import pytest

from liuhen.desk import looked
from schemas.acts import version_told
from tests.support.dispatch.lives import BEGINNINGS, happens_next
from tools.client.addresses import Addresses
from tools.prepare.secrets import write_secret

ONE, TWO = "26091403000175", "26091403000288"


@pytest.fixture
def here(tmp_path: Path) -> Addresses:
    """Given somebody who is logged in."""
    login = tmp_path / "login"
    write_secret(login, "lhs.first")
    return Addresses(kafka="k", postgres="p", login=login)


def as_another(here: Addresses, shown: str) -> None:
    assert here.login is not None
    write_secret(here.login, shown)


def test_what_was_shown_last_is_what_the_next_act_says(here: Addresses) -> None:
    looked.remember(here, [(ONE, 3), (TWO, None), (ONE, 2)])

    assert (looked.last_seen(here, ONE), looked.last_seen(here, TWO)) == (3, None)

    looked.remember(here, [(TWO, 1), (ONE, 5)])

    assert (looked.last_seen(here, ONE), looked.last_seen(here, TWO)) == (5, 1)


def test_what_one_person_saw_another_did_not(here: Addresses) -> None:
    looked.remember(here, [(ONE, 3)])
    as_another(here, "lhs.second")

    assert looked.last_seen(here, ONE) is None

    looked.remember(here, [(ONE, 7)])
    as_another(here, "lhs.first")

    assert looked.last_seen(here, ONE) == 3


def test_whoever_logs_out_leaves_nothing_behind_and_nobody_reads_it_meanwhile(here: Addresses) -> None:
    looked.remember(here, [(ONE, 3)])
    assert here.login is not None
    (kept,) = here.login.parent.glob("login-seen/*")
    assert (kept.stat().st_mode & 0o077, kept.parent.stat().st_mode & 0o077) == (0, 0)

    looked.forget(here)

    assert looked.last_seen(here, ONE) is None
    assert not kept.exists()


def test_a_file_that_nobody_can_read_any_more_is_nothing_seen(here: Addresses) -> None:
    looked.remember(here, [(ONE, 3)])
    assert here.login is not None
    (kept,) = here.login.parent.glob("login-seen/*")
    kept.write_text("{", "utf-8")

    assert looked.last_seen(here, ONE) is None


def test_without_a_login_nothing_is_kept(tmp_path: Path) -> None:
    nowhere = Addresses(kafka="k", postgres="p")

    looked.remember(nowhere, [(ONE, 3)])

    assert looked.last_seen(nowhere, ONE) is None
    assert not [*tmp_path.iterdir()]


def test_the_whole_trace_of_a_ticket_says_its_version() -> None:
    for beginning, seed in product(BEGINNINGS, range(2)):
        chance, story = Random(seed), beginning()  # noqa: S311 - made-up lives
        for _ in range(12):
            story = happens_next(story, chance)
        told = (
            (fact.type_name, fact.by.party and fact.by.party.kind) for fact in story.all_facts if hasattr(fact, "by")
        )
        assert version_told(told) == story.ticket.version
