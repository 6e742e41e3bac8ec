// The first screen leaves when the live page is drawn, or after 15 s when that shows anything.
(() => {
  const first = document.getElementById("first");
  const root = document.getElementById("root");
  if (!first || !root) return;
  const curves = document.currentScript.dataset.curves;
  let calm;
  const leave = () => {
    watching.disconnect();
    clearTimeout(limit);
    document.getElementById("first-style")?.remove();
    first.remove();
    performance.mark("cockpit-live");
    setTimeout(() => document.getElementById("light-style")?.remove(), 100);
    setTimeout(prepare, 3000);
  };
  // What draws the curve of the sheet that is tapped next; not on a network that is counted.
  const prepare = () => {
    const { saveData, effectiveType } = navigator.connection ?? {};
    if (saveData || /[23]g/.test(effectiveType)) return;
    (window.requestIdleCallback ?? setTimeout)(() => import(curves).catch(() => {}));
  };
  const drawn = () =>
    document.querySelector('[data-test-script-state="notRunning"]') &&
    root.querySelector(".ck-tile, .ck-state");
  const watching = new MutationObserver(() => {
    clearTimeout(calm);
    if (drawn()) calm = setTimeout(() => requestAnimationFrame(leave), 120);
  });
  watching.observe(root, { childList: true, subtree: true, attributes: true });
  // Nothing at all, behind a proxy that lets no WebSocket through: the figures stay (phone.js).
  const limit = setTimeout(() => {
    if (root.querySelector('[data-testid="stMain"]')?.textContent.trim()) leave();
    else first.dataset.late = "yes";
  }, 15000);
})();
