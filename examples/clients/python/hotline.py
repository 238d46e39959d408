"""A hotline hands its calls over and hears what became of them. confluent-kafka; settings from the environment.

Calls come as lines of JSON: {"id": …, "register": {…}}. Each is written down before it is sent, and sent again after a
restart until it is answered: the same id and content is done once. Answers and news are read where this reader stopped
last, a week ago or a second: its group remembers.
"""

from __future__ import annotations

import json
import os
import sqlite3
import sys
from datetime import UTC, datetime
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import Any

from confluent_kafka import Consumer, Message, Producer

USER, SOURCE = "hotline", "example-call-centre/1"
CALLS, ANSWERS = "liuhen.inbound.hotline.v1", "liuhen.public.channel.hotline.v1"
LOGIN = {
    "bootstrap.servers": os.environ["LIUHEN_KAFKA"],
    "security.protocol": os.environ.get("LIUHEN_KAFKA_PROTOCOL", "SASL_PLAINTEXT"),
    "sasl.mechanism": "SCRAM-SHA-512",
    "sasl.username": USER,
    "sasl.password": Path(os.environ["LIUHEN_PASSWORD_FILE"]).read_text().strip(),
}


def tell(**said: Any) -> None:
    print(json.dumps(said, ensure_ascii=False), flush=True)


class Hotline:
    """What was sent, in a file; what was answered, from the topic."""

    def __init__(self, file: Path) -> None:
        self.book = sqlite3.connect(file, isolation_level=None)
        self.book.execute("create table if not exists call (id text primary key, body text, answered text)")
        self.producer = Producer(LOGIN | {"enable.idempotence": True, "acks": "all"})
        group = {"group.id": f"{USER}.example", "group.instance.id": "1"}  # starts again at once in its own place
        self.consumer = Consumer(LOGIN | group | {"auto.offset.reset": "earliest", "enable.auto.commit": False})
        self.consumer.subscribe([ANSWERS])
        for call, body in self.book.execute("select id, body from call where answered is null").fetchall():
            self.send(call, body)

    def take(self, line: str) -> None:
        """Write a call down, then send it: nothing is lost between the two."""
        said = json.loads(line)
        body = json.dumps(said["register"], ensure_ascii=False)
        self.book.execute("insert or ignore into call (id, body) values (?, ?)", (said["id"], body))
        self.send(said["id"], body)

    def send(self, call: str, body: str) -> None:
        """Send a call; its key keeps what is said about it in order."""
        headers = {
            "ce_specversion": "1.0",
            "ce_id": call,
            "ce_source": SOURCE,
            "ce_type": "liuhen.inbound.register.v1",
            "ce_time": datetime.now(UTC).isoformat(),
            "content-type": "application/json",
        }
        self.producer.produce(CALLS, body.encode(), call.encode(), headers=list(headers.items()))
        self.producer.flush()

    def hear(self, message: Message) -> None:
        """Take in what was answered; types that we do not know come with later versions."""
        kind = dict(message.headers() or ()).get("ce_type")
        said = json.loads(message.value() or b"{}")
        match kind.decode() if isinstance(kind, bytes) else kind:
            case "liuhen.public.receipt-given.v1" if said["source"] == SOURCE:
                self.answered(said["submission"], receipt=said["receipt"], tickets=said["tickets"])
            case "liuhen.public.receipt-refused.v1" if said["source"] == SOURCE:
                self.answered(said["submission"], code=said["code"], field=said.get("field"), reason=said["reason"])
            case "liuhen.public.ticket-news.v1":
                tell(ticket=said["ticket"], happened=said["happened"], text=said["text"])
            case _:
                pass

    def answered(self, call: str, **said: Any) -> None:
        """Note an answer; a later refusal replaces it, and the same one again changes nothing."""
        told = json.dumps(said, ensure_ascii=False)
        done = self.book.execute("update call set answered = ? where id = ? and answered is not ?", (told, call, told))
        if done.rowcount:
            tell(call=call, **said)

    def run(self, calls: SimpleQueue[str]) -> None:
        """Take calls and hear answers."""
        while True:
            while not calls.empty():
                self.take(calls.get())
            message = self.consumer.poll(0.2)
            if message is not None and not message.error():
                self.hear(message)
                self.consumer.commit(message=message, asynchronous=False)


def listen(calls: SimpleQueue[str]) -> None:
    for line in sys.stdin:
        calls.put(line)


if __name__ == "__main__":
    said: SimpleQueue[str] = SimpleQueue()
    Thread(target=listen, args=[said], daemon=True).start()
    Hotline(Path(sys.argv[1])).run(said)
