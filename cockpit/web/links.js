// A card is a plain link: it is followed inside the live page, without loading the document again.
// Anything else than a plain click (another button, a modifier) stays the browser's own business.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a.ck-link");
  const special = event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
  if (!link || special || event.defaultPrevented) return;
  event.preventDefault();
  history.pushState(null, "", link.href);
  dispatchEvent(new PopStateEvent("popstate"));
});
