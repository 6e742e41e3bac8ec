// A link of ours is followed inside the live page, without loading the document again.
// Anything else than a plain click (another button, a modifier) stays the browser's own business.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a.ck-link");
  const special = event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
  if (!link || special || event.defaultPrevented) return;
  // Without network the worker opens what the phone keeps; without worker the page stays.
  if (document.querySelector('[data-phone="lost"]:not(.ck-back)')) {
    if (!navigator.serviceWorker?.controller) event.preventDefault();
    return;
  }
  event.preventDefault();
  history.replaceState({ ...history.state, top: scrolled()?.scrollTop }, "");
  history.pushState(null, "", link.href);
  drawAgain();
  const bar = link.closest("nav")?.ariaLabel;
  if (bar) onceDrawn(() => keepFocus(bar, link.textContent));
});

// The way to the content leads past the bar, which Streamlit holds in it: to the title.
document.addEventListener("click", (event) => {
  const title = document.querySelector('[data-testid="stMain"] h1');
  if (!title || !event.target.closest?.('[data-testid="stSkipToContent"]')) return;
  title.tabIndex = -1;
  setTimeout(() => title.focus());
});

// What Streamlit 1.67 listens to: it runs the script again for the address that is written.
const drawAgain = () => dispatchEvent(new PopStateEvent("popstate"));

// A newer state is drawn without being asked for; a page in the background waits to be looked at.
// A server that does not answer is noted for phone.js: a dead socket looks open for minutes.
const follow = async () => {
  const shown = document.querySelector("[data-generation]")?.dataset.generation;
  if (document.hidden || !shown) return;
  const { dataset } = document.documentElement;
  const said = await fetch("/readyz", { signal: AbortSignal.timeout(5000) })
    .then((answer) => answer.json())
    .catch(() => undefined);
  const wasAway = dataset.away;
  clearTimeout(again);
  if (said) delete dataset.away;
  else {
    dataset.away = "yes";
    again = setTimeout(follow, 3000);
  }
  if (said && (wasAway || (said.generation && String(said.generation) !== shown))) drawAgain();
};
let again;
setInterval(follow, 30000);
document.addEventListener("visibilitychange", follow);

// Back returns to where the page was left.
addEventListener("popstate", (event) => {
  const top = event.isTrusted ? history.state?.top : undefined;
  if (top !== undefined) onceDrawn(() => { scrolled().scrollTop = top; });
});

const scrolled = () => document.querySelector('[data-testid="stMain"]');

// What was drawn again has lost the focus: a keyboard stays on the same link of the bar or switch.
const keepFocus = (bar, words) => {
  if (document.activeElement !== document.body) return;
  const links = [...document.querySelectorAll("nav a.ck-link")];
  links
    .find((link) => link.closest("nav").ariaLabel === bar && link.textContent === words)
    ?.focus({ preventScroll: true });
};

// So is a list or a pill whose choice lives in the address: a keyboard stays on the one of that name.
let held;
let isTyped = false;
const nameOf = (one) => one.ariaLabel || one.textContent;
addEventListener("focusin", () => { held = document.activeElement; }); // not the option that a list only points at
addEventListener("keydown", () => { isTyped = true; }, true);
addEventListener("pointerdown", () => { isTyped = false; }, true);
const holdFocus = () => {
  if (!isTyped || !held || held.isConnected || document.activeElement !== document.body) return;
  const same = [...document.querySelectorAll(`${held.localName}[aria-label], [role="radio"]`)];
  same.find((one) => nameOf(one) === nameOf(held))?.focus({ preventScroll: true });
};
new MutationObserver(holdFocus).observe(document.documentElement, { childList: true, subtree: true });

// Once the script has stopped and nothing moves; given up after 5 s, or when the reader moves.
const onceDrawn = (action) => {
  let calm;
  const stop = () => {
    clearTimeout(calm);
    clearTimeout(limit);
    watching.disconnect();
    for (const sign of SIGNS) removeEventListener(sign, stop);
  };
  const watching = new MutationObserver(() => {
    clearTimeout(calm);
    calm = setTimeout(() => {
      if (!document.querySelector('[data-test-script-state="notRunning"]')) return;
      stop();
      action();
    }, 60);
  });
  const limit = setTimeout(stop, 5000);
  for (const sign of SIGNS) addEventListener(sign, stop);
  watching.observe(document.getElementById("root"), { childList: true, subtree: true, attributes: true });
};
const SIGNS = ["wheel", "touchstart", "keydown"];
