"""A secret is replaced while everything runs: who is connected goes on, the old one opens nothing more."""

from __future__ import annotations

import asyncio
import stat
from pathlib import Path

import asyncpg
import pytest
from aiokafka.errors import KafkaError

from schemas.principals import ADMIN
from tests.support.operations import Operations
from tests.support.security.asking import Asking
from tools.local.instance import Instance
from tools.prepare.logins import LOGINS
from tools.prepare.rotation import WHY_FIXED
from tools.prepare.secrets import TOKENS

USER = "department.civil-affairs"


@pytest.fixture
def operations(system: Instance) -> Operations:
    """Commands against the system of all tests, whose folder of secrets changes under them as it should."""
    return Operations(system)


async def test_a_department_gets_another_password_and_goes_on_meanwhile(
    system: Instance, operations: Operations
) -> None:
    before = system.broker(USER)
    async with Asking.as_user(before) as asking:
        assert await asking.joined([f"{USER}.one"])
        await asyncio.to_thread(operations.asked, "secrets", "rotate", USER)
        assert await asking.joined([f"{USER}.one"]), "who is connected goes on"
    with pytest.raises(KafkaError):
        async with Asking.as_user(before):
            pass
    async with Asking.as_user(system.broker(USER)) as asking:
        assert await asking.joined([f"{USER}.one"])


@pytest.mark.parametrize("role", ["trace", "liuhen_reader", "liuhen_migration", "liuhen"])
async def test_a_role_of_the_database_gets_another_password_and_goes_on_meanwhile(
    system: Instance, operations: Operations, role: str
) -> None:
    before = system.postgres_dsn(role)
    connection = await asyncpg.connect(before)
    await asyncio.to_thread(operations.asked, "secrets", "rotate", f"database.{role}")
    assert await connection.fetchval("select 1") == 1, "who is connected goes on"
    await connection.close()
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(before)
    await (await asyncpg.connect(system.postgres_dsn(role))).close()
    # and the password file of the database's own clients says the new one
    assert system.cluster.password(role) in (system.home / "pgpass").read_text("ascii")


async def test_what_was_interrupted_is_taken_up_again_with_the_same_password(
    system: Instance, operations: Operations
) -> None:
    # given a password that the database knows and the folder does not: the command ended in between
    beside = system.secrets / "database.liuhen.next"
    beside.write_text("of-the-first-try", "ascii")
    owner = await asyncpg.connect(system.postgres_dsn())
    await owner.execute("alter role liuhen password 'of-the-first-try'")
    await owner.close()
    # when it is asked for again
    await asyncio.to_thread(operations.asked, "secrets", "rotate", "database.liuhen")
    # then that one is in force
    assert system.cluster.password("liuhen") == "of-the-first-try"
    assert not beside.exists()
    await (await asyncpg.connect(system.postgres_dsn())).close()


@pytest.mark.parametrize("name", TOKENS)
def test_two_tokens_are_valid_together_until_the_old_one_is_retired(
    system: Instance, operations: Operations, name: str
) -> None:
    file = system.secrets / name
    old = file.read_text("ascii").split()
    assert operations.asked("secrets", "rotate", name) == {"name": name, "done": "rotated"}
    new, *others = file.read_text("ascii").split()
    assert others == old
    assert new not in old
    assert operations.asked("secrets", "retire", name)["done"] == "retired"
    assert file.read_text("ascii").split() == [new]
    assert operations.asked("secrets", "retire", name)["done"] == "alone"


@pytest.mark.parametrize("name", WHY_FIXED)
def test_what_would_lose_something_is_refused_with_the_reason(operations: Operations, name: str) -> None:
    result = operations.run("secrets", "rotate", name)
    assert result.exit_code == 1
    assert WHY_FIXED[name] in str(result.exception)


def test_the_list_names_every_file_of_the_folder_and_shows_none(system: Instance, operations: Operations) -> None:
    shown = operations.run("secrets", "list")
    names = {each["name"] for each in operations.asked("secrets", "list")}
    files = {file.name: file for file in system.secrets.iterdir() if file.is_file() and file.name != LOGINS}
    assert files.keys() <= names
    assert ADMIN in names
    assert {name for name, file in files.items() if stat.S_IMODE(file.stat().st_mode) != 0o600} == set()
    assert stat.S_IMODE(system.secrets.stat().st_mode) == 0o700
    assert [name for name, file in files.items() if _content(file) in shown.output] == []


def _content(file: Path) -> str:
    return file.read_text("ascii").split()[0]
