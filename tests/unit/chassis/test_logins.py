"""Who asks is told by a token or a session; what was taken away or has ended opens nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from stat import S_IMODE

import pytest

from chassis.logins import SESSION_LASTS, Caller, Doorkeeper
from tools.prepare.logins import LOGINS, give_token, prepare_trial, revoke, set_password, trial_token

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def keeper(tmp_path: Path) -> Doorkeeper:
    """Given somebody with a password and a token."""
    set_password(tmp_path, "p-xu", "correct horse", NOW - timedelta(days=1))
    give_token(tmp_path, "p-xu", "report")
    return Doorkeeper(tmp_path / LOGINS, b"a key")


def test_a_token_tells_its_person_and_its_name(keeper: Doorkeeper, tmp_path: Path) -> None:
    token = give_token(tmp_path, "p-lu", "monthly")

    assert keeper.who(token, NOW) == Caller("p-lu", "monthly")
    assert keeper.who(token + "x", NOW) is None
    assert keeper.who("", NOW) is None


def test_neither_token_nor_password_stands_in_the_file(keeper: Doorkeeper, tmp_path: Path) -> None:
    token = give_token(tmp_path, "p-lu", "monthly")

    text = keeper.file.read_text("utf-8")
    assert token not in text
    assert "correct horse" not in text
    assert "$argon2id$" in text
    assert S_IMODE(keeper.file.stat().st_mode) == 0o600


def test_a_token_of_the_same_name_takes_the_place_of_the_earlier_one(keeper: Doorkeeper, tmp_path: Path) -> None:
    earlier, later = (give_token(tmp_path, "p-lu", "monthly") for _ in range(2))

    assert keeper.who(earlier, NOW) is None
    assert keeper.who(later, NOW) == Caller("p-lu", "monthly")


def test_only_the_persons_own_password_is_right(keeper: Doorkeeper) -> None:
    assert keeper.check("p-xu", "correct horse")
    assert not keeper.check("p-xu", "correct house")
    assert not keeper.check("p-lu", "correct horse")
    assert not keeper.check("p-nobody", "")


def test_a_session_ends_by_itself(keeper: Doorkeeper) -> None:
    session, until = keeper.begin("p-xu", NOW)

    assert until == NOW + SESSION_LASTS
    found = keeper.who(session, NOW)
    assert found is not None
    assert (found.person, found.token) == ("p-xu", "")
    assert found.session is not None
    assert (found.session.until, found.session.in_browser) == (until, False)
    assert keeper.who(session, until) is None


def test_a_session_of_another_key_or_another_name_is_nobodys(keeper: Doorkeeper) -> None:
    session, _ = keeper.begin("p-xu", NOW)
    other = session.replace(b"p-xu".hex(), b"p-lu".hex())

    assert keeper.who(other, LATER) is None
    assert Doorkeeper(keeper.file, b"another key").who(session, LATER) is None


@pytest.mark.parametrize("broken", ["lhs.", "lhs.....", "lhs.\ud800.1.2.3.4", "lhs.70.x.y.z.w", "lht.\x00"])
def test_what_is_no_token_is_nobodys(keeper: Doorkeeper, broken: str) -> None:
    assert keeper.who(broken, NOW) is None


def test_everything_that_somebody_has_can_be_ended(keeper: Doorkeeper, tmp_path: Path) -> None:
    token, (session, _) = give_token(tmp_path, "p-xu", "monthly"), keeper.begin("p-xu", NOW)

    assert revoke(tmp_path, "p-xu", None, LATER)

    assert keeper.who(token, LATER) is keeper.who(session, LATER) is None
    assert not keeper.check("p-xu", "correct horse")


def test_a_new_password_ends_the_sessions_under_the_old_one_and_keeps_tokens(
    keeper: Doorkeeper, tmp_path: Path
) -> None:
    token, (session, _) = give_token(tmp_path, "p-xu", "monthly"), keeper.begin("p-xu", NOW)

    set_password(tmp_path, "p-xu", "battery staple", LATER)

    assert keeper.who(session, LATER) is None
    assert keeper.who(token, LATER) == Caller("p-xu", "monthly")
    assert keeper.who(keeper.begin("p-xu", LATER + timedelta(seconds=1))[0], LATER + timedelta(seconds=2))


def test_what_nobody_has_cannot_be_taken(tmp_path: Path) -> None:
    assert not revoke(tmp_path, "p-xu", "monthly", NOW)


def test_without_a_file_nobody_is_known(tmp_path: Path) -> None:
    keeper = Doorkeeper(tmp_path / LOGINS, b"a key")

    assert keeper.who("lht.any", NOW) is None
    assert not keeper.check("p-xu", "any password")


def test_a_trial_keeps_the_tokens_that_it_has(tmp_path: Path) -> None:
    prepare_trial(tmp_path, ["p-xu", "p-lu"])
    before = trial_token(tmp_path, "p-xu")

    prepare_trial(tmp_path, ["p-xu", "p-lu", "p-gu"])

    assert trial_token(tmp_path, "p-xu") == before
    assert len({trial_token(tmp_path, person) for person in ("p-xu", "p-lu", "p-gu")}) == 3
