"""A small curve without any script: an SVG used as a CSS mask, so that it takes the theme's colour.

`st.html` drops <svg>, and a mask follows light and dark for free. The forecast is a second mask
layer, dashed. Only numbers enter the SVG: whole tenths of a unit, each from the one before it,
because a page holds eight curves and is compressed at each gesture.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from urllib.parse import quote

from cockpit.series.model import ForecastPoint, Point

WIDTH, HEIGHT, MARGIN = 1200, 340, 40
END = 30
"""Room kept at the right for the last dot."""
_STROKE = (
    'fill="none" stroke="red" stroke-width="{width}" stroke-linejoin="round" '
    'stroke-linecap="round" vector-effect="non-scaling-stroke"'
)
_AS_THEY_ARE = " =,;"
"""Signs that a quoted url(...) holds as they are, beside letters, digits and -._~ of any URL."""
_Spot = tuple[int, int]


def masks(points: Sequence[Point], forecast: Sequence[ForecastPoint] = ()) -> tuple[str, ...]:
    """One or two `url('...')` layers: the past with its area and last dot, then the forecast."""
    past = [point.value for point in points if math.isfinite(point.value)]
    ahead = [point.mid for point in forecast if math.isfinite(point.mid)]
    if len(past) < 2:  # noqa: PLR2004 - one point is no curve
        return ()
    spots = _placed([*past, *ahead])
    layers = [_past(spots[: len(past)])]
    if ahead:
        layers.append(_ahead(spots[len(past) - 1 :]))
    return tuple(_url(layer) for layer in layers)


def _placed(values: Sequence[float]) -> list[_Spot]:
    low, high = min(values), max(values)
    rise = (high - low) or 1.0
    flat = high == low
    step = (WIDTH - END) / (len(values) - 1)
    inner = HEIGHT - 2 * MARGIN
    return [
        (
            round(i * step),
            HEIGHT // 2 if flat else round(HEIGHT - MARGIN - (value - low) / rise * inner),
        )
        for i, value in enumerate(values)
    ]


def line(spots: Sequence[_Spot]) -> str:
    """As M0 153l27 64 27-151: a minus sign needs no space before it."""
    (x, y), moves = spots[0], pairwise(spots)
    steps = " ".join(f"{right - x} {down - y}" for (x, y), (right, down) in moves)
    return f"M{x} {y}l{steps}".replace(" -", "-")


def _past(spots: Sequence[_Spot]) -> str:
    drawn, (last, height) = line(spots), spots[-1]
    return (
        f'<path d="{drawn}V{HEIGHT}H0z" opacity=".14"/>'
        f'<path d="{drawn}" {_STROKE.format(width=2)}/>'
        f'<path d="M{last} {height}h.1" {_STROKE.format(width=6)}/>'
    )


def _ahead(spots: Sequence[_Spot]) -> str:
    return f'<path d="{line(spots)}" {_STROKE.format(width=2)} stroke-dasharray="3 4"/>'


def _url(shapes: str) -> str:
    box = f'viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="none"'
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" {box}>{shapes}</svg>'
    return f"url('data:image/svg+xml,{quote(svg, safe=_AS_THEY_ARE)}')"
