"""Where the database lets nobody in, one sentence says why and what to do."""

from __future__ import annotations

import asyncpg

from tools.verify.run import not_let_in


def test_a_password_of_the_shell_that_stands_before_the_files_is_named() -> None:
    wrong = asyncpg.InvalidPasswordError('password authentication failed for user "intake"')

    assert "unset PGPASSWORD" in not_let_in("intake", wrong, {"PGPASSWORD": "of another database"})
    assert "PGPASSWORD" not in not_let_in("intake", wrong, {})
    assert "intake" in not_let_in("intake", ConnectionRefusedError("refused"), {})
