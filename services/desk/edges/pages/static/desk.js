"use strict";
// Keys, drafts and live lists. Without this file every page still works; it only asks for more clicks.

const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const shown = (element) => element.getClientRects().length > 0;
const away = (isAway) => { document.getElementById("away").hidden = !isAway; };

// Keys -----------------------------------------------------------------------------------------------------------

const typing = (target) => target.closest("input:not([type=radio]), textarea, select") !== null;

function walk(step) {
  const links = all("tr.row a").filter(shown);
  if (!links.length) return;
  const at = links.indexOf(document.activeElement);
  links[at < 0 ? 0 : Math.min(links.length - 1, Math.max(0, at + step))].focus();
}

function press(element) {
  if (element.tagName === "SUMMARY") {
    element.parentElement.open = true;
    (all("input:not([type=hidden]), textarea, select", element.parentElement).find(shown) || element).focus();
  } else if (element.tagName === "INPUT") {
    element.focus();
    element.select();
  } else {
    element.click();
  }
}

document.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  if (event.key === "Enter" && event.ctrlKey && event.target.form) {
    event.preventDefault();
    event.target.form.requestSubmit();
    return;
  }
  if (event.key === "Escape" && typing(event.target)) {
    event.target.blur();
    return;
  }
  if (document.body.dataset.keys !== "on" || event.ctrlKey || event.altKey || event.metaKey || typing(event.target)) return;
  const key = event.key.toLowerCase();
  if (key === "j" || key === "k") {
    walk(key === "j" ? 1 : -1);
  } else {
    const element = all("[data-key]").find((each) => each.dataset.key === key && shown(each));
    if (!element) return;
    press(element);
  }
  event.preventDefault();
});

// Drafts ---------------------------------------------------------------------------------------------------------

const QUIET = 700; // milliseconds after the last key
const AGAIN = 3000; // milliseconds until what could not be kept is tried once more
const waiting = new Map();

function typed(form) {
  const data = new URLSearchParams(new FormData(form));
  for (const name of ["seen", "shown"]) data.delete(name);
  return data;
}

async function keep(form, lasting = false) {
  window.clearTimeout(waiting.get(form));
  waiting.delete(form);
  const note = form.querySelector(".kept");
  try {
    const answer = await fetch(form.dataset.draft, { method: "POST", body: typed(form), keepalive: lasting, redirect: "manual" });
    const elsewhere = answer.status === 409;
    if (answer.type === "opaqueredirect") note.textContent = "登录已到期：照常写，提交时请您登录，写的都带着；在另一页登录了，草稿随后存下";
    else if (answer.status === 204) note.textContent = "草稿已存";
    else if (elsewhere) note.textContent = "另一页也在写这张表单，两边不一样，没有覆盖：";
    else throw new Error(String(answer.status));
    away(false);
    form.querySelector(".compare").hidden = !elsewhere;
    if (answer.type === "opaqueredirect") later(form, AGAIN);
  } catch {
    note.textContent = "草稿还没有存下，正在重试";
    away(true);
    later(form, AGAIN);
  }
}

function later(form, time) {
  window.clearTimeout(waiting.get(form));
  if (form.isConnected) waiting.set(form, window.setTimeout(() => keep(form), time));
}

document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (form && form.dataset.draft) later(form, QUIET);
});
document.addEventListener("submit", (event) => {
  window.clearTimeout(waiting.get(event.target));
  waiting.delete(event.target);
});
for (const leaving of ["pagehide", "htmx:beforeSwap"]) {
  window.addEventListener(leaving, () => { for (const form of [...waiting.keys()]) keep(form, true); }, true);
}

document.addEventListener("click", (event) => {
  const { take, words } = event.target.dataset;
  if (!take) return;
  const field = document.getElementById(take);
  field.value = words;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
});

function resume() {
  const carried = document.querySelector("form[data-resume]");
  if (carried) carried.requestSubmit();
}

// Live lists ----------------------------------------------------------------------------------------------------

let source = null;
let news = new Set();

function hear(event) {
  const { rows, counts } = JSON.parse(event.data);
  const live = document.querySelector("[data-live]");
  if (!live) return;
  for (const [key, isNew] of Object.entries(rows)) {
    if (live.dataset.own) {
      if (live.dataset.own === key) document.getElementById("moved").hidden = false;
      continue;
    }
    const row = document.getElementById(`row-${key}`);
    if (row) htmx.ajax("GET", `${live.dataset.rows}/${key.replace("-", "/")}`, { target: row, swap: "outerHTML" });
    else if (isNew) news.add(key);
    else news.delete(key);
  }
  if (live.dataset.own) return;
  if (Object.keys(rows).some((key) => key.endsWith("-urgent_call"))) htmx.trigger(document.body, "urgent");
  for (const each of all("[data-count]")) each.textContent = counts[each.dataset.count] || 0;
  document.getElementById("news-count").textContent = news.size;
  document.getElementById("news").hidden = news.size === 0;
}

function listen() {
  const live = document.querySelector("[data-live]");
  if (source && live && source.page === live) return;
  if (source) source.close();
  source = null;
  news = new Set();
  if (!live) return;
  source = new EventSource(live.dataset.live);
  source.page = live;
  source.addEventListener("changes", hear);
  source.addEventListener("open", () => away(false));
  source.addEventListener("error", () => away(true));
}

// A page that took another's place -------------------------------------------------------------------------------

const unable = 500; // the first status by which a server says that it cannot answer now
document.addEventListener("htmx:sendError", () => away(true));
document.addEventListener("htmx:afterRequest", (event) => {
  const { status } = event.detail.xhr;
  if (status) away(status >= unable);
});
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target === document.body) {
    const wrong = document.querySelector("[aria-invalid=true]");
    // Whoever went on meanwhile keeps their place.
    if (wrong) wrong.focus();
    else if (document.activeElement === document.body) document.getElementById("main").focus();
  }
  listen();
  resume();
});
document.addEventListener("DOMContentLoaded", () => { listen(); resume(); });

// Attachments ----------------------------------------------------------------------------------------------------

const BY_ENDING = { heic: "image/heic", mp4: "video/mp4", jpg: "image/jpeg" };

async function attach(file, token) {
  const kind = file.type || BY_ENDING[file.name.toLowerCase().split(".").pop()] || "application/octet-stream";
  const answer = await fetch(`/attachments?filename=${encodeURIComponent(file.name)}`, {
    method: "POST", body: file, headers: { "Content-Type": kind, "X-Form-Token": token },
  });
  const saved = await answer.json();
  if (!answer.ok) throw new Error(saved.detail);
  return `${saved.id}:${saved.sha256}`;
}

document.addEventListener("change", async (event) => {
  const input = event.target;
  if (!input.dataset.attach) return;
  const named = document.getElementById(input.dataset.attach);
  const progress = named.nextElementSibling;
  const submit = input.form.querySelector("button.first");
  submit.disabled = true;
  try {
    for (const file of input.files) {
      progress.textContent = `正在上传 ${file.name}`;
      named.value = `${named.value} ${await attach(file, input.form.elements.token.value)}`.trim();
    }
    progress.textContent = `已上传 ${named.value.split(" ").length} 个`;
    named.dispatchEvent(new Event("input", { bubbles: true }));
  } catch (error) {
    progress.textContent = error instanceof TypeError ? "没有上传：服务器没有回应，请稍后再选一次。" : error.message;
  } finally {
    input.value = "";
    submit.disabled = false;
  }
});
