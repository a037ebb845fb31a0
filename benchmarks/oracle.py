"""The best that anybody could do in a simulated world: the truth about its brands is known.

Its expectation is the world's own rate, its scatter that of the world; it looks at
the same windows as the detector. What lies between the two is the price of learning.
"""

import numpy as np
from numpy.typing import NDArray

from benchmarks.worlds import STEPS_A_DAY
from monitor.settings import Grid
from monitor.surprise import surprise

Floats = NDArray[np.float64]

_WINDOWS = np.array(Grid(900).windows)
_LOOKS = np.log10(np.maximum(STEPS_A_DAY / _WINDOWS, 1.0))
_LEAST, _RATIO = 3, 1.25  # as the detector asks


def oracle_heights(counts: Floats, quiet: Floats, rate: Floats) -> Floats:
    """Heights of surprise ``[steps, brands]`` by the true rate; scatter learned from ``quiet``."""
    height = np.full(counts.shape, -3.0)
    for window, looks in zip(_WINDOWS, _LOOKS, strict=True):
        clumps, excess = _scatter(_windowed(quiet, window), _windowed(rate, window), window)
        seen, due = _windowed(counts, window), np.maximum(_windowed(rate, window), 1e-6)
        some = (seen >= _LEAST) & (seen >= _RATIO * due)
        rarity = np.zeros(seen.shape)
        rarity[some] = surprise(seen[some], due[some], excess + (clumps - 1) / due[some])
        height = np.maximum(height, np.where(some, rarity - looks, -looks))
    return height


def _windowed(values: Floats, window: int) -> Floats:
    total = np.concatenate([np.zeros((1, values.shape[1])), np.cumsum(values, axis=0)])
    sums = np.zeros(values.shape)
    sums[window - 1 :] = total[window:] - total[:-window]
    return sums


def _scatter(seen: Floats, due: Floats, window: int) -> tuple[float, float]:
    """Variance as ``clumps * mean + excess * mean²``, by weighted least squares."""
    apart = max(1, window // 2)
    seen, due = seen[window - 1 :: apart].ravel(), due[window - 1 :: apart].ravel()
    square = np.minimum((seen - due) ** 2, 9 * (1.5 * due + 0.2 * due * due))
    terms = np.stack([due, due * due], axis=1)
    weighted = terms / (due + 0.2 * due * due + 0.01)[:, None] ** 2
    clumps, excess = np.linalg.solve(weighted.T @ terms, weighted.T @ square)
    return max(1.0, float(clumps)), max(0.01, float(excess))
