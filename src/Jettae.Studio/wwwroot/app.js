// Countdowns tick here, not on the server. Elements with data-until have no children of their own.
const two = (n) => String(n).padStart(2, "0");
function tick() {
  const now = Date.now();
  const korean = document.documentElement.lang === "ko";
  for (const element of document.querySelectorAll("[data-until]")) {
    const left = Math.max(0, Math.round((Number(element.dataset.until) - now) / 1000));
    const [d, h, m, s] = [Math.floor(left / 86400), Math.floor(left / 3600) % 24, Math.floor(left / 60) % 60, left % 60];
    const days = d > 0 ? `${d}${korean ? "일" : "d"} ` : "";
    const text = `${days}${two(h)}:${two(m)}:${two(s)}`;
    if (element.textContent !== text) element.textContent = text;
  }
}
// Instants that belong to no schedule are shown in the reader's own zone.
function local() {
  const format = new Intl.DateTimeFormat(document.documentElement.lang, { month: "short", day: "numeric", weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  for (const element of document.querySelectorAll("[data-local]")) {
    const text = format.format(Number(element.dataset.local));
    // The node itself stays: the server goes on updating it.
    if (element.textContent !== text) element.firstChild.nodeValue = text;
  }
}
// On a narrow screen the tab of this page is brought into sight, once.
let shownTab;
function tabs() {
  const tab = document.querySelector(".tabs a.active");
  if (!tab || tab.href === shownTab) return;
  shownTab = tab.href;
  tab.parentElement.scrollLeft = tab.offsetLeft - tab.parentElement.offsetLeft - 24;
}
setInterval(tick, 1000);
const refresh = () => { tick(); local(); tabs(); };
new MutationObserver(refresh).observe(document.documentElement, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-until", "data-local"] });
refresh();

// After a restart the server knows nothing of this page: it is read anew as soon as somebody answers.
const modal = document.getElementById("components-reconnect-modal");
async function comeBack() {
  if (!modal.matches(".components-reconnect-rejected, .components-reconnect-failed")) return;
  const answers = await fetch("/health/live").then((answer) => answer.ok, () => false);
  if (answers) location.reload();
  else setTimeout(comeBack, 1000);
}
new MutationObserver(comeBack).observe(modal, { attributes: true, attributeFilter: ["class"] });

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-theme-switch], [data-copy], [data-sign-out]");
  if (!button) return;
  if (button.hasAttribute("data-theme-switch")) {
    const next = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
    document.documentElement.dataset.theme = next;
    try { localStorage.setItem("theme", next); } catch { /* storage may be forbidden */ }
  } else if (button.hasAttribute("data-copy")) {
    await navigator.clipboard.writeText(button.dataset.copy);
    const label = button.textContent;
    button.textContent = button.dataset.copied;
    setTimeout(() => (button.textContent = label), 1500);
  } else {
    await fetch("/api/sign-out", { method: "POST", headers: { "Content-Type": "application/json" }, body: "{}" });
    location.href = "/sign-in";
  }
});

export const zone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;
export const open = (dialog) => { if (!dialog.open) dialog.showModal(); };
export const close = (dialog) => dialog.close();
export const focus = (id) => document.getElementById(id)?.focus();
