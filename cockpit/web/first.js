// The first screen leaves when the live page is drawn, or after 15 s whatever happened.
(() => {
  const first = document.getElementById("first");
  const root = document.getElementById("root");
  if (!first || !root) return;
  let calm;
  const leave = () => {
    watching.disconnect();
    clearTimeout(limit);
    document.getElementById("first-style")?.remove();
    first.remove();
    performance.mark("cockpit-live");
  };
  const drawn = () =>
    document.querySelector('[data-test-script-state="notRunning"]') &&
    root.querySelector(".ck-tile, .ck-state");
  const watching = new MutationObserver(() => {
    clearTimeout(calm);
    if (drawn()) calm = setTimeout(() => requestAnimationFrame(leave), 120);
  });
  watching.observe(root, { childList: true, subtree: true, attributes: true });
  const limit = setTimeout(leave, 15000);
})();
