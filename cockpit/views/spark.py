"""A small curve without any script: an SVG used as a CSS mask, so that it takes the theme's colour.

`st.html` drops <svg>, and a mask follows light and dark for free. The forecast is a second mask
layer, dashed. Only numbers enter the SVG.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from urllib.parse import quote

from cockpit.series.model import ForecastPoint, Point

WIDTH, HEIGHT, MARGIN = 120.0, 34.0, 4.0
END = 3.0
"""Room kept at the right for the last dot."""
_STROKE = (
    'fill="none" stroke="#000" stroke-width="{width}" stroke-linejoin="round" '
    'stroke-linecap="round" vector-effect="non-scaling-stroke"'
)
_Spot = tuple[float, float]


def masks(points: Sequence[Point], forecast: Sequence[ForecastPoint] = ()) -> tuple[str, ...]:
    """One or two `url(...)` layers: the past with its area and last dot, then the forecast."""
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
        (i * step, HEIGHT / 2 if flat else HEIGHT - MARGIN - (value - low) / rise * inner)
        for i, value in enumerate(values)
    ]


def _line(spots: Sequence[_Spot]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in spots)


def _past(spots: Sequence[_Spot]) -> str:
    (first, _), (last, height) = spots[0], spots[-1]
    edge = f"M{first:.1f},{HEIGHT} L{_line(spots)} L{last:.1f},{HEIGHT}Z"
    return (
        f'<path d="{edge}" fill-opacity=".14"/>'
        f'<polyline {_STROKE.format(width=2)} points="{_line(spots)}"/>'
        f'<path {_STROKE.format(width=6)} d="M{last:.1f},{height:.1f}h.01"/>'
    )


def _ahead(spots: Sequence[_Spot]) -> str:
    return f'<polyline {_STROKE.format(width=2)} stroke-dasharray="3 4" points="{_line(spots)}"/>'


def _url(shapes: str) -> str:
    box = f'viewBox="0 0 {WIDTH:g} {HEIGHT:g}" preserveAspectRatio="none"'
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" {box}>{shapes}</svg>'
    return f"url(data:image/svg+xml,{quote(svg, safe='')})"
