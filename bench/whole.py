"""Whole tickets: from the call to the closing, through all services, with nobody outside who hesitates."""

from __future__ import annotations

import os
from typing import Final

import asyncpg

from bench import cpu, disk
from bench.figures import Figure
from bench.parties import SpeakingParties
from bench.place import connected
from tools.client.addresses import Addresses
from tools.local.instance import Announce, Instance
from tools.local.plan import service_names
from tools.verify.run import verify_system

_WARM: Final = 200
_OPEN_AT_ONCE: Final = 1_000
_AIM: Final = 150.0


async def measure(instance: Instance, tickets: int, announce: Announce, *, verify: bool) -> list[Figure]:
    """Tickets closed a second while all services run; then whether every promise was kept."""
    instance.start_services()
    parties = SpeakingParties(instance, _OPEN_AT_ONCE)
    announce("Whole tickets: warming up")
    await parties.play(_WARM)
    before, lay, stood = await _events(instance), await disk.taken(instance), await disk.tables(instance)
    announce(f"Whole tickets: {tickets:,} from the call to the closing")
    idle = cpu.spent(instance)
    closed = await parties.play(tickets)
    spent = cpu.since(instance, idle)
    await parties.close()
    said = await _events(instance) - before
    largest = disk.largest(stood, await disk.tables(instance), tickets)
    kept = disk.figures(lay, await disk.taken(instance), tickets, await disk.updates(instance, "trace"), largest)
    figures = [
        Figure("whole tickets, all services", tickets / closed[-1], "tickets/s", _AIM, note=f"{tickets:,} tickets"),
        Figure(
            "… durable events for a ticket", said / tickets, "events", note="recorded and published by all services"
        ),
    ]
    cost = 1000 * sum(spent.values()) / tickets
    shares = ", ".join(f"{name} {1000 * seconds / tickets:.1f}" for name, seconds in spent.items())
    figures += [
        Figure("… processor time for a ticket", cost, "ms", note=shares),
        Figure("… what so much allows on idle cores", 1000 * (os.cpu_count() or 1) / cost, "tickets/s", _AIM),
        *kept,
    ]
    if verify:
        announce("Whole tickets: verifying every promise")
        results = await verify_system(Addresses.of(instance.addresses()), lambda _: None)
        findings = sum(len(result.findings) for result in results)
        figures.append(Figure("… what verify found", findings, "findings", 0, "less", f"{len(results)} promises"))
    instance.stop(*instance.plan.services)
    return figures


async def _events(instance: Instance) -> int:
    total = 0
    for service in service_names():
        connection: asyncpg.Connection[asyncpg.Record] = await connected(instance.postgres_dsn(service), service)
        total += int(await connection.fetchval("select count(*) from event"))
        await connection.close()
    return total
