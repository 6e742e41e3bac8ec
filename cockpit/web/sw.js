// The worker of a phone: what starts at once, what is read without network, what is forgotten.
//
// Four caches, each with its reason to be emptied:
//   shell-…   style, scripts, icons, /hors-ligne           another version of Cockpit
//   static-…  Streamlit's files, whose names hold a hash    another Streamlit
//   pages-…   the documents, by full address                another version of Cockpit
//   kept      the last brief of each profile, two sheets    the hospital forbids it, or revokes
// An address holds the profile (`as`), so that nobody is shown what another profile sees.
// Whatever is not named here goes to the network untouched: /api, /_stcore, /accuser, every POST.
try {
  importScripts("/push-worker.js");
} catch {
  // No push on this server: everything else works.
}

const SHELL = `shell-${COCKPIT.version}`;
const STATIC = `static-${COCKPIT.assets}`;
const PAGES = `pages-${COCKPIT.version}`;
const KEPT = "kept";
const META = "meta";
const SHEETS = 2;
const PATIENCE_MS = 8000;
const IMPATIENCE_MS = 1500;
const DOWN_MS = 10_000;
const LASTING = ["as", "lang"];
const OF_BRIEF = ["as", "lang", "period", "unit"];
const OF_SHEET = ["as", "kpi", "lang", "period", "unit"];
const PLAIN = ["/brief", "/fiche", "/hors-ligne"];
const MATCH = { ignoreVary: true };
let down = 0; // when the server was last found unreachable

// ---- life ----------------------------------------------------------------------------------

self.addEventListener("install", (event) => {
  const fill = async () => {
    const shell = await caches.open(SHELL);
    // What carries its digest is what the page has just loaded: taken from the browser's own cache.
    const how = (path) => ({ cache: path.includes("?v=") ? "default" : "reload" });
    await shell.addAll(COCKPIT.shell.map((path) => new Request(path, how(path))));
    await self.skipWaiting();
  };
  event.waitUntil(fill());
  // The browser itself looks in the cache, without starting this worker for each of 80 files.
  event.addRoutes?.({ condition: { urlPattern: "/static/*" }, source: { cacheName: STATIC } })
    ?.catch(() => undefined);
});

self.addEventListener("activate", (event) => {
  const tidy = async () => {
    const ours = [SHELL, STATIC, PAGES, KEPT, META];
    const old = (await caches.keys()).filter((name) => !ours.includes(name));
    await Promise.all(old.map((name) => caches.delete(name)));
    if (!COCKPIT.keeps) await forget();
    await self.registration.navigationPreload?.enable();
    await self.clients.claim();
  };
  event.waitUntil(tidy());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate") {
    if (isOurs(url.pathname)) event.respondWith(opening(event, url));
  } else if (url.pathname.startsWith("/static/")) {
    event.respondWith(cached(STATIC, request));
  } else if (COCKPIT.shell.some((path) => path.split("?")[0] === url.pathname)) {
    event.respondWith(cached(SHELL, request));
  }
});

self.addEventListener("message", (event) => {
  const { kind, href, generation, files } = event.data ?? {};
  if (kind === "keep") event.waitUntil(keep(new URL(href), generation).catch(() => undefined));
  if (kind === "files") event.waitUntil(fillStatic(files).catch(() => undefined));
  if (kind === "send") event.waitUntil(sendActs());
});

self.addEventListener("sync", (event) => {
  // A rejection asks the browser to try again later.
  if (event.tag === "acts") event.waitUntil(sendActs().then((sent) => sent || Promise.reject()));
});

const sendActs = async () => {
  const sent = await acts.send();
  for (const client of await clients.matchAll({ includeUncontrolled: true })) {
    client.postMessage({ kind: "acts" });
  }
  return sent;
};

// ---- files ---------------------------------------------------------------------------------

const cached = async (name, request) => {
  const cache = await caches.open(name);
  const found = await cache.match(request, MATCH);
  if (found) return found;
  // A kept page may be of the version before: it names the style sheet of then.
  const other = await cache.match(request, { ...MATCH, ignoreSearch: true });
  try {
    return await (other ? within(fetch(request)) : fetch(request));
  } catch {
    return other ?? Response.error();
  }
};

// What the page has loaded is in the browser's own cache: this copy costs no network.
const fillStatic = async (files) => {
  const cache = await caches.open(STATIC);
  for (const file of files.filter((path) => path.startsWith("/static/"))) {
    if (!(await cache.match(file, MATCH))) await cache.add(file).catch(() => undefined);
  }
};

// ---- opening an address --------------------------------------------------------------------

const isOurs = (path) => COCKPIT.pages.includes(path) || PLAIN.includes(path);

const isPlain = (url) =>
  PLAIN.includes(url.pathname) || url.searchParams.has("lite") || navigator.connection?.saveData;

const opening = async (event, url) => {
  const fresh = Promise.resolve(event.preloadResponse).then((early) => early ?? fetch(event.request));
  fresh.catch(() => undefined);
  const known = isPlain(url) ? undefined : await documentOf(url);
  if (!navigator.onLine) return without(url);
  if (!known || isDown()) return fromNetwork(event, url, fresh);
  event.waitUntil(compare(event.resultingClientId, url, known.clone(), fresh));
  return known;
};

const documentOf = async (url) => (await caches.open(PAGES)).match(addressOf(url), MATCH);

// The root shows figures when its address says only who and in which language; every other
// document is the same for all, but for its language.
const addressOf = (url) => {
  const shows = url.pathname === "/" && [...url.searchParams.keys()].every((name) => LASTING.includes(name));
  return shows ? address("/", url, LASTING) : address("/-", url, ["lang"]);
};

const address = (path, url, names) => {
  const said = names.filter((name) => url.searchParams.has(name));
  const query = said.map((name) => `${name}=${encodeURIComponent(url.searchParams.get(name))}`);
  return path + (query.length ? `?${query.join("&")}` : "");
};

const fromNetwork = async (event, url, fresh) => {
  const fallback = await kept(url);
  try {
    const answer = await (fallback ? within(fresh) : fresh);
    down = 0;
    const copy = answer.clone();
    event.waitUntil(learn(answer).then(() => store(url, copy)));
    return answer;
  } catch {
    down = performance.now();
    return without(url);
  }
};

const isDown = () => down && performance.now() - down < DOWN_MS;

const within = (fresh) => Promise.race([
  fresh,
  new Promise((_, reject) => {
    setTimeout(() => reject(new Error("too slow")), isDown() ? IMPATIENCE_MS : PATIENCE_MS);
  }),
]);

// A kept document was shown at once: the page is told what the server says meanwhile.
const compare = async (id, url, known, fresh) => {
  let answer;
  try {
    answer = await within(fresh);
  } catch {
    down = performance.now();
    return tell(id, { kind: "unreachable" });
  }
  if (answer.status >= 500) return tell(id, { kind: "unreachable" });
  down = 0;
  const forgot = await learn(answer);
  if (!answer.ok || versionOf(answer) !== versionOf(known) || forgot) {
    await (await caches.open(PAGES)).delete(addressOf(url), MATCH);
    await store(url, answer);
    return tell(id, { kind: "reload" });
  }
  const [text, shown] = await Promise.all([answer.clone().text(), known.text()]);
  await store(url, answer);
  // Drawing the same figures again would hold up a slow phone for nothing.
  return tell(id, firstOf(text) === firstOf(shown) ? { kind: "same" } : { kind: "fresh", text });
};

const firstOf = (text) => text.match(/<div id="first"[^]*?<script/)?.[0];

const tell = async (id, message) => {
  for (let turn = 0; turn < 20; turn += 1) {
    const client = id && (await clients.get(id));
    if (client) return client.postMessage(message);
    await new Promise((resolve) => { setTimeout(resolve, 100); });
  }
};

const versionOf = (answer) => answer.headers.get("x-cockpit-phones")?.split(" ")[2];
const generationOf = (answer) => answer.headers.get("x-cockpit-generation");

// ---- keeping and forgetting ----------------------------------------------------------------

// Obey what the server says to phones; true when everything had to be forgotten.
const learn = async (answer) => {
  const [policy, epoch] = answer.headers.get("x-cockpit-phones")?.split(" ") ?? [];
  if (!policy) return false;
  const meta = await caches.open(META);
  const before = await (await meta.match("/epoch"))?.text();
  if (before !== epoch) await meta.put("/epoch", new Response(epoch));
  const revoked = before !== undefined && before !== epoch;
  if (revoked) await acts.forget();
  if (revoked || policy !== "keep") await forget();
  return revoked;
};

const forget = async () => {
  await caches.delete(KEPT);
  await caches.delete(PAGES);
};

const mayKeep = (answer) => answer.ok && !answer.redirected && answer.type === "basic" &&
  answer.headers.get("x-cockpit-phones")?.startsWith("keep ");

const store = async (url, answer) => {
  if (!mayKeep(answer)) return;
  if (url.pathname === "/brief") {
    return put(KEPT, address("/brief", url, LASTING), answer, address("/brief", url, OF_BRIEF));
  }
  if (url.pathname === "/fiche") return keepSheet(url, answer);
  if (COCKPIT.pages.includes(url.pathname) && answer.headers.has("x-cockpit-document")) {
    return put(PAGES, addressOf(url), answer);
  }
};

// As it was received, but for the time at which it was, which the page reads. One brief is kept for
// a profile, of the unit and the period looked at last: `from` says which.
const put = async (name, key, answer, from = key) => {
  const headers = new Headers(answer.headers);
  for (const one of ["content-encoding", "content-length", "vary"]) headers.delete(one);
  const at = Date.now();
  headers.set("x-kept-at", at);
  headers.set("x-kept-from", from);
  const published = answer.headers.get("x-cockpit-published") ?? new Date(at).toISOString();
  const text = (await answer.text()).replace("<html ", `<html data-kept="${published}" `);
  await (await caches.open(name)).put(key, new Response(name === PAGES ? late(text) : text, { headers }));
};

// From here the framework's scripts arrive with the figures: they wait in the document's own
// template, which is opened after the first frame, so that they do not run before it.
const LATER = '<template id="later">';
const SCRIPTS = /<script type="module"[^>]*><\/script>|<link [^>]*rel="modulepreload"[^>]*>/g;
const late = (text) => {
  const [before, ...after] = text.split(LATER);
  if (!after.length) return text;
  const moved = before.match(SCRIPTS) ?? [];
  return [before.replace(SCRIPTS, ""), moved.join("") + after.join(LATER)].join(LATER);
};

const keepSheet = async (url, answer) => {
  await put(KEPT, address("/fiche", url, OF_SHEET), answer);
  const cache = await caches.open(KEPT);
  const sheets = (await cache.keys()).filter((one) => new URL(one.url).pathname === "/fiche");
  const dated = await Promise.all(sheets.map(async (one) => ({
    one, at: Number((await cache.match(one))?.headers.get("x-kept-at")),
  })));
  dated.sort((first, second) => second.at - first.at);
  await Promise.all(dated.slice(SHEETS).map(({ one }) => cache.delete(one)));
};

// The page is live and quiet: fetch what would be read without network.
const keep = async (url, generation) => {
  if (!COCKPIT.keeps) return;
  const looked = url.pathname === "/" ? address("/brief", url, OF_BRIEF) : undefined;
  await refresh(address("/brief", url, LASTING), generation, looked);
  await refresh(address("/alertes-hors-ligne", url, LASTING), generation);
  if (url.searchParams.has("kpi") && url.pathname === "/indicateur") {
    const sheet = address("/fiche", url, OF_SHEET);
    const answer = await fetch(sheet);
    await learn(answer);
    await store(new URL(sheet, location.origin), answer);
  }
  if (url.pathname === "/" && !(await documentOf(url))) {
    const first = addressOf(url);
    const answer = await fetch(first, { headers: { accept: "text/html" } });
    if (first !== "/-") await store(new URL(first, location.origin), answer);
  }
};

// looked: what was looked at; without it, what is kept is asked for again.
const refresh = async (path, generation, looked) => {
  const known = await (await caches.open(KEPT)).match(path, MATCH);
  const before = known?.headers.get("x-kept-from") ?? path;
  const from = looked ?? before;
  const age = Date.now() - Number(known?.headers.get("x-kept-at") ?? 0);
  if (known && from === before && generationOf(known) === generation && age < 600_000) return;
  const answer = await fetch(from);
  await learn(answer);
  if (mayKeep(answer)) await put(KEPT, path, answer, from);
  else if (answer.status < 500 && from !== path) await refresh(path, generation, path);
};

// ---- without network -----------------------------------------------------------------------

const kept = async (url) => {
  const cache = await caches.open(KEPT);
  const sheet = ["/fiche", "/indicateur"].includes(url.pathname);
  if (url.pathname === "/hors-ligne") return undefined;
  return cache.match(sheet ? address("/fiche", url, OF_SHEET) : address("/brief", url, LASTING), MATCH);
};

const without = async (url) => {
  const found = await kept(url);
  if (!found) {
    const language = url.searchParams.get("lang") === "en" ? "?lang=en" : "";
    return (await caches.match(`/hors-ligne${language}`, MATCH)) ?? Response.error();
  }
  const asks = ["/fiche", "/indicateur"].includes(url.pathname);
  const lines = asks ? undefined
    : await (await caches.open(KEPT)).match(address("/alertes-hors-ligne", url, LASTING), MATCH);
  const part = (await lines?.text())?.match(/<section[^]*<\/section>/)?.[0] ?? "";
  const script = `<script src="${COCKPIT.script}" defer></script>`;
  const banner = '<div class="ck-offline" role="status" data-phone="offline"></div>';
  const text = (await found.text())
    .replace("</main>", () => `${part}</main>`)
    .replace("</body>", () => `${banner}${script}</body>`);
  return new Response(text, { headers: found.headers });
};
