"""What is measured for the RGAA grid alone: spacing, contrast of graphics, code, lists, bare pages."""

from __future__ import annotations

from tests.browser.measures import _SEEN

SPACED = """() => {
const sheet = new CSSStyleSheet();
sheet.replaceSync(`body *:not(svg *, [aria-hidden=true], [aria-hidden=true] *)
  { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }
  body p { margin-bottom: 2em !important }`);
document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}"""
"""WCAG 1.4.12: what a reader may ask of any page."""

LOST = (
    "() => {"
    + _SEEN
    + """
const skip = 'svg, canvas, thead, .ck-scroll, textarea, input, pre, [data-testid=stSkipToContent], [style*=clip], details[style*=height]';
return [...document.querySelectorAll('body *')].filter((one) => seen(one) && one.textContent.trim() && !one.closest(skip))
  .filter((one) => {
    const {overflowX, overflowY} = getComputedStyle(one), cuts = (how) => how === 'hidden' || how === 'clip';
    return cuts(overflowX) && one.scrollWidth > one.clientWidth + 1 || cuts(overflowY) && one.scrollHeight > one.clientHeight + 1;
  })
  .map((one) => `${one.scrollWidth}>${one.clientWidth} ${one.scrollHeight}>${one.clientHeight} ${told(one)}`);
}"""
)
"""Text that its own box cuts; a fold that is still opening has a height of its own."""

COVERED = (
    "() => {"
    + _SEEN
    + """
const lines = [], skip = 'svg, script, style, noscript, thead, .ck-sr, .ck-nav, .ck-offline, .ck-way, .ck-skip, [data-testid=stSkipToContent]';
const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walk.nextNode()) {
  const text = walk.currentNode, parent = text.parentElement;
  if (!text.data.trim() || !seen(parent) || parent.closest(skip)
    || !parent.checkVisibility({opacityProperty: true, visibilityProperty: true})) continue;
  const range = document.createRange();
  range.selectNodeContents(text);
  for (const box of range.getClientRects()) if (box.width > 1 && box.height > 1) lines.push([box, text]);
}
const found = [];
for (let at = 0; at < lines.length; at++) for (let next = at + 1; next < Math.min(lines.length, at + 60); next++) {
  const [a, one] = lines[at], [b, other] = lines[next];
  const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  if (one !== other && wide > 2 && high > 6) found.push(`${one.data.trim().slice(0, 40)} / ${other.data.trim().slice(0, 40)}`);
}
return found;
}"""
)
"""Pairs of texts that lie one over the other."""

_COLOURS = """
const brush = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
const rgba = (text) => {
  brush.clearRect(0, 0, 1, 1);
  brush.fillStyle = text;
  brush.fillRect(0, 0, 1, 1);
  const [r, g, b, a] = brush.getImageData(0, 0, 1, 1).data;
  return [r, g, b, a / 255];
};
const over = (top, low) => [0, 1, 2].map((at) => top[at] * top[3] + low[at] * (1 - top[3])).concat(1);
const ground = (one) => {
  const layers = [];
  for (let at = one; at; at = at.parentElement) {
    const colour = rgba(getComputedStyle(at).backgroundColor);
    layers.push(colour);
    if (colour[3] === 1) break;
  }
  return layers.reverse().reduce((low, top) => over(top, low), rgba('Canvas'));
};
const light = (colour) => {
  const [r, g, b] = colour.map((part) => part / 255).map((part) => part <= .03928 ? part / 12.92 : ((part + .055) / 1.055) ** 2.4);
  return .2126 * r + .7152 * g + .0722 * b;
};
const contrast = (a, b) => {
  const [high, low] = [light(a), light(b)].sort((one, other) => other - one);
  return (high + .05) / (low + .05);
};"""

EDGES = (
    "() => {"
    + _SEEN
    + _COLOURS
    + """
const fields = 'input:not([type=hidden], [type=checkbox], [type=radio], [type=file]), textarea, [data-testid=stDateInputField]';
const found = [...document.querySelectorAll(fields)].filter(seen).map((one) => {
  let best = 0, high = one.getBoundingClientRect().height;
  for (let at = one; at && at.getBoundingClientRect().height <= high + 24; at = at.parentElement) {
    const out = ground(at.parentElement), style = getComputedStyle(at);
    if (parseFloat(style.borderTopWidth)) best = Math.max(best, contrast(over(rgba(style.borderTopColor), out), out));
    best = Math.max(best, contrast(ground(at), out));
  }
  return [best, told(one)];
});
return {measured: found.length, weak: found.filter(([ratio]) => ratio < 3)};
}"""
)
"""Fields whose edge does not stand three to one out of what is around it."""

STROKES = (
    "() => {"
    + _COLOURS
    + """
const charts = '[data-testid=stVegaLiteChart] svg :is(.mark-line, .mark-symbol, .mark-rule.role-mark, .mark-rect) > path, '
  + '[data-testid=stVegaLiteChart] svg .mark-rule.role-mark > line, svg.ck-plot :is(.ck-actual, .ck-before, .ck-aim, .ck-dot)';
const found = [...document.querySelectorAll(charts)].map((one) => {
  const style = getComputedStyle(one), back = ground(one.closest('svg').parentElement);
  const drawn = [['stroke', style.strokeOpacity], ['fill', style.fillOpacity]]
    .filter(([kind]) => style[kind] !== 'none')
    .map(([kind, opacity]) => {
      const colour = rgba(style[kind]);
      colour[3] *= opacity * style.opacity;
      return [colour[3], contrast(over(colour, back), back)];
    }).filter(([alpha]) => alpha > .5);
  return drawn.length ? [Math.max(...drawn.map(([, ratio]) => ratio)), one.parentElement.getAttribute('class') + ' ' + one.outerHTML.slice(0, 60)] : [];
}).filter((one) => one.length);
return {measured: found.length, weak: found.filter(([ratio]) => ratio < 3)};
}"""
)
"""Lines, points and bars below three to one; a band says again what the words and the table say."""

GROUNDLESS = (
    "() => {"
    + _SEEN
    + _COLOURS
    + """
return [...document.querySelectorAll('body *')].filter((one) => seen(one) && !one.closest('svg') && one.textContent.trim())
  .filter((one) => {
    const style = getComputedStyle(one);
    return style.backgroundImage !== 'none' && rgba(style.backgroundColor)[3] === 0;
  }).map(told);
}"""
)
"""Text on an image or a gradient under which no colour is declared."""

CODE = """() => {
const found = {};
const note = (what, one) => (found[what] ??= []).push(one.outerHTML.replace(/\\s+/g, ' ').slice(0, 120));
const all = (selector) => [...document.querySelectorAll(selector)];
const bare = (one) => !one.textContent.trim() && !one.querySelector('img, svg, input, canvas, [role=img]');
all('center, font, big, tt, strike, s, u, marquee, blink, basefont').forEach((one) => note('tag of presentation', one));
all('p, h1, h2, h3, h4, h5, h6, li, th, caption, dt, dd, ul, ol, dl, b, strong, em, blockquote')
  .filter((one) => bare(one) || one.textContent === '\\u00a0').forEach((one) => note('empty', one));
all('br + br').forEach((one) => note('line breaks', one));
all(':is(ul, ol) > :not(li, script, template), dl > :not(dt, dd, div)').forEach((one) => note('in a list', one));
all('li').filter((one) => !one.parentElement.matches('ul, ol, menu')).forEach((one) => note('out of a list', one));
const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walk.nextNode())
  if (/\\u00a0{2,}/.test(walk.currentNode.data)) note('spaces to place words', walk.currentNode.parentElement);
return found;
}"""

ATTRIBUTES = """() => [...document.querySelectorAll('[align], [valign], [bgcolor], [background], [border], [cellpadding], '
  + '[cellspacing], [hspace], [vspace], [clear], [color]:not(svg, svg *), [text], :is(table, td, th, tr)[width]')]
  .map((one) => one.outerHTML.slice(0, 120))"""
"""Attributes of presentation of RGAA 10.1.2."""

PILES = """() => {
const parents = new Set([...document.querySelectorAll('.ck-tap, .ck-row, .ck-tile')]
  .filter((one) => one.getClientRects().length && !one.closest('.ck-skeleton')).map((one) => one.parentElement));
const stacks = [...parents].filter((one) => [...one.children].filter((child) => child.matches('.ck-tap, .ck-row, .ck-tile')).length > 1);
return {
  lists: document.querySelectorAll('main [role=list], [data-testid=stMain] [role=list], main ul').length,
  loose: stacks.filter((one) => !one.matches('ul, ol')).map((one) => one.outerHTML.slice(0, 140)),
};
}"""
"""Cards that stand side by side in anything but a list."""

LINKS = """() => [...document.querySelectorAll('a[href]')].filter((one) => one.getClientRects().length)
  .map((one) => [(one.ariaLabel || [...one.childNodes].filter((part) => part.ariaHidden !== 'true')
    .map((part) => part.textContent).join('')).replace(/\\s+/g, ' ').trim(), one.getAttribute('href')])"""

CAPTIONS = """() => [...document.querySelectorAll('caption')].filter((one) => one.closest('table').getClientRects().length)
  .map((one) => [one.textContent.trim(), [...one.closest('table').querySelectorAll('thead th')].map((head) => head.textContent).join('|')])"""

FIELDS = (
    "() => {"
    + _SEEN
    + """
const named = (one) => one.ariaLabel || [...(one.labels ?? [])].map((label) => label.textContent.trim()).join(' ')
  || (one.getAttribute('aria-labelledby') ?? '').split(' ').map((id) => document.getElementById(id)?.textContent ?? '').join(' ');
const fields = 'input:not([type=hidden], [type=file], [tabindex="-1"]), textarea, select, [role=radiogroup], [data-testid=stDateInputField] [role=group]';
return [...document.querySelectorAll(fields)].filter((one) => one.getClientRects().length && !one.closest('[aria-hidden=true]')).map((one) => {
  const name = named(one).trim(), holder = one.closest('[data-testid=stTextInput], [data-testid=stSelectbox], [data-testid=stTextArea], '
    + '[data-testid=stNumberInput], [data-testid=stDateInput], [data-testid=stMultiSelect]');
  const label = holder?.querySelector('[data-testid=stWidgetLabel]');
  const box = (holder?.querySelector('[role=group], [data-testid$=RootElement], [data-testid=stNumberInputContainer], [data-testid=stDateInputField]') ?? one).getBoundingClientRect();
  return {name, kind: one.type || one.role, complete: one.autocomplete ?? '', shown: label?.textContent.trim() ?? '',
    gap: label && label.getBoundingClientRect().height > 2 ? Math.round(box.top - label.getBoundingClientRect().bottom) : 0};
});
}"""
)
"""Name of each field, the label that is seen, and how many pixels are between them."""

BARE = """() => {
const words = () => document.body.innerText.toLowerCase().split(/\\s+/).filter(Boolean);
const styled = words();
for (const sheet of document.styleSheets) sheet.disabled = true;
document.adoptedStyleSheets = [];
for (const one of document.querySelectorAll('[style]')) one.removeAttribute('style');
const left = words(), letters = (list) => [...list.join('')].reduce((count, one) => ({...count, [one]: (count[one] ?? 0) + 1}), {});
const kept = left.reduce((count, one) => count.set(one, (count.get(one) ?? 0) + 1), new Map());
const fewer = letters(left), more = letters(styled);
return {
  words: styled.filter((one) => { const here = kept.get(one) ?? 0; kept.set(one, here - 1); return here < 1; }),
  letters: Object.keys(more).filter((one) => more[one] > (fewer[one] ?? 0)),
  titles: [...document.querySelectorAll('h1, h2, h3')].map((one) => one.tagName + ' ' + one.textContent.trim()).slice(0, 12),
};
}"""
"""Without any style sheet: the words and letters that are no longer there, then the titles in order."""
