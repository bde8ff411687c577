// A page lives by its connection to the program. One that lost it, or never had it, is read anew as soon as somebody answers.
// Stands before all else of the page: it is what remains when the rest does not come.
const back = (() => {
  const patience = 20_000;
  const modal = () => document.getElementById("components-reconnect-modal");
  const isInert = () => document.querySelector("main[inert]") && !document.querySelector("main:not([inert])");
  const answers = () => fetch("/health/live", { cache: "no-store" }).then((answer) => answer.ok, () => false);

  async function come() {
    if (!modal().matches(".components-reconnect-rejected, .components-reconnect-failed")) return;
    if (await answers()) location.reload();
    else setTimeout(come, 1000);
  }

  // Something may keep a page from its connection for good, or from a part of it: it is not read anew for ever.
  function lost() {
    const tried = Number(sessionStorage.getItem("tried")) + 1;
    sessionStorage.setItem("tried", tried);
    if (tried < 5) setTimeout(() => modal().classList.add("components-reconnect-failed"), 500 * tried);
    else document.getElementById("blazor-error-ui").style.display = "block";
  }

  // A program that goes while its page is being read leaves it without its scripts, or with a connection that never answers.
  let isPartial = false;
  addEventListener("error", (event) => { isPartial ||= event.target instanceof HTMLScriptElement; }, true);
  function watch(since) {
    const timer = setInterval(async () => {
      if (!isInert()) return clearInterval(timer);
      if (modal().className) return;
      const isOver = performance.now() - since > patience;
      if (isOver || !(await answers())) {
        clearInterval(timer);
        lost();
      }
    }, patience / 4);
  }

  document.addEventListener("DOMContentLoaded", () => {
    new MutationObserver(come).observe(modal(), { attributes: true, attributeFilter: ["class"] });
    if (isPartial) lost();
    else watch(performance.now());
  });
  return { isInert, lost };
})();
