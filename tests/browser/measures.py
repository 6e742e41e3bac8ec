"""What is measured on a page as it is drawn: targets, headings, landmarks, words, motion, charts."""

from __future__ import annotations

_SEEN = """
const seen = (one) => {
  const style = getComputedStyle(one), box = one.getBoundingClientRect();
  return style.visibility === 'visible' && box.width > 0 && box.height > 0
    && !one.closest('[aria-hidden=true], [inert], .ck-sr');
};
const told = (one) => one.outerHTML.replace(/\\s+/g, ' ').slice(0, 130);
"""

TARGETS = (
    "() => {"
    + _SEEN
    + """
const CONTROLS = 'a[href], button, input:not([type=hidden]), select, textarea, summary, '
  + '[role=button], [role=radio], [role=checkbox], [role=combobox], [role=option], [role=tab]';
// What a finger may touch: the label of a box that is drawn by it, the frame of a field.
const frame = (one) => {
  let found = one.closest(FRAMES) ?? one;
  const near = (a, b) => b.width - a.width <= 4 && b.height - a.height <= 4;
  while (near(found.getBoundingClientRect(), found.parentElement.getBoundingClientRect())) found = found.parentElement;
  return found;
};
const FRAMES = 'label:has(input[type=checkbox], input[type=radio]), [role=radio], [data-testid=stTextInputRootElement], '
  + '[data-testid=stNumberInputContainer], [data-testid=stDateInput] [role=group], [data-testid=stFileUploaderDropzone]';
const inline = (one) => one.matches('a') && getComputedStyle(one).display === 'inline'
  && one.parentElement.textContent.trim().length > one.textContent.trim().length + 12;
const found = [...document.querySelectorAll(CONTROLS)].filter((one) => !one.disabled)
  .map((one) => [one, one.matches('input') ? frame(one) : one])
  .filter(([one, frame]) => seen(frame) && !one.matches('.ck-skip, [tabindex="-1"], input[type=file]')
    && frame.getBoundingClientRect().bottom > 0);
const small = found.filter(([one]) => !inline(one))
  .map(([one, frame]) => [one, frame.getBoundingClientRect()])
  .filter(([, box]) => box.width < 43.5 || box.height < 43.5)
  .map(([one, box]) => `${Math.round(box.width)}x${Math.round(box.height)} ${told(one)}`);
return {measured: found.length, inline: found.filter(([one]) => inline(one)).length, small};
}"""
)
"""How many controls are seen, how many stand in a sentence, which are below 44 x 44 px.

WCAG 2.2, 2.5.8: a link in a sentence is excepted; a button that only opens the field that it is in
(out of the order of the keyboard) is that field.
"""

HEADINGS = (
    "() => {"
    + _SEEN
    + """
const listed = [...document.querySelectorAll('h1, h2, h3, h4, h5, h6')]
  .filter((one) => one.getBoundingClientRect().height && one.textContent.trim());
const levels = listed.map((one) => Number(one.tagName[1]));
return {
  first: levels.filter((level) => level === 1).length,
  skipped: listed.filter((_, at) => at && levels[at] > levels[at - 1] + 1).map(told),
};
}"""
)

LANDMARKS = """() => ({
  main: document.querySelectorAll('main, [role=main]').length,
  named: [...document.querySelectorAll('nav')].every((one) => one.ariaLabel),
  bars: [...document.querySelectorAll('nav')].filter((one) => one.getBoundingClientRect().width).length,
  doctype: document.doctype?.name,
  windows: document.querySelectorAll('a[target=_blank]').length,
  icons: document.querySelectorAll(':is(.ck-icon, [data-testid=stIconMaterial]):not([aria-hidden=true], [aria-hidden=true] *)').length,
})"""

TABLES = """() => [...document.querySelectorAll('table')].filter((one) => one.getClientRects().length)
  .filter((one) => !one.caption?.textContent.trim()
    || [...one.querySelectorAll('th')].some((head) => !head.scope)
    || !one.querySelector('th'))
  .map((one) => one.outerHTML.slice(0, 160))"""
"""Tables without a caption, or whose headers do not say what they head."""

WORDS = (
    "() => {"
    + _SEEN
    + """
const words = new Set();
const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walk.nextNode()) {
  const one = walk.currentNode.parentElement;
  if (one.closest('script, style, noscript, template, code, textarea, [translate=no], [lang]:not(html)')) continue;
  const box = one.getBoundingClientRect();
  if (box.width && box.height) words.add(walk.currentNode.data.trim());
}
for (const name of ['aria-label', 'title', 'placeholder', 'alt', 'aria-description', 'aria-roledescription', 'aria-valuetext'])
  for (const one of document.querySelectorAll(`[${name}]`))
    if (one.getClientRects().length && !one.closest('[lang]:not(html)')) words.add(one.getAttribute(name).trim());
for (const one of document.querySelectorAll('[aria-describedby]'))
  for (const id of one.getAttribute('aria-describedby').split(' '))
    words.add(document.getElementById(id)?.textContent.trim() ?? '');
return [...words].filter(Boolean);
}"""
)
"""All that is written or read aloud, but what is said to be in another language or is code."""

MOVING = """() => {
const long = (text) => text.split(',').some((one) => parseFloat(one) > 0);
return [...document.querySelectorAll('*')].flatMap((one) => ['', '::before', '::after'].map((part) => {
  const style = getComputedStyle(one, part || undefined);
  const moves = style.animationName !== 'none' && long(style.animationDuration)
    || style.transitionProperty !== 'none' && long(style.transitionDuration)
    || style.scrollBehavior === 'smooth';
  return moves ? one.outerHTML.slice(0, 90) + part : '';
})).filter(Boolean);
}"""

CHARTS = """() => [...document.querySelectorAll('[data-testid=stVegaLiteChart], svg.ck-plot')].map((one) => {
  const named = one.closest('[aria-label], [role=img]') ?? one.querySelector('[aria-label]');
  const beside = document.getElementById(one.getAttribute('aria-describedby'));
  const text = [named?.getAttribute('aria-label'), one.querySelector('title')?.textContent, beside?.textContent].join(' ');
  return {text, table: Boolean(document.querySelector('main table td')), html: one.outerHTML.slice(0, 160)};
})"""

CUT = """() => [...document.querySelectorAll('main *')]
  .filter((one) => getComputedStyle(one).overflowX !== 'visible')
  .filter((one) => !one.closest('svg, canvas, thead, .ck-sr, .ck-scroll, textarea, input, pre, '
    + '[aria-hidden=true], [style*=clip], [data-testid=stDateInputFieldsScroller]')
    && one.scrollWidth > one.clientWidth + 1)
  .map((one) => `${one.scrollWidth}>${one.clientWidth} ${one.outerHTML.slice(0, 110)}`)"""
"""What is wider than its box, which hides it; tables and the text of a field scroll in their own."""
