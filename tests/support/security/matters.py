"""What waits at the desk in tests of its door: a task, an order, a call that is owed, all of one ticket."""

from __future__ import annotations

from chassis.contacts import WordSeal
from chassis.service import Connection
from schemas.envelope import Envelope
from schemas.public import CallbackRequest, DeskTask
from schemas.values import Contact, Kind, Tier
from services.desk import store
from services.desk.core.callbacks import requested
from services.desk.core.callers import CallerRow
from services.desk.core.orders import kept
from services.desk.core.pressing import weight
from services.desk.reactions import TaskRow
from tests.support.desk import ONE, RULES, order
from tests.support.security.doors import NOON


async def save_matters(connection: Connection, seal: WordSeal) -> None:
    """A ticket waits for a dispatcher and for a callback; the housing bureau has its order."""
    said = order(ONE, version=1)
    envelope = Envelope("e-1", "liuhen/dispatch/0", said.type_name, NOON, ONE, sequence=1)
    task = DeskTask(
        task="dispatching",
        open=True,
        ticket=ONE,
        since=NOON,
        tier=Tier.SIMPLE,
        kind=Kind.HELP,
        text="灯",
        version=1,
    )
    row = TaskRow(ONE, "dispatching", "liuhen/dispatch/0", 2, NOON, task.to_json().decode(), weight(task), NOON, NOON)
    await store.save_orders(connection, [kept("housing", envelope, said.to_json(), seal.of(ONE))])
    await store.save_tasks(connection, [row])
    asked = CallbackRequest(
        happened="requested", ticket=ONE, round=0, attempts=3, contact=Contact(phone="13600000000"), text="灯"
    )
    await store.save_callbacks(connection, [requested(envelope, asked, asked.to_json().decode(), seal.of(ONE), RULES)])
    began = CallerRow(ONE, "h", NOON, "help", None, "国和路", "灯", False, False, None)  # noqa: FBT003
    await store.save_callers(connection, [began])
