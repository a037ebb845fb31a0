"""How much a brand's counts scatter beyond chance, in every window."""

import numpy as np
from numpy.typing import NDArray

from monitor.settings import DAY, MINUTE, Grid

Floats = NDArray[np.float64]

# Variance is clumps * mean + excess * mean², by window in minutes: measured on simulated brands
# (benchmarks/worlds.py) against what the baseline expected of them, its errors included.
_CLUMPS = ((15, 1.0), (60, 1.02), (180, 1.1), (360, 1.22), (720, 1.35), (1440, 1.55))
_EXCESS = ((15, 0.24), (60, 0.21), (180, 0.19), (360, 0.175), (720, 0.15), (1440, 0.115))
_PRIOR_DAYS = 10.0
_HALF_LIFE_DAYS = 21.0
_LONGEST = 9.0  # variances a single square may add
_LEAST_UNREST = 0.1


class Dispersion:
    """Clump factor by window, and each brand's own excess variance ``[brands, windows]``.

    What a brand has of its own is one number, its ``unrest [brands]``: how unruly it
    is beside the average brand, 1; learned from all windows together, because each
    alone says little.
    """

    def __init__(self, brands: int, grid: Grid) -> None:
        """Start every brand at the measured averages."""
        minutes = np.log([window * grid.step / MINUTE for window in grid.windows])
        self.clumps = _by_window(_CLUMPS, minutes)
        self._usual = _by_window(_EXCESS, minutes)
        self.unrest = np.ones(brands)
        self.excess = np.tile(self._usual, (brands, 1))
        self._seen = np.zeros(brands)
        self._weight = np.zeros(brands)
        self._prior_weight = _PRIOR_DAYS * grid.bins_per_day * len(grid.windows)
        self._keep = 0.5 ** (grid.step / DAY / _HALF_LIFE_DAYS)

    def observe(self, counts: Floats, means: Floats, trust: Floats) -> None:
        """Take steps ``[k, brands, windows]`` in; ``trust [k, brands]`` is 0 where not to learn."""
        size = len(counts)
        variance = means * self.clumps + self.excess * means * means
        square = np.minimum((counts - means) ** 2, _LONGEST * variance)
        informative = self.excess * means / (self.clumps + self.excess * means)
        weight = (informative * trust[:, :, None]) ** 2
        weight *= (self._keep ** np.arange(size - 1, -1, -1))[:, None, None]
        unrest = (square - self.clumps * means) / (means * means * self._usual)
        self._seen = self._seen * self._keep**size + (weight * unrest).sum(axis=(0, 2))
        self._weight = self._weight * self._keep**size + weight.sum(axis=(0, 2))

    def update(self) -> None:
        """Let what was observed since the last update count from now on."""
        unrest = (self._seen + self._prior_weight) / (self._weight + self._prior_weight)
        self.unrest = np.maximum(unrest, _LEAST_UNREST)
        self.excess = self.unrest[:, None] * self._usual


def _by_window(table: tuple[tuple[int, float], ...], log_minutes: Floats) -> Floats:
    known = np.log([minutes for minutes, _ in table])
    return np.interp(log_minutes, known, [value for _, value in table])
