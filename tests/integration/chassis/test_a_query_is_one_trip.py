"""A query of a service's is one trip to the database: a connection is put back without a second one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.support.chassis.outside import Toy

_PUT_BACK = (
    "select count(*) from pg_stat_activity where usename = current_user and query like '%pg\\_advisory\\_unlock\\_all%'"
)


async def test_a_connection_is_put_back_without_asking_the_database(toy: Toy) -> None:
    # given a service that has looked whether its tables are there, and has handled records
    await toy.send([toy.poke(n, f"T{n}") for n in range(20)])
    toy.start()
    await toy.until_said(20)
    # then the last words of its idle connections are none that reset a session
    assert await toy.value(_PUT_BACK + " and pid <> pg_backend_pid()") == 0
