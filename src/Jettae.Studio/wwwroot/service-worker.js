// Without a server there is nothing to show but that: everything lives there. Keeps one page for that time, and nothing else.
const name = "jettae-1";
const home = "/_content/Jettae.Studio/";
const kept = ["offline.html", "offline.css", "offline.js", "icon.svg"].map((file) => home + file);
self.addEventListener("install", (event) => event.waitUntil(caches.open(name).then((cache) => cache.addAll(kept)).then(() => self.skipWaiting())));
self.addEventListener("activate", (event) =>
  event.waitUntil(caches.keys().then((all) => Promise.all(all.filter((each) => each !== name).map((each) => caches.delete(each)))).then(() => self.clients.claim())));
self.addEventListener("fetch", (event) => {
  const path = new URL(event.request.url).pathname;
  if (event.request.mode === "navigate") event.respondWith(fetch(event.request).catch(() => caches.match(kept[0])));
  else if (kept.includes(path)) event.respondWith(fetch(event.request).catch(() => caches.match(path)));
});
