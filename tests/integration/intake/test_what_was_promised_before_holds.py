"""What a requester was promised in words before the door kept dates is still their date after an upgrade."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import asyncpg

import services.intake
from chassis.migrate import migrate
from schemas.values import OfficialDue, ProvisionalDue
from services.intake.core.promises import Promise
from tools.local.database import Database
from tools.prepare.roles import prepare_roles

OLD = "services_before"
DATES = Path(services.intake.__file__).parent / "sql" / "019_promise.sql"


async def test_dates_that_were_told_in_words_are_the_citizens_own(database: Database, tmp_path: Path) -> None:
    # given a door of before, whose tickets say in words alone until when they are promised
    for each in DATES.parent.glob("*.sql"):
        if each.stem < DATES.stem:
            shutil.copy(each, tmp_path)
    await prepare_roles(database.dsn(), [OLD], lambda role: "old" if role == OLD else database.cluster.password(role))
    await migrate(database.dsn(), OLD, tmp_path, datetime.now(UTC))
    connection = await asyncpg.connect(database.dsn(), server_settings={"search_path": OLD})
    await connection.executemany(
        "insert into ticket (id, receipt, channel, open, registered, place, words, stands, promised)"
        " values ($1, '', 'hotline', $2, now(), '', '', 'registered', $3)",
        [
            ("fixed", True, "2026年12月04日 17:30"),
            ("whole-day", True, "2026年12月04日 24时"),
            ("open", True, "2027年01月04日 17:30（暂定，以公布的放假安排为准，最迟2027年01月06日 17:30）"),
            ("ended", False, "2026年12月04日 17:30"),
            ("unpromised", True, None),
        ],
    )
    # when it is upgraded
    shutil.copy(DATES, tmp_path)
    await migrate(database.dsn(), OLD, tmp_path, datetime.now(UTC))
    # then each open ticket has the date that was told, and what was promised of no ticket is still not promised
    kept = {row["id"]: row["promise"] for row in await connection.fetch("select id, promise from ticket")}
    await connection.close()
    promises = {ticket: Promise.model_validate_json(kept[ticket]).citizens for ticket in ("fixed", "whole-day", "open")}
    assert promises == {
        "fixed": OfficialDue(at=datetime(2026, 12, 4, 9, 30, tzinfo=UTC)),
        "whole-day": OfficialDue(at=datetime(2026, 12, 4, 16, tzinfo=UTC)),
        "open": ProvisionalDue(
            earliest=datetime(2027, 1, 4, 9, 30, tzinfo=UTC), latest=datetime(2027, 1, 6, 9, 30, tzinfo=UTC)
        ),
    }
    assert (kept["ended"], kept["unpromised"]) == (None, None)
