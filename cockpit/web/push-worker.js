// What a phone does with a push: imported by /sw.js, in a scope of its own.
(() => {
  const PAGE = "/alertes";

  // The same message twice (its sender was cut) shows once, and is not heard again.
  const show = async (data) => {
    let said = {};
    try {
      said = data?.json() ?? {};
    } catch {
      // sealed by nobody we know: a browser still wants something shown
    }
    const tag = said.tag || "cockpit";
    const before = await registration.getNotifications({ tag });
    const again = before.some((one) => one.data?.key && one.data.key === said.key);
    await registration.showNotification(said.title || "Cockpit", {
      body: said.body || "",
      lang: said.lang || "fr",
      icon: "/icons/192.png",
      tag,
      renotify: !again,
      data: { link: said.link || PAGE, key: said.key || "" },
    });
    await count(said.badge);
  };

  const count = async (number) => {
    if (!navigator.setAppBadge || number === undefined) return;
    await (number ? navigator.setAppBadge(number) : navigator.clearAppBadge()).catch(() => {});
  };

  // Cockpit where it is open, else a new window; never another site.
  const open = async (link) => {
    const wanted = new URL(link || PAGE, location.origin);
    const address = wanted.origin === location.origin ? wanted.href : location.origin + PAGE;
    const windows = await clients.matchAll({ type: "window", includeUncontrolled: true });
    for (const one of windows) {
      const shown = await one.focus().catch(() => null);
      if (shown && (await shown.navigate(address).catch(() => null))) return;
    }
    await clients.openWindow(address);
  };

  // A service that moved the phone: the server learns its new address. Without the former one, the
  // page does it at its next opening (/push.js).
  const moved = async (before, after) => {
    if (!before) return;
    const { key } = await (await fetch("/push/key")).json();
    const options = { userVisibleOnly: true, applicationServerKey: key };
    const subscription = after ?? (await registration.pushManager.subscribe(options));
    await fetch("/push/subscribe", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ replaces: before.endpoint, subscription: subscription.toJSON() }),
    });
  };

  addEventListener("push", (event) => event.waitUntil(show(event.data)));
  addEventListener("notificationclick", (event) => {
    event.notification.close();
    event.waitUntil(open(event.notification.data?.link));
  });
  addEventListener("pushsubscriptionchange", (event) =>
    event.waitUntil(moved(event.oldSubscription, event.newSubscription)),
  );
})();
