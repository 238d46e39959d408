"""What rows say, whole and as text: a body that is packed shows its words to nobody who asks the database."""

from __future__ import annotations

from typing import Any

from chassis.packing import said, unpacked


async def words_of(connection: Any, table: str) -> list[str]:
    """Each row of a table as one text, the body of a message word for word."""
    packs = await connection.fetchval(
        "select exists (select from pg_attribute where attrelid = $1::regclass and attname = 'packed')", table
    )
    if not packs:
        return [text for (text,) in await connection.fetch(f"select t::text from {table} t")]  # noqa: S608 - a test's own name
    rows = await connection.fetch(f"select t::text, {said('t')} from {table} t")  # noqa: S608 - a test's own name
    return [f"{text} {unpacked(kept)}" for text, kept in rows]
