"use strict";
// Keys, and figures that stay true. Without this file the page still works; it has to be reloaded.

const EVERY = 10000; // milliseconds between two looks at the figures
const shown = (element) => element.getClientRects().length > 0;

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select") !== null;
  if (event.isComposing || typing || event.ctrlKey || event.altKey || event.metaKey || document.body.dataset.keys !== "on") return;
  const key = event.key.toLowerCase();
  const element = [...document.querySelectorAll("[data-key]")].find((each) => each.dataset.key === key && shown(each));
  if (!element) return;
  if (element.tagName === "INPUT") element.focus();
  else element.click();
  event.preventDefault();
});

// Only what changed is replaced, and whoever stands on a link in it stands there afterwards.
function renew(page) {
  for (const part of document.querySelectorAll("[data-live]")) {
    const now = page.getElementById(part.id);
    if (!now || now.innerHTML === part.innerHTML) continue;
    const links = [...part.querySelectorAll("a")];
    const at = links.indexOf(document.activeElement);
    part.replaceChildren(...now.childNodes);
    if (at >= 0) (part.querySelectorAll("a")[at] || document.getElementById("main")).focus();
  }
}

async function look() {
  const away = document.getElementById("away");
  try {
    const answer = await fetch(window.location.href, { headers: { Accept: "text/html" } });
    if (answer.status === 401) window.location.reload();
    else if (answer.ok) renew(new DOMParser().parseFromString(await answer.text(), "text/html"));
    away.hidden = answer.status < 500;
  } catch {
    away.hidden = false;
  }
}

if (document.querySelector("[data-live]")) window.setInterval(look, EVERY);
