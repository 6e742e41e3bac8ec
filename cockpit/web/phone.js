// What a phone adds to every page: the worker, what it should keep, how the connection stands,
// what was done without network, the home screen, and forgetting all of it.
(() => {
  const root = document.documentElement;
  const said = COCKPIT.words[root.lang] ?? COCKPIT.words.fr;
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
  const part = (name) => document.querySelector(`[data-phone="${name}"]`);
  const isKept = () => Boolean(part("offline")); // the worker gave this page, without network
  const two = (number) => String(number).padStart(2, "0");
  const worker = navigator.serviceWorker;
  const tell = (message) => worker?.ready.then((found) => found.active.postMessage(message));

  // ---- ages, counted on this phone when they are read ----------------------------------------

  const time = (date) => `${two(date.getHours())}:${two(date.getMinutes())}`;
  const when = (date) =>
    fill(said.day_time, { day: `${two(date.getDate())}/${two(date.getMonth() + 1)}`, time: time(date) });
  const ago = (date) => {
    const minutes = Math.floor((Date.now() - date) / 60_000);
    if (minutes < 1) return said.now;
    if (minutes < 60) return fill(said.minutes, { n: minutes });
    if (minutes >= 48 * 60) return fill(said.days, { n: Math.floor(minutes / 1440) });
    const left = minutes % 60;
    const form = left ? said.hours_minutes : said.hours;
    return fill(form, { n: Math.floor(minutes / 60), m: two(left) });
  };

  const made = (tag, classes, text = "") => {
    const one = document.createElement(tag);
    if (classes) one.className = classes;
    one.textContent = text;
    return one;
  };

  // ---- a line that floats over the page --------------------------------------------------------

  const floating = (name, text, tone = "") => {
    let line = part(name);
    if (!line) {
      line = document.createElement("div");
      line.dataset.phone = name;
      line.role = "status";
      document.body.append(line);
    }
    line.className = `ck-offline ${tone}`;
    line.textContent = text;
    return line;
  };

  // ---- the worker -------------------------------------------------------------------------------

  const register = () => worker?.register("/sw.js", { updateViaCache: "none" }).catch(() => undefined);

  // Once the page is live and quiet: the network and the processor were for the figures.
  let told;
  const keep = () => {
    if (document.hidden || isKept() || !navigator.onLine) return;
    const drawn = document.querySelector("#root [data-generation]");
    if (!drawn || !worker?.controller) return;
    const { generation } = drawn.dataset;
    const now = `${location.href} ${generation}`;
    if (now === told) return;
    told = now;
    tell({ kind: "keep", href: location.href, generation });
    const files = performance.getEntriesByType("resource").map((one) => new URL(one.name).pathname);
    tell({ kind: "files", files: [...new Set(files)] });
  };

  worker?.addEventListener("controllerchange", () => { told = undefined; });
  worker?.addEventListener("message", ({ data }) => {
    if (data?.kind === "acts") showActs();
    if (data?.kind === "fresh") takeFirst(data.text);
    if (data?.kind === "same") forgetAge();
    const unread = data?.kind === "unreachable" && !document.querySelector("#root [data-generation]");
    if (data?.kind === "reload" || unread) location.reload();
  });

  const forgetAge = () => {
    part("age")?.remove();
    delete root.dataset.kept;
  };

  // The kept first screen gives way to the fresh one, unless the live page is there already.
  const takeFirst = (text) => {
    forgetAge();
    const first = document.getElementById("first");
    const newer = new DOMParser().parseFromString(text, "text/html").getElementById("first");
    if (first && newer) first.replaceChildren(...newer.childNodes);
  };

  const showAge = () => {
    const date = new Date(root.dataset.kept);
    const first = document.getElementById("first");
    if (isKept() || !first || !(Date.now() - date > 60_000)) return;
    floating("age", fill(said.kept_on, { when: when(date) }), "ck-age");
    new MutationObserver((_, watching) => {
      if (first.isConnected) return;
      watching.disconnect();
      part("age")?.remove();
    }).observe(document.body, { childList: true });
  };

  // ---- a page read without network -----------------------------------------------------------------

  const showKept = () => {
    const line = part("offline");
    if (!line) return;
    const date = new Date(root.dataset.kept);
    const text = made("span", "", fill(said.offline, { when: when(date), ago: ago(date) }));
    const again = made("a", "", said.retry);
    again.href = location.href;
    line.replaceChildren(text, again);
  };

  // A link that would bring this same page again leads nowhere, and one to another page says why
  // it brought this one.
  const dressKept = () => {
    if (!isKept() || ["/fiche", "/indicateur"].includes(location.pathname)) return;
    for (const one of document.querySelectorAll(".ck-switch a:not([aria-current]), .ck-crumbs a")) {
      one.removeAttribute("href");
      one.role = "link";
      one.ariaDisabled = "true";
    }
    if (["/", "/brief"].includes(location.pathname)) return;
    document.querySelector("main .ck-head")?.after(made("p", "ck-note", said.instead));
  };

  // The page for what is not kept: asked for by its own name, it only lists what is.
  const dressAbsent = () => {
    const absent = part("absent");
    if (!absent) return;
    part("home").href = `/${query()}`;
    part("again").href = location.href;
    const isAsked = location.pathname === "/hors-ligne";
    for (const one of [absent, part("again")]) isAsked ? one.remove() : (one.hidden = false);
  };

  const comeBack = async () => {
    if (document.hidden || !(isKept() || part("absent"))) return;
    const ready = await fetch("/readyz", { cache: "no-store" }).catch(() => undefined);
    if (ready?.ok && !document.activeElement?.matches("input")) location.reload();
  };

  const listKept = async () => {
    const list = part("kept");
    if (!list) return;
    const role = new URLSearchParams(location.search).get("as");
    const cache = await caches.open("kept");
    const found = (await cache.keys()).map((one) => new URL(one.url))
      .filter((one) => one.searchParams.get("as") === role && one.pathname !== "/alertes-hors-ligne");
    found.sort((one, other) => one.pathname.localeCompare(other.pathname)); // the brief first
    const rows = await Promise.all(found.map(async (url) => {
      const text = await (await cache.match(url.href)).text();
      return keptRow(url, new DOMParser().parseFromString(text, "text/html"));
    }));
    list.role = rows.length ? "list" : null;
    list.replaceChildren(...(rows.length ? rows : [nothingKept()]));
  };

  const nothingKept = () => made("p", "ck-note", said.nothing);

  const keptRow = (url, page) => {
    const title = [".ck-head h1", ".ck-here", ".ck-switch [aria-current]"]
      .map((one) => page.querySelector(one)?.textContent).filter(Boolean).join(" · ");
    const at = when(new Date(page.documentElement.dataset.kept));
    const row = made("div", "ck-row ck-none");
    row.append(made("span", "", title), made("span", "ck-end ck-muted", at));
    const link = made("a", "ck-link");
    link.href = url.pathname + url.search;
    link.ariaLabel = `${title}, ${at}`;
    const card = made("div", "ck-tap");
    card.role = "listitem";
    card.append(row, link);
    return card;
  };

  // ---- how the connection of an open page stands ---------------------------------------------------

  let seen = new Date();
  let lost = false;
  const connection = () => {
    if (isKept()) return;
    const app = document.querySelector("[data-test-connection-state]");
    const state = app?.dataset.testConnectionState;
    const live = app && document.querySelector("#root [data-generation]");
    const broken = !navigator.onLine || (live && (root.dataset.away || state !== "CONNECTED"));
    if (!broken) seen = new Date();
    if (broken) {
      const text = navigator.onLine ? said.lost : fill(said.lost_offline, { time: time(seen) });
      if (part("lost")?.textContent !== text) floating("lost", text);
    } else if (lost) {
      floating("lost", said.back, "ck-back");
      setTimeout(() => { if (!lost) part("lost")?.remove(); }, 3000);
    }
    lost = Boolean(broken);
  };

  // The live page never came: what needs no script is one tap away from the first screen.
  const showLate = () => {
    const isLate = document.getElementById("first")?.dataset.late;
    if (!isLate) part("late")?.remove();
    if (!isLate || part("late")) return;
    const link = made("a", "", said.light);
    link.href = `/brief${query()}`;
    floating("late", "").append(made("span", "", said.late), link);
  };

  // ---- acknowledging ---------------------------------------------------------------------------------

  const query = () => {
    const asked = new URLSearchParams(location.search);
    for (const name of [...asked.keys()]) if (!["as", "lang"].includes(name)) asked.delete(name);
    return asked.size ? `?${asked}` : "";
  };

  const take = async (button) => {
    const name = part("who");
    const who = name?.value.trim().replace(/\s+/g, " ");
    if (!who) {
      name?.focus();
      floating("acts", said.name_first);
      return;
    }
    button.disabled = true;
    const { episodes, severity, title } = button.dataset;
    try {
      await acts.sign(who);
      await acts.put({
        key: crypto.randomUUID(), state: "waiting", who, title, severity,
        episodes: episodes.split(",").map(Number), at: new Date().toISOString(), query: query(),
      });
    } catch {
      button.disabled = false;
      floating("acts", said.not_kept);
      return;
    }
    await showActs();
    send();
  };

  const send = async () => {
    if (!(await acts.all()).some((one) => one.state === "waiting")) return;
    const found = await worker?.ready;
    await found?.sync?.register("acts").catch(() => undefined);
    tell({ kind: "send" });
  };

  // What waits and what was refused stays in sight; what was done is said once, then forgotten.
  const showActs = async () => {
    const found = await acts.all();
    part("acts")?.remove();
    for (const button of document.querySelectorAll('[data-phone="take"]')) {
      const mine = found.find((one) => one.episodes.join() === button.dataset.episodes);
      button.dataset.free ??= button.textContent;
      button.textContent = mine?.state === "waiting" ? said.queued : button.dataset.free;
      button.disabled = Boolean(mine);
    }
    if (!found.length) return;
    const waiting = found.filter((one) => one.state === "waiting");
    const isDone = found.every((one) => one.state === "done");
    const many = waiting.length > 1 && made("p", "", fill(said.waiting_many, { n: waiting.length }));
    const lines = found.filter((one) => !many || one.state !== "waiting").map(actLine);
    const box = floating("acts", "", `ck-acts-said${isDone ? " ck-back" : ""}`);
    box.replaceChildren(...(many ? [many] : []), ...lines);
    for (const one of found) if (one.state === "done") await acts.remove(one.key);
  };

  const actLine = (act) => {
    const line = made("p", "");
    const why = act.state === "refused" ? `. ${act.sentence ?? said.unexpected}` : "";
    line.append(made("span", "", fill(said[act.state], { title: act.title }) + why));
    if (act.state === "waiting") return line;
    const button = made("button", "", said.understood);
    button.addEventListener("click", async () => {
      await acts.remove(act.key);
      line.remove();
      if (!part("acts")?.childElementCount) part("acts")?.remove();
    });
    line.append(button);
    return line;
  };

  // ---- home screen, forgetting -----------------------------------------------------------------------

  let invitation;
  addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    invitation = event;
    root.dataset.installable = "yes";
  });
  addEventListener("appinstalled", () => {
    delete root.dataset.installable;
    floating("installed", said.installed, "ck-back");
    setTimeout(() => part("installed")?.remove(), 4000);
  });
  const agent = navigator.userAgent;
  const isApple = /iPhone|iPad|iPod/.test(agent) || (/Mac/.test(agent) && navigator.maxTouchPoints > 1);
  root.dataset.system = isApple ? "ios" : /Android/.test(agent) ? "android" : "desktop";

  // Its own hands first: a browser may not know the header of the answer.
  const erase = async () => {
    await acts.forget();
    for (const name of await caches.keys()) await caches.delete(name);
    for (const one of (await worker?.getRegistrations()) ?? []) await one.unregister();
    sessionStorage.clear();
    localStorage.clear();
    const form = document.createElement("form");
    form.method = "post";
    form.action = `/effacer${query()}`;
    document.body.append(form);
    form.submit();
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("button[data-phone]");
    if (button?.dataset.phone === "take") take(button);
    if (button?.dataset.phone === "install") invitation?.prompt();
    if (button?.dataset.phone === "erase" && confirm(said.erase_sure)) erase();
  });

  // ---- start ----------------------------------------------------------------------------------------------

  showKept();
  dressKept();
  dressAbsent();
  showAge();
  listKept().catch(() => part("kept")?.replaceChildren(nothingKept()));
  const unkept = () => undefined; // a browser may forbid its storage: figures are read all the same
  acts.signature().then((who) => { if (who && part("who")) part("who").value = who; }, unkept);
  showActs().then(send).catch(unkept);
  addEventListener("offline", connection);
  addEventListener("online", () => { connection(); send(); comeBack(); });
  document.addEventListener("visibilitychange", () => { keep(); comeBack(); });
  setInterval(() => { connection(); showLate(); keep(); }, 1500);
  setInterval(() => { showKept(); comeBack(); }, 10_000);
  if (document.readyState === "complete") register();
  else addEventListener("load", () => setTimeout(register, 1500));
})();
