// A WeChat account's backend reports what a citizen wrote, over HTTP, and asks what became of it. No dependencies.
//
// The id of a message is WeChat's own: whatever happens between here and there, it is sent again under the same id
// until the door has answered, and is one report. What the door refuses is shown to the citizen in the door's words.
import { setTimeout as sleep } from "node:timers/promises";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

const { LIUHEN_INTAKE_URL, LIUHEN_WECHAT_TOKEN_FILE } = process.env;
const tell = (said) => console.log(JSON.stringify(said));

/** Ask until there is an answer: 429 and 5xx say when to come again, and so does a connection that breaks. */
async function ask(path, options = {}) {
  for (let pause = 0.5; ; pause = Math.min(pause * 2, 30)) {
    try {
      const token = readFileSync(LIUHEN_WECHAT_TOKEN_FILE, "utf8").trim().split(/\s+/)[0];
      const headers = { Authorization: `Bearer ${token}`, ...options.headers };
      const answer = await fetch(new URL(path, LIUHEN_INTAKE_URL), { ...options, headers });
      if (answer.status !== 429 && answer.status < 500) return answer;
      pause = Number(answer.headers.get("Retry-After") ?? pause);
    } catch {
      // nobody there: come again
    }
    await sleep(pause * 1000);
  }
}

/** Report a message; returns the address where its fate stands, or nothing where it was refused. */
async function report({ id, text, place, openid }) {
  const answer = await ask("/v1/wechat/reports", {
    method: "POST",
    headers: { "Content-Type": "application/json", "Idempotency-Key": id },
    body: JSON.stringify({ kind: "help", text, place: { text: place }, contact: { wechat: openid } }),
  });
  const said = await answer.json();
  if (answer.status === 202) return said.href;
  tell({ id, code: said.code, field: said.field, reply: said.detail }); // application/problem+json
}

/** Follow a report until it is decided, then tell the citizen its number. */
async function follow(id, href) {
  for (;;) {
    const said = await (await ask(href)).json();
    if (said.state === "refused") return tell({ id, code: said.code, reply: said.reason });
    if (said.state === "accepted") return tell({ id, receipt: said.receipt, tickets: said.tickets });
    await sleep(500);
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const message = JSON.parse(line);
  const href = await report(message);
  if (href) await follow(message.id, href);
}
