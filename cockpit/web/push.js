// To be told on this phone, or not any more; and the number on the icon.
// The words are those of the button (`cockpit/views/push_button.py`), in the language of the page.
(() => {
  const KEPT = "cockpit-push"; // {person, endpoint, at}: what this phone asked for
  const DAY_MS = 24 * 3600 * 1000;
  const isApple =
    /iPhone|iPad|iPod/.test(navigator.userAgent) ||
    (/Macintosh/.test(navigator.userAgent) && navigator.maxTouchPoints > 1);
  const isInstalled = navigator.standalone || matchMedia("(display-mode: standalone)").matches;
  const isAble =
    "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;

  const kept = () => {
    try {
      return JSON.parse(localStorage.getItem(KEPT)) ?? {};
    } catch {
      return {};
    }
  };
  const keep = (what) => localStorage.setItem(KEPT, JSON.stringify(what));

  const worker = async () => {
    if (!(await navigator.serviceWorker.getRegistration())) {
      await navigator.serviceWorker.register("/sw.js");
    }
    return navigator.serviceWorker.ready;
  };
  const subscribed = async () => {
    const registration = await navigator.serviceWorker.getRegistration();
    return (await registration?.pushManager?.getSubscription()) ?? null;
  };

  const ask = async (name, body) => {
    const answer = await fetch(`/push/${name}?lang=${document.documentElement.lang}`, {
      method: body ? "POST" : "GET",
      headers: body ? { "content-type": "application/json" } : {},
      body: body && JSON.stringify(body),
    });
    const said = await answer.json();
    if (!answer.ok) throw new Error(said.sentence);
    return said;
  };

  const bytes = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
  const isFor = (subscription, key) => {
    const used = new Uint8Array(subscription.options.applicationServerKey ?? []);
    return used.length === key.length && used.every((one, at) => one === key[at]);
  };

  // A subscription made for other keys is of no use: it is made again.
  const subscribe = async (person) => {
    const registration = await worker();
    const key = bytes((await ask("key")).key);
    let found = await registration.pushManager.getSubscription();
    if (found && !isFor(found, key)) {
      await found.unsubscribe();
      found = null;
    }
    const options = { userVisibleOnly: true, applicationServerKey: key };
    const subscription = found ?? (await registration.pushManager.subscribe(options));
    try {
      const { sentence } = await ask("subscribe", { person, subscription: subscription.toJSON() });
      keep({ person, endpoint: subscription.endpoint, at: Date.now() });
      return sentence;
    } catch (error) {
      await subscription.unsubscribe();
      localStorage.removeItem(KEPT);
      throw error;
    }
  };
  const unsubscribe = async () => {
    const found = await subscribed();
    localStorage.removeItem(KEPT);
    if (!found) return;
    await found.unsubscribe();
    await ask("unsubscribe", { endpoint: found.endpoint });
  };

  const stateOf = async (person) => {
    if (!isAble) return isApple && !isInstalled ? "install" : "unable";
    if (Notification.permission === "denied") return "denied";
    return (await subscribed()) && kept().person === person ? "on" : "off";
  };
  const draw = async (button, sentence = "") => {
    const state = await stateOf(button.dataset.pushPerson);
    button.dataset.pushState = state;
    button.disabled = false;
    button.hidden = !["on", "off"].includes(state);
    button.textContent = state === "on" ? button.dataset.stop : button.dataset.start;
    say(button, sentence || button.dataset[state] || "");
  };
  const say = (button, sentence) => {
    const place = button.parentElement.querySelector('[role="status"]');
    if (place) place.textContent = sentence;
  };

  // The permission is asked for in the gesture itself: Safari refuses it a moment later.
  document.addEventListener("click", async (event) => {
    const button = event.target.closest?.("[data-push-person]");
    if (!button || button.disabled) return;
    const isOn = button.dataset.pushState === "on";
    const permission = isOn || !isAble ? "" : Notification.requestPermission();
    button.disabled = true;
    say(button, button.dataset.wait);
    let sentence = "";
    try {
      if (isOn) await unsubscribe();
      else if ((await permission) === "granted") {
        sentence = await subscribe(button.dataset.pushPerson);
      }
    } catch (error) {
      sentence = `${button.dataset.failed} ${error.message ?? ""}`.trim();
    }
    await draw(button, sentence);
  });

  // What the server has may be lost (a restored backup, a service that moved the phone): said again
  // once a day, and whenever it is no longer the same.
  const refresh = async () => {
    const { person, endpoint, at } = kept();
    if (!isAble || !person || Notification.permission !== "granted") return;
    const found = await subscribed();
    const isFresh = Math.abs(Date.now() - at) < DAY_MS;
    if (found?.endpoint === endpoint && isFresh) return;
    await subscribe(person);
  };

  // The icon says what the bar says; looking at the alerts takes their notifications away.
  let counted;
  const count = () => {
    const bar = document.querySelector(".ck-nav");
    if (!bar || document.hidden) return;
    const number = parseInt(bar.querySelector(".ck-badge")?.textContent ?? "0", 10) || 0;
    if (navigator.setAppBadge && number !== counted) {
      counted = number;
      (number ? navigator.setAppBadge(number) : navigator.clearAppBadge()).catch(() => {});
    }
    if (location.pathname === "/alertes") putAway();
  };
  const putAway = async () => {
    const registration = await navigator.serviceWorker?.getRegistration();
    for (const one of (await registration?.getNotifications?.()) ?? []) one.close();
  };

  let calm;
  const look = () => {
    clearTimeout(calm);
    calm = setTimeout(() => {
      count();
      for (const one of document.querySelectorAll("[data-push-person]:not([data-push-state])")) {
        draw(one);
      }
    }, 200);
  };
  new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
  document.addEventListener("visibilitychange", () => {
    counted = undefined; // a push may have changed it meanwhile
    look();
  });
  look();
  refresh().catch(() => {}); // without a network: the next opening
})();
