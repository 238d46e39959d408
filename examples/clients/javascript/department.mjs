// A department signs for every order that it leads. KafkaJS; settings from the environment.
//
// It keeps nothing: its topic holds the newest order of every ticket, so it reads from the beginning each time it
// starts, and is right after a restart, a week away, or on its first day. What it says has an id made of what it
// says: said twice, it is done once.
import { Kafka, logLevel } from "kafkajs";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";

const { LIUHEN_KAFKA, LIUHEN_USER, LIUHEN_PASSWORD_FILE } = process.env;
const department = LIUHEN_USER.replace("department.", "");
const orders = `liuhen.public.dispatch.${department}.v1`;
const acts = `liuhen.inbound.department.${department}.v1`;
const ORDER = "liuhen.public.order.v1";
const SOURCE = `${department}/example-js`;

const kafka = new Kafka({
  clientId: SOURCE,
  brokers: LIUHEN_KAFKA.split(","),
  logLevel: logLevel.ERROR,
  sasl: {
    mechanism: "scram-sha-512",
    username: LIUHEN_USER,
    password: readFileSync(LIUHEN_PASSWORD_FILE, "utf8").trim(),
  },
});
const producer = kafka.producer({ idempotent: true });
const consumer = kafka.consumer({ groupId: `${LIUHEN_USER}.${randomUUID()}`, allowAutoTopicCreation: false });

const newest = new Map(); // ticket -> its newest order, with the sequence by which it is the newest
const header = (message, name) => message.headers[name]?.toString();
const tell = (said) => console.log(JSON.stringify(said));

function keep(message) {
  const sequence = Number(header(message, "ce_sequence"));
  const order = JSON.parse(message.value);
  if ((newest.get(order.ticket)?.sequence ?? 0) < sequence) newest.set(order.ticket, { sequence, order });
}

async function accept({ ticket, version }) {
  await producer.send({
    topic: acts,
    acks: -1,
    messages: [
      {
        key: ticket,
        value: JSON.stringify({ ticket, if_seen: version, by: { id: "js-1", name: "示例程序" } }),
        headers: {
          ce_specversion: "1.0",
          ce_id: `accept-${ticket}-${version}`,
          ce_source: SOURCE,
          ce_type: "liuhen.inbound.accept.v1",
          ce_time: new Date().toISOString(),
          "content-type": "application/json",
        },
      },
    ],
  });
}

/** Act on what is true now: every newest order that may be accepted, once it is known that nothing newer waits. */
async function act() {
  for (const [ticket, { order }] of newest) {
    if (!order.may?.includes("accept")) continue;
    await accept(order);
    newest.get(ticket).order = { ...order, may: [] }; // until the next message of the ticket
  }
}

await producer.connect();
await consumer.connect();
await consumer.subscribe({ topic: orders, fromBeginning: true });
await consumer.run({
  autoCommit: false,
  eachBatch: async ({ batch, resolveOffset, heartbeat }) => {
    for (const message of batch.messages) {
      const type = header(message, "ce_type");
      const said = JSON.parse(message.value);
      if (type === ORDER) {
        keep(message);
        tell({ ticket: said.ticket, happened: said.happened, state: said.state });
      } else if (said.source === SOURCE) {
        tell({ answered: said.submission, code: said.code ?? "given", reason: said.reason });
      } // what we do not know comes with later versions
      resolveOffset(message.offset);
      await heartbeat();
    }
    if (Number(batch.lastOffset()) + 1 >= Number(batch.highWatermark)) await act();
  },
});

for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, async () => {
    await consumer.disconnect();
    await producer.disconnect();
    process.exit(0);
  });
}
