// The calendar's keys and its drag and drop. The server draws; here the focus moves and an item is carried.
let page, carried, listening;
const grid = () => document.querySelector("[data-calendar]");
const say = (text) => { const line = document.querySelector("[data-said]"); if (line) line.textContent = text; };
const fill = (text, value) => text.replace("{0}", value);
const cellOf = (element) => element?.closest?.("[data-cell]");
const movable = (element) => element?.closest?.("[data-movable]");
const over = (cell) => {
  document.querySelectorAll(".drop").forEach((each) => each.classList.remove("drop"));
  cell?.classList.add("drop");
};
function focus(element) {
  if (!element) return;
  if (element.matches("[data-cell]")) {
    grid().querySelectorAll('[data-cell][tabindex="0"]').forEach((each) => (each.tabIndex = -1));
    element.tabIndex = 0;
  }
  element.focus();
}
const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
function beside(cell, key) {
  const [down, right] = steps[key];
  const rows = [...grid().tBodies[0].rows].map((row) => [...row.querySelectorAll("[data-cell]")]);
  const at = rows.findIndex((row) => row.includes(cell));
  const column = rows[at].indexOf(cell) + right;
  if (column >= 0 && column < 7) return rows[at + down]?.[column];
  // From a row's end to the next row in a month; a week's hours have no such neighbour.
  if (grid().matches(".week")) return undefined;
  return rows[at + right]?.[right > 0 ? 0 : 6];
}
// What is turned to is drawn a moment later, without the cell that had the focus perhaps: one goes on at its home.
async function turn(button) {
  const to = button.dataset.to;
  button.click();
  for (let n = 0; n < 300 && grid()?.dataset.date !== to; n++) await new Promise(requestAnimationFrame);
  focus(grid()?.querySelector("[data-home]"));
}
async function drop(key, cell) {
  over(null);
  if (!key || !cell) return;
  const moved = await page.invokeMethodAsync("DroppedAsync", key, cell.dataset.cell);
  if (!moved) return;
  // The server draws it in its new place a moment later.
  for (let n = 0; n < 60; n++) {
    const item = document.querySelector(`[data-calendar] [data-key="${CSS.escape(moved)}"]`);
    if (item) return item.focus();
    await new Promise(requestAnimationFrame);
  }
  focus(document.querySelector(`[data-cell="${CSS.escape(cell.dataset.cell)}"]`));
}
function carry(event) {
  if (event.key === "Escape" || event.key === "Tab") {
    const item = document.querySelector(`[data-key="${CSS.escape(carried.key)}"]`);
    say(grid().dataset.back);
    carried = undefined;
    over(null);
    if (event.key === "Escape") { event.preventDefault(); item?.focus(); }
  } else if (event.key === "Enter" || event.key === " ") {
    event.preventDefault();
    const { key, cell } = carried;
    carried = undefined;
    drop(key, cell);
  } else if (steps[event.key]) {
    event.preventDefault();
    carried.cell = beside(carried.cell, event.key) ?? carried.cell;
    over(carried.cell);
    focus(carried.cell);
    say(fill(grid().dataset.over, carried.cell.dataset.name));
  }
}
function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.target.closest("input, select, textarea")) return;
  const key = event.key.length === 1 ? event.code : event.key;
  const cell = cellOf(event.target);
  if (key === "KeyT" && !carried) {
    const today = document.querySelector("[data-today]");
    return cell ? turn(today) : today?.click();
  }
  if (!grid()) return;
  if (carried) return carry(event);
  if (!cell) return;
  const items = [...cell.querySelectorAll("[data-item]")].filter((each) => each.offsetParent);
  const at = items.indexOf(event.target.closest("[data-item]"));
  if (key === "PageUp" || key === "PageDown") {
    event.preventDefault();
    turn(document.querySelector(`[data-turn="${key === "PageUp" ? -1 : 1}"]`));
  } else if (key === "KeyM" && movable(event.target)) {
    event.preventDefault();
    carried = { key: movable(event.target).dataset.key, cell };
    over(cell);
    say(fill(grid().dataset.picked, movable(event.target).dataset.name));
  } else if (key === "Enter" && at < 0) {
    event.preventDefault();
    if (items.length) items[0].focus();
    else page.invokeMethodAsync("Pressed", cell.dataset.cell, false);
  } else if (key === "KeyN" && !event.shiftKey) {
    event.preventDefault();
    page.invokeMethodAsync("Pressed", cell.dataset.cell, true);
  } else if (key === "Escape" && at >= 0) {
    focus(cell);
  } else if (steps[key]) {
    event.preventDefault();
    const inside = key === "ArrowDown" ? at + 1 : at - 1;
    if (at >= 0 && steps[key][0] !== 0 && inside >= 0 && inside < items.length) items[inside].focus();
    else if (at === 0 && key === "ArrowUp") focus(cell);
    else focus(beside(cell, key));
  }
}
function onClick(event) {
  const cell = cellOf(event.target);
  if (cell && !event.target.closest("button, a")) page.invokeMethodAsync("Pressed", cell.dataset.cell, false);
}
let dragged;
function onDrag(event) {
  if (event.type === "dragstart") {
    dragged = event.target.closest?.("[data-calendar] [data-movable]")?.dataset.key;
    if (dragged) { event.dataTransfer.effectAllowed = "move"; event.dataTransfer.setData("text/plain", dragged); }
  } else if (!dragged) {
    return;
  } else if (event.type === "dragover") {
    const cell = cellOf(event.target);
    over(cell);
    if (cell) event.preventDefault();
  } else if (event.type === "drop") {
    event.preventDefault();
    drop(dragged, cellOf(event.target));
    dragged = undefined;
  } else {
    dragged = undefined;
    over(null);
  }
}
export function begin(dotnet) {
  page = dotnet;
  listening = new AbortController();
  const { signal } = listening;
  document.addEventListener("keydown", onKey, { signal });
  document.addEventListener("click", onClick, { signal });
  for (const type of ["dragstart", "dragover", "drop", "dragend"]) document.addEventListener(type, onDrag, { signal });
  return { zone: document.documentElement.dataset.zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone, isNarrow: matchMedia("(max-width: 720px)").matches };
}
export function end() {
  listening?.abort();
  carried = dragged = undefined;
}
