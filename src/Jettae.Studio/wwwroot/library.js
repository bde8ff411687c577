// The library by keyboard: j and k (or the arrows) from card to card, a approves, x selects, / searches. Enter is the link's own.
const cards = () => [...document.querySelectorAll(".library .pieces > li")];
const isTyping = (target) => target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");

function move(step) {
  const all = cards();
  const at = all.findIndex((card) => card.contains(document.activeElement));
  const to = all[at < 0 ? 0 : Math.min(all.length - 1, Math.max(0, at + step))];
  to?.querySelector("a.open").focus();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isTyping(event.target)) return;
  if (!document.querySelector(".library") || document.querySelector("dialog[open], [popover]:popover-open")) return;
  const card = document.activeElement?.closest(".library .pieces > li");
  // The key's place counts where a Korean keyboard gives another letter.
  const act = {
    KeyJ: () => move(1),
    KeyK: () => move(-1),
    ArrowDown: () => card && move(1),
    ArrowUp: () => card && move(-1),
    KeyA: () => card?.querySelector(".approve")?.click(),
    KeyX: () => card?.querySelector("input[type=checkbox]").click(),
    Slash: () => document.querySelector(".library input[type=search]").focus(),
  }[event.code];
  if (!act || event.shiftKey || (event.code.startsWith("Arrow") && !card)) return;
  event.preventDefault();
  act();
});

// On a phone the filters lie over the list; what was chosen there is then to be seen.
document.addEventListener("click", (event) => {
  const sheet = event.target.closest(".facets:popover-open");
  if (sheet && event.target.closest("a")) sheet.hidePopover();
});
