// Acknowledgements made without network: kept in the phone, sent once, never lost without a word.
// Read by the pages and by the worker; only the worker sends.
const acts = (() => {
  const opened = () => new Promise((resolve, reject) => {
    const asked = indexedDB.open("cockpit", 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("acts", { keyPath: "key" });
      asked.result.createObjectStore("memory");
    };
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });

  // One transaction; resolves once it is written.
  const run = async (store, mode, action) => {
    const base = await opened();
    return new Promise((resolve, reject) => {
      const done = base.transaction(store, mode);
      const asked = action(done.objectStore(store));
      done.oncomplete = () => { base.close(); resolve(asked?.result); };
      done.onerror = done.onabort = () => { base.close(); reject(done.error); };
    });
  };

  const all = () => run("acts", "readonly", (store) => store.getAll());
  const put = (act) => run("acts", "readwrite", (store) => store.put(act));
  const remove = (key) => run("acts", "readwrite", (store) => store.delete(key));
  const signature = () => run("memory", "readonly", (store) => store.get("who"));
  const sign = (who) => run("memory", "readwrite", (store) => store.put(who, "who"));

  const forget = () => new Promise((resolve) => {
    const asked = indexedDB.deleteDatabase("cockpit");
    asked.onsuccess = asked.onerror = asked.onblocked = resolve;
  });

  // Sends what waits, one at a time and by one worker at a time. False: something still waits.
  const send = () => navigator.locks.request("cockpit-acts", async () => {
    let sent = true;
    for (const act of await all()) {
      if (act.state === "waiting") sent = (await sendOne(act)) && sent;
    }
    return sent;
  });

  const sendOne = async (act) => {
    const said = await post(act).catch(() => undefined);
    if (!said) return false;
    // Erased meanwhile: nothing is written back.
    if ((await all()).some((one) => one.key === act.key)) await put({ ...act, ...said });
    return true;
  };

  // What the server decided; undefined when it has to be asked again later.
  const post = async ({ key, episodes, severity, who, at, query }) => {
    const answer = await fetch(`/api/v1/alerts/acknowledge${query}`, {
      method: "POST",
      redirect: "manual",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ key, episodes, severity, who, at }),
    });
    if (answer.ok) return { state: "done" };
    const later = answer.status < 400 || answer.status >= 500 || [401, 408, 429].includes(answer.status);
    if (later) return undefined;
    const { sentence } = await answer.json().catch(() => ({}));
    return { state: "refused", sentence };
  };

  return { all, put, remove, signature, sign, forget, send };
})();
