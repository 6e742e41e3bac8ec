"""Random streams that do not disturb one another, and the few shapes used everywhere."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Series = npt.NDArray[Any]
Counts = npt.NDArray[Any]

_MID_MONTH = np.array([15 + 30.4 * k for k in range(12)])


def stream(seed: int, name: str) -> np.random.Generator:
    """The generator of one part of the hospital: adding a part does not move the others."""
    return np.random.default_rng([seed, zlib.crc32(name.encode())])


def ar1(rng: np.random.Generator, length: int, phi: float, sigma: float) -> Series:
    """First-order autoregression whose *stationary* standard deviation is `sigma`."""
    shocks = rng.normal(0.0, sigma * np.sqrt(1 - phi**2), length)
    shocks[0] = rng.normal(0.0, sigma)
    out = np.empty(length)
    level = 0.0
    for i, shock in enumerate(shocks.tolist()):
        level = phi * level + shock
        out[i] = level
    return out


def by_month(yearday: Series, months: Sequence[float]) -> Series:
    """Twelve monthly levels drawn as one smooth yearly curve."""
    levels = np.asarray(months, dtype=float)
    x = np.r_[_MID_MONTH[-1] - 365, _MID_MONTH, _MID_MONTH[0] + 365]
    curve: Series = np.interp(yearday, x, np.r_[levels[-1], levels, levels[0]])
    return curve


def by_weekday(weekday: Counts, factors: Sequence[float]) -> Series:
    """Factor of each day, Monday first."""
    return np.asarray(factors, dtype=float)[weekday]


def gamma_poisson(rng: np.random.Generator, mean: Series, shape: float) -> Counts:
    """Counts a little more dispersed than Poisson."""
    counts: Counts = rng.poisson(rng.gamma(shape, np.maximum(mean, 1e-9) / shape))
    return counts


def split(rng: np.random.Generator, total: Counts, shares: Sequence[float]) -> Counts:
    """Cut each total into len(shares) parts; result (len(total), len(shares))."""
    weights = np.asarray(shares, dtype=float)
    parts: Counts = rng.multinomial(total, weights / weights.sum())
    return parts
