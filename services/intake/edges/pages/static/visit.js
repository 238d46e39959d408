"use strict";
// A visitor's page: what is typed is on the phone at once, goes to the door when it can, and stays until that answered.

const by = (id) => document.getElementById(id);
const STATES = new Map(document.body.dataset.states.split(";").filter(Boolean).map((each) => each.split(" ")));
const read = (name) => JSON.parse(window.localStorage.getItem(name) || "null");
const write = (name, value) => window.localStorage.setItem(name, JSON.stringify(value));
const AGAIN = 30000; // milliseconds between two tries
const SOON = 2000; // milliseconds until an answer is asked for that had not come yet
const NEAR = 100; // metres: what is known less well is worth another try outside
const SHOWN = 50;
const VISITS = "/v1/survey/visits";
const DEVICES = "/v1/survey/device-requests";
const PREFIX = "visit.kept.";

function named() {
  const bytes = window.crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((each) => each.toString(16).padStart(2, "0")).join("");
}

function wrong(words) {
  by("wrong").textContent = words;
  by("wrong").hidden = !words;
}

// Who visits ------------------------------------------------------------------------------------------------------

const who = () => read("visit.who");

function device() {
  if (!read("visit.device")) write("visit.device", `phone-${named()}`);
  return read("visit.device");
}

function showWho() {
  const known = who();
  by("setup").open = !known;
  for (const [id, value] of Object.entries(known || {})) by(id).value = value;
}

by("who").addEventListener("submit", (event) => {
  event.preventDefault();
  write("visit.who", { visitor: by("visitor").value.trim(), unit: by("unit").value, key: by("key").value.trim() });
  by("setup").open = false;
  wrong("");
  go();
});

by("device").addEventListener("submit", (event) => {
  event.preventDefault();
  if (!who()) return wrong("请先填写并记住您是谁。");
  const said = { visitor: who().visitor, device: device(), reason: by("reason").value.trim() };
  keep({ id: named(), path: DEVICES, said, at: new Date().toISOString(), about: ["申请换机"], place: "" });
  by("device").reset();
  return go();
});

// What is being typed ---------------------------------------------------------------------------------------------

const form = by("visit");
const SIMPLE = ["address", "household", "requester_kind", "name", "phone"];
let draft = read("visit.draft") || { id: named(), problems: [{}] };

function keepDraft() {
  for (const name of SIMPLE) draft[name] = form.elements[name].value;
  draft.problems = [...by("problems").children].map((each) => Object.fromEntries(
    [...each.querySelectorAll("[data-field]")].map((field) => [field.dataset.field, field.value]),
  ));
  write("visit.draft", draft);
}

function addProblem(said) {
  const part = by("problem").content.cloneNode(true);
  for (const field of part.querySelectorAll("[data-field]")) {
    if (said[field.dataset.field]) field.value = said[field.dataset.field];
  }
  by("problems").append(part);
  by("more").hidden = by("problems").children.length >= Number(form.dataset.most);
}

function showPosition() {
  const { position } = draft;
  if (!position) by("position").textContent = "还没有位置。";
  else {
    const metres = Math.round(position.accuracy);
    by("position").textContent = `已有位置，误差约 ${metres} 米。${metres > NEAR ? "误差较大，可以走到室外再取一次。" : ""}`;
  }
}

function showDraft() {
  for (const name of SIMPLE) form.elements[name].value = draft[name] || (name === "requester_kind" ? "resident" : "");
  by("problems").replaceChildren();
  for (const each of draft.problems) addProblem(each);
  showPosition();
}

function begin(said) {
  draft = said;
  write("visit.draft", draft);
  showDraft();
}

const isEmpty = () => !draft.address && !draft.household && draft.problems.every((each) => !each.text);
form.addEventListener("input", keepDraft);
by("more").addEventListener("click", () => {
  addProblem({});
  by("problems").lastElementChild.querySelector("textarea").focus();
  keepDraft();
});
by("problems").addEventListener("click", (event) => {
  if (!("drop" in event.target.dataset)) return;
  event.target.closest("fieldset").remove();
  by("more").hidden = false;
  by("more").focus();
  keepDraft();
});
by("clear").addEventListener("click", () => {
  if (window.confirm("清空正在填的这一户？")) begin({ id: named(), problems: [{}] });
});

by("locate").addEventListener("click", () => {
  if (!navigator.geolocation || !window.isSecureContext) {
    by("position").textContent = "这里取不到位置：请用 https 打开本页，并允许浏览器使用位置。";
    return;
  }
  by("position").textContent = "正在取得位置……";
  navigator.geolocation.getCurrentPosition(({ coords }) => {
    const accuracy = Math.min(coords.accuracy, 100000);
    draft.position = { latitude: coords.latitude, longitude: coords.longitude, accuracy, at: new Date().toISOString() };
    keepDraft();
    showPosition();
  }, () => { by("position").textContent = "没有取得位置：请允许使用位置，或者走到室外再试。"; }, { enableHighAccuracy: true, timeout: 20000 });
});

function saidOf(typed) {
  const contact = Object.fromEntries(["name", "phone"].filter((each) => typed[each]?.trim()).map((each) => [each, typed[each].trim()]));
  return {
    visitor: who().visitor, unit: who().unit, device: device(), position: typed.position, visited_at: typed.position.at,
    household: typed.household, address: { text: typed.address }, contact, requester_kind: typed.requester_kind,
    problems: typed.problems.filter((each) => each.text.trim()),
  };
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  keepDraft();
  if (!who()) {
    wrong("请先填写并记住您是谁。");
    by("setup").open = true;
    by("visitor").focus();
    return;
  }
  if (!draft.position) {
    wrong("请先取得位置：走访要写明在哪里。");
    by("locate").focus();
    return;
  }
  wrong("");
  const said = saidOf(draft);
  // Kept under its own name before the form is emptied: said again, it is the same visit.
  keep({ id: draft.id, path: VISITS, said, typed: draft, at: said.visited_at, place: `${draft.address} ${draft.household}`, about: said.problems.map((each) => each.text.slice(0, 60)) });
  begin({ id: named(), problems: [{}] });
  by("address").focus();
  go();
});

// What was said, and what became of it ----------------------------------------------------------------------------

const keep = (one) => write(PREFIX + one.id, one);

function all() {
  const names = Object.keys(window.localStorage).filter((each) => each.startsWith(PREFIX));
  return names.map(read).sort((one, other) => other.at.localeCompare(one.at));
}

const asks = (path, more = {}) => fetch(path, { ...more, headers: { Authorization: `Bearer ${who().key}`, ...more.headers } });

function refused(one, words) {
  keep({ ...one, refused: words, receipt: "" });
}

async function say(one) {
  const answer = await asks(one.path, {
    method: "POST", body: JSON.stringify(one.said), headers: { "Content-Type": "application/json", "Idempotency-Key": one.id },
  });
  if (answer.status === 202) return keep({ ...one, receipt: (await answer.json()).receipt });
  if (answer.status === 401 || answer.status === 403) {
    by("setup").open = true;
    throw new Error("大调研的口令不对，请在“我是谁”里改正。填的都还在。");
  }
  if (answer.status === 400 || answer.status === 409 || answer.status === 422) return refused(one, (await answer.json()).detail);
  throw new Error("系统忙，稍后自动再试。填的都还在。");
}

async function look(one) {
  const answer = await asks(`/v1/receipts/${one.receipt}`);
  if (!answer.ok) return;
  const told = await answer.json();
  if (told.state === "refused") refused(one, told.reason);
  // What it said of people leaves the phone once the system has it.
  else if (told.state === "accepted") keep({ ...one, told, said: null, typed: null });
}

async function rounds() {
  for (const one of all().filter((each) => !each.receipt && !each.refused).reverse()) await say(one);
  for (const one of all().filter((each) => each.receipt).slice(0, SHOWN)) await look(one);
}

let soon = 0;

async function go() {
  window.clearTimeout(soon);
  show();
  if (!who()) return;
  try {
    // Of two open pages one speaks.
    await (navigator.locks ? navigator.locks.request("visit", rounds) : rounds());
    by("line").textContent = "已连上。";
    if (all().some((each) => each.receipt && !each.told)) soon = window.setTimeout(go, SOON);
  } catch (error) {
    by("line").textContent = error instanceof TypeError ? "没有网络：填的都留在这部手机上，连上后自动上报。" : error.message;
  }
  show();
}

function line(tag, words, inside) {
  const made = document.createElement(tag);
  made.textContent = words;
  inside.append(made);
  return made;
}

function mend(one) {
  keepDraft();
  if (!isEmpty()) return wrong("正在填的一户还没有上报：先上报或者清空，再改这一户。");
  window.localStorage.removeItem(PREFIX + one.id);
  begin({ ...one.typed, id: named() });
  by("address").focus();
  return show();
}

function button(words, inside, act) {
  const made = line("button", words, inside);
  made.type = "button";
  made.className = "quiet";
  made.addEventListener("click", act);
}

function showOne(one, list) {
  const row = line("li", "", list);
  line("strong", one.place || one.about[0], row);
  if (one.refused) {
    line("p", `没有被接受：${one.refused}`, row).className = "wrong";
    if (one.typed) button("改好再报", row, () => mend(one));
    else button("知道了", row, () => { window.localStorage.removeItem(PREFIX + one.id); show(); });
    return;
  }
  line("div", one.told ? `已收下，回执 ${one.receipt}` : one.receipt ? "已送到，正在等答复" : "还没有送到，连上后自动上报", row);
  const tickets = one.told?.tickets || [];
  if (!tickets.length) return;
  const part = line("ul", "", row);
  for (const ticket of tickets) {
    const news = ticket.news?.at(-1);
    const state = ticket.state ? STATES.get(ticket.state) : "已登记";
    line("li", `${ticket.ticket}：${state}${news ? `。${news.text}` : ""}`, part);
  }
  if (one.about.length) line("div", one.about.join("；"), row).className = "hint";
  const card = line("a", "给住户看的提示卡", row);
  card.href = `/visit/card?receipt=${one.receipt}`;
}

function show() {
  const kept = all();
  const open = kept.filter((each) => !each.told);
  by("waiting").replaceChildren();
  by("mine").replaceChildren();
  by("waiting-count").textContent = open.length;
  for (const one of open) showOne(one, by("waiting"));
  for (const one of kept.filter((each) => each.told).slice(0, SHOWN)) showOne(one, by("mine"));
  if (!open.length) line("li", "没有。", by("waiting"));
  if (!by("mine").children.length) line("li", "还没有。上报以后，每个问题办到哪一步都在这里。", by("mine"));
}

by("ask").addEventListener("click", go);
window.addEventListener("online", go);
document.addEventListener("visibilitychange", () => { if (!document.hidden) go(); });
window.setInterval(() => { if (!document.hidden) go(); }, AGAIN);
if ("serviceWorker" in navigator) navigator.serviceWorker.register("/visit/worker.js", { scope: "/visit" }).catch(() => {});
if (navigator.storage?.persist) navigator.storage.persist();
showWho();
showDraft();
go();
