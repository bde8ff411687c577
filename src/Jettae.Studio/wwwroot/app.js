// Of several nodes behind a proxy any may take the next connection: it must be a whole one, with nothing agreed upon before.
const isShared = document.querySelector("script[data-shared]");
// Blazor says nothing of a first connection that fails.
const log = (level, message) => {
  if (level >= 4) console.error(message);
  if (message.startsWith("Failed to start the connection") && back.isInert()) back.lost();
};
Blazor.start({
  circuit: {
    configureSignalR: (hub) => {
      hub.configureLogging({ log });
      if (isShared) hub.withUrl("_blazor", { skipNegotiation: true, transport: 1 });
    },
    // Who waits for a server that restarts is back within a second of it.
    reconnectionOptions: { maxRetries: 30, retryIntervalMilliseconds: (tried, most) => (tried >= most ? null : tried && 1000) },
  },
});

// Countdowns tick here, not on the server. Elements with data-until have no children of their own.
const two = (n) => String(n).padStart(2, "0");
function tick() {
  const now = Date.now();
  const korean = document.documentElement.lang === "ko";
  for (const element of document.querySelectorAll("[data-until], [data-since]")) {
    const left = Math.max(0, Math.round((element.dataset.since ? now - Number(element.dataset.since) : Number(element.dataset.until) - now) / 1000));
    const [d, h, m, s] = [Math.floor(left / 86400), Math.floor(left / 3600) % 24, Math.floor(left / 60) % 60, left % 60];
    const days = d > 0 ? `${d}${korean ? "일" : "d"} ` : "";
    const text = `${days}${two(h)}:${two(m)}:${two(s)}`;
    if (element.textContent !== text) element.textContent = text;
  }
}
// Instants that belong to no schedule are shown in the reader's own zone: the one of the settings, else the browser's.
const wanted = document.documentElement.dataset.zone;
const parts = { month: "short", day: "numeric", weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: wanted };
const shown = (more) => new Intl.DateTimeFormat(document.documentElement.lang, { ...parts, ...more });
const year = new Intl.DateTimeFormat("en", { year: "numeric", timeZone: wanted });
// To the minute or the second; with the year where it is another than now.
const [minutes, seconds] = [{}, { second: "2-digit" }].map((more) => [shown(more), shown({ ...more, year: "numeric" })]);
function local() {
  const thisYear = year.format(Date.now());
  for (const element of document.querySelectorAll("[data-local]")) {
    const at = Number(element.dataset.local);
    const text = ("seconds" in element.dataset ? seconds : minutes)[year.format(at) === thisYear ? 0 : 1].format(at);
    // The node itself stays: the server goes on updating it.
    if (element.textContent !== text) element.firstChild.nodeValue = text;
  }
}
// On a narrow screen the tab of this page is brought into sight, once.
let shownTab;
function tabs() {
  const tab = document.querySelector("main:not([hidden]) .tabs a.active");
  if (!tab || tab === shownTab) return;
  shownTab = tab;
  tab.parentElement.scrollLeft = tab.offsetLeft - tab.parentElement.offsetLeft - 24;
}
// A page that has come gives the focus to its heading, as soon as it has read that. Whoever has begun in it keeps their place.
let isNew = false;
function head() {
  const main = isNew && document.querySelector("main:not([inert], [hidden])");
  const heading = main && main.querySelector("h1");
  if (!heading) return;
  isNew = false;
  if (main.contains(document.activeElement)) return;
  heading.tabIndex = -1;
  heading.focus();
}
// The first picture stays until the live page has read what takes its place, unless that takes long or another page is asked for.
const { pathname } = location;
let keptAt;
let picture = document.querySelector("main[inert]:not(:has(.skeleton))")?.cloneNode(true);
function keep() {
  const live = picture && document.querySelector("main:not([inert])");
  if (!live) return;
  keptAt ??= performance.now();
  const isReading = location.pathname === pathname && performance.now() - keptAt < 4000 && live.querySelector(".skeleton");
  live.hidden = !!isReading;
  if (!live.hidden) picture = picture.remove();
  else if (!picture.isConnected) live.before(picture);
}
setInterval(() => { keep(); tick(); }, 1000);
const refresh = () => { keep(); tick(); local(); tabs(); head(); if (document.querySelector("main:not([inert])")) sessionStorage.removeItem("tried"); };
new MutationObserver(refresh).observe(document.documentElement, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-until", "data-since", "data-local"] });
refresh();

// Over plain http, other than from this machine, a browser has no clipboard to write to: what is selected can be copied even so.
function copyBySelection(button) {
  const text = Object.assign(document.createElement("textarea"), { value: button.dataset.copy, readOnly: true, style: "position: fixed; opacity: 0" });
  button.after(text);
  text.select();
  const isCopied = document.execCommand("copy");
  text.remove();
  button.focus();
  return isCopied;
}
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-theme-switch], [data-copy], [data-sign-out]");
  if (!button) return;
  if (button.hasAttribute("data-theme-switch")) {
    const next = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
    document.documentElement.dataset.theme = next;
    try { localStorage.setItem("theme", next); } catch { /* storage may be forbidden */ }
  } else if (button.hasAttribute("data-copy")) {
    const isCopied = await navigator.clipboard?.writeText(button.dataset.copy).then(() => true, () => false) || copyBySelection(button);
    const label = (button.dataset.label ??= button.textContent);
    button.textContent = isCopied ? button.dataset.copied : document.documentElement.lang === "ko" ? "복사하지 못했어요" : "Not copied";
    setTimeout(() => (button.textContent = label), 2500);
  } else {
    // Its open pages are sent to sign-in at once, this one too: the answer that takes the cookie away outlives the page.
    const answer = await fetch("/api/sign-out", { method: "POST", keepalive: true, headers: { "Content-Type": "application/json" }, body: "{}" }).catch(() => null);
    if (answer?.ok || answer?.status === 401) location.href = "/sign-in";
    else button.textContent = button.dataset.failed;
  }
});

navigator.serviceWorker?.register("/_content/Jettae.Studio/service-worker.js", { scope: "/" }).catch(() => { /* only a comfort */ });

// The way back without the way to its button. Whoever types means their text; a Korean keyboard gives another letter.
document.addEventListener("keydown", (event) => {
  const isUndo = (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && (event.key.toLowerCase() === "z" || (event.key > "\x7f" && event.code === "KeyZ"));
  const undo = isUndo && document.querySelector(".toast [data-undo]");
  if (!undo || event.target.closest("input:not([type=checkbox], [type=radio]), textarea, [contenteditable]") || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  undo.click();
});

// Forms are sent by the page. Where that has failed, what was typed stays, and does not go as a part of the address.
document.addEventListener("submit", (event) => { if (event.target.method !== "post") event.preventDefault(); }, true);

// What is being typed is told to the server when its field is left. A page that goes before that asks by itself.
let typing;
document.addEventListener("input", (event) => { if (event.target.closest("[data-asks]")) typing = event.target; });
document.addEventListener("change", () => setTimeout(() => { typing = null; }, 1000));
addEventListener("beforeunload", (event) => { if (typing?.isConnected) event.preventDefault(); });

let openedAt;
const isMenu = (each) => each.matches?.("[popover].menu");
document.addEventListener("beforetoggle", ({ newState, target }) => {
  if (newState !== "open") return;
  openedAt = scrollY;
  // It is drawn once before its place is known.
  if (isMenu(target)) target.style.visibility = "hidden";
}, true);
// A menu opens at its button, and stays on the screen.
document.addEventListener("toggle", (event) => {
  const menu = event.target;
  if (event.newState !== "open" || !isMenu(menu)) return;
  menu.style.visibility = "";
  const button = document.querySelector(`[popovertarget="${CSS.escape(menu.id)}"]`)?.getBoundingClientRect();
  if (!button) return;
  const below = button.bottom + 4 + menu.offsetHeight <= innerHeight;
  menu.style.top = `${below ? button.bottom + 4 : Math.max(8, button.top - 4 - menu.offsetHeight)}px`;
  menu.style.left = `${Math.max(8, Math.min(button.right - menu.offsetWidth, innerWidth - menu.offsetWidth - 8))}px`;
}, true);
// Who chose from a menu, or scrolls away from it, is done with it.
const closeMenus = () => document.querySelectorAll("[popover]:popover-open").forEach((menu) => menu.hidePopover());
document.addEventListener("click", (event) => { if (event.target.closest("[popover].menu button, [popover].menu a, .rest a")) closeMenus(); });
// The news of a scroll may come when the menu has opened since: only one that moved its button away counts.
addEventListener("scroll", () => { if (scrollY !== openedAt) document.querySelectorAll("[popover].menu:popover-open").forEach((menu) => menu.hidePopover()); }, { passive: true });

// The next page can be drawn at once as it will be: by this clock, for this width.
const remember = (name, value) => { document.cookie = `${name}=${value}; path=/; samesite=lax; max-age=${value ? 31536000 : 0}`; };
remember("zone", Intl.DateTimeFormat().resolvedOptions().timeZone);
remember("narrow", matchMedia("(max-width: 720px)").matches ? 1 : "");
export const zone = () => wanted ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
// What was to be opened may be gone meanwhile.
export const open = (dialog) => { if (dialog && !dialog.open) dialog.showModal(); };
export const close = (dialog) => dialog?.close();
export const arrive = () => { isNew = true; head(); };
export const focus = (id) => document.getElementById(id)?.focus();
