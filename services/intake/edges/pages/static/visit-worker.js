"use strict";
// Shows the visitor's page where there is no network: as it was last, and asked for anew beside that.

const KEPT = "visit";
const PAGE = "/visit";
const FILES = /\/static\/[\w.-]+/g;

async function renew() {
  const answer = await fetch(PAGE, { cache: "no-store" });
  if (!answer.ok) return;
  const files = (await answer.clone().text()).match(FILES) || [];
  const kept = await caches.open(KEPT);
  // The files first: a page without them would be worse than the one before.
  for (const file of files) if (!(await kept.match(file))) await kept.add(file);
  await kept.put(PAGE, answer);
  for (const request of await kept.keys()) {
    const { pathname } = new URL(request.url);
    if (pathname !== PAGE && !files.includes(pathname)) await kept.delete(request);
  }
}

async function known(event, path) {
  const found = await (await caches.open(KEPT)).match(path);
  if (path === PAGE && found) event.waitUntil(renew().catch(() => {}));
  return found || fetch(event.request);
}

self.addEventListener("install", (event) => event.waitUntil(renew().then(() => self.skipWaiting())));
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const { origin, pathname } = new URL(event.request.url);
  const ours = event.request.method === "GET" && origin === self.location.origin;
  if (ours && (pathname === PAGE || pathname.startsWith("/static/"))) event.respondWith(known(event, pathname));
});
