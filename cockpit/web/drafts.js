// What is typed in a form and not sent yet comes back in a tab that the phone has discarded, or that
// is loaded again. Kept in this tab alone (docs/phone.md); a password is no such field.
(() => {
  const MOST = 20;
  const LONGEST = 10_000;
  const DAY_MS = 864e5;
  const FIELDS = `.stForm :is(textarea, .stNumberInput input,
    .stTextInput input:not([type=password], [autocomplete*=password]))`;
  const SENDS = ".stFormSubmitButton button";
  const held = new WeakMap(); // field -> what it held when it was entered
  const drawn = new WeakMap(); // field -> the key under which it was drawn
  const STATES = ["data-test-script-state", "data-test-connection-state"];
  let sent;
  let calm;

  const one = (query) => document.querySelector(query);
  const all = (query, where = document) => [...where.querySelectorAll(query)];
  // How often phones were told to forget; "" where they may keep nothing, unknown without a page.
  const epoch = () => one("#root [data-drafts]")?.dataset.drafts;
  const isAtRest = () => one("[data-test-script-state=notRunning]");

  const keyOf = (field) => {
    const asked = new URLSearchParams(location.search);
    asked.delete("period");
    asked.sort();
    const own = field.closest('[class*="st-key-"]')?.className.match(/st-key-\S+/);
    return [location.pathname, asked, own, field.ariaLabel].join("\n");
  };

  // Drafts: key -> [when, what the field held before, text], the latest last.
  const change = (action) => {
    const of = epoch();
    if (of === undefined) return;
    let drafts = new Map();
    try {
      const found = JSON.parse(sessionStorage.drafts);
      if (found.of === of) drafts = new Map(found.kept.filter(([, [at]]) => Date.now() - at < DAY_MS));
    } catch {} // none
    action(drafts);
    const kept = [...drafts].slice(-MOST);
    try {
      if (of && kept.length) sessionStorage.drafts = JSON.stringify({ of, kept });
      else delete sessionStorage.drafts;
    } catch {} // no storage, or no room: what is typed stays on the page
  };

  // At each letter: a phone that is locked may never run another line of this page.
  const keep = (field) => change((drafts) => {
    const key = keyOf(field);
    const [, before] = drafts.get(key) ?? [0, held.get(field)];
    const text = field.value;
    drafts.delete(key);
    if (text !== before && text.length <= LONGEST) drafts.set(key, [Date.now(), before, text]);
  });

  // Once for a field that was drawn: one that the server empties later stays empty. A field that
  // stays when the address changes under it takes its draft along.
  const giveBack = (drafts) => {
    for (const field of all(FIELDS)) {
      const key = keyOf(field);
      const was = drawn.get(field);
      if (was === key) continue;
      drawn.set(field, key);
      const moved = drafts.get(was);
      if (moved?.[2] === field.value) drafts.set(key, moved).delete(was);
      const [, before, text] = drafts.get(key) ?? [];
      if (field.value === before) fill(field, text);
    }
  };

  // As if it were typed: React hears no other way.
  const fill = (field, text) => {
    Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), "value").set.call(field, text);
    field.dispatchEvent(new Event("input", { bubbles: true }));
    if (one("[data-phone=draft]")) return;
    const line = document.createElement("div");
    line.dataset.phone = "draft";
    line.className = "ck-offline ck-back";
    line.role = "status";
    line.textContent = COCKPIT.words[document.documentElement.lang].draft;
    document.body.append(line);
    setTimeout(() => line.remove(), 6000);
  };

  // A refusal leaves the form to be mended, a try leaves it to be sent. A form that is gone was
  // answered, even when the run was too short to be seen; in doubt a draft stays.
  const forget = (drafts) => {
    const { keys, isTry, ran } = sent;
    const stays = all(FIELDS).some((field) => keys.includes(keyOf(field)));
    if (stays && !ran) return; // not answered yet
    sent = undefined;
    if (stays && isTry) return;
    if (!one("#root .ck-red[role=status]")) keys.forEach((key) => drafts.delete(key));
  };

  const look = () => {
    if (!isAtRest()) return;
    change((drafts) => {
      if (sent) forget(drafts);
      giveBack(drafts);
    });
  };

  new MutationObserver(() => {
    if (!one("[data-test-connection-state=CONNECTED]")) sent = undefined;
    if (sent && !isAtRest()) sent.ran = true;
    clearTimeout(calm);
    // A run that starts another one rests between the two: what was sent is judged after both.
    calm = setTimeout(look, sent ? 1000 : 60);
  }).observe(one("#root"), { childList: true, subtree: true, attributeFilter: STATES });

  // A page left at once after the answer: nobody finds again what was just sent.
  addEventListener("pagehide", () => sent && isAtRest() && change(forget));

  // Enter sends a form, but for the one that writes a line: an "input" follows it.
  const heard = ({ type, key, target }) => {
    const field = target.matches?.(FIELDS) && target;
    if (field && type === "focusin") held.set(field, field.value);
    if (field && type === "input") {
      sent = undefined;
      keep(field);
    }
    const form = target.closest?.(".stForm");
    const isEntered = field && key === "Enter";
    const button = isEntered ? all(SENDS, form)[0] : type === "click" && target.closest?.(SENDS);
    if (button) sent = { keys: all(FIELDS, form).map(keyOf), isTry: button.matches("[kind^=sec]") };
  };
  for (const type of ["focusin", "input", "click", "keydown"]) addEventListener(type, heard, true);
})();
