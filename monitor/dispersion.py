"""How much a brand's counts scatter beyond chance, learned per window length."""

import numpy as np
from numpy.typing import NDArray

from monitor.settings import DAY, MINUTE, Grid

Floats = NDArray[np.float64]

# Measured on mentions with reprints folded: variance to mean of small counts (chatter comes
# in clumps), and the relative variance that remains for large ones, by window in minutes.
_CLUMPS = ((15, 1.08), (60, 1.25), (360, 1.65), (1440, 1.9))
_EXCESS = ((15, 0.18), (60, 0.15), (360, 0.11), (1440, 0.07))
_PRIOR_DAYS = 4.5
_HALF_LIFE_DAYS = 21.0
_FLOOR = 0.01


class Dispersion:
    """Clump factor by window, and each brand's own excess variance ``[brands, windows]``."""

    def __init__(self, brands: int, grid: Grid) -> None:
        """Start every brand at the measured averages."""
        minutes = np.log([window * grid.step / MINUTE for window in grid.windows])
        self.clumps = _by_window(_CLUMPS, minutes)
        self._prior = _by_window(_EXCESS, minutes)
        self.excess = np.tile(self._prior, (brands, 1))
        self._seen = np.zeros(self.excess.shape)
        self._weight = np.zeros(self.excess.shape)
        self._prior_weight = _PRIOR_DAYS * grid.bins_per_day
        self._keep = 0.5 ** (grid.step / DAY / _HALF_LIFE_DAYS)

    def observe(self, counts: Floats, means: Floats, trust: Floats) -> None:
        """Take steps ``[k, brands, windows]`` in; ``trust [k, brands]`` is 0 where not to learn."""
        size = len(counts)
        variance = means * self.clumps + self.excess * means * means
        square = np.minimum((counts - means) ** 2, 9.0 * variance)
        informative = self.excess * means / (self.clumps + self.excess * means)
        weight = (informative * trust[:, :, None]) ** 2
        weight *= (self._keep ** np.arange(size - 1, -1, -1))[:, None, None]
        excess = (square - self.clumps * means) / (means * means)
        self._seen = self._seen * self._keep**size + (weight * excess).sum(axis=0)
        self._weight = self._weight * self._keep**size + weight.sum(axis=0)

    def update(self) -> None:
        """Let what was observed since the last update count from now on."""
        learned = self._seen + self._prior * self._prior_weight
        self.excess = np.maximum(learned / (self._weight + self._prior_weight), _FLOOR)


def _by_window(table: tuple[tuple[int, float], ...], log_minutes: Floats) -> Floats:
    known = np.log([minutes for minutes, _ in table])
    return np.interp(log_minutes, known, [value for _, value in table])
