"""A brand that bursts every few days must beat its own recent bursts."""

import numpy as np
from numpy.typing import NDArray

from monitor.settings import DAY, Grid

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


class BurstMemory:
    """Mean and spread of a brand's last hours, recent bursts included on purpose.

    Short-lived excess is ordinary for some brands; the robust baseline does not
    see it, because it trusts outliers least. The memory is read one refit late,
    so that a burst never excuses itself.
    """

    def __init__(self, brands: int, grid: Grid, *, days: float, sigmas: float) -> None:
        """Remember with a half-life of ``days``; ask for ``sigmas`` above the mean."""
        self._keep = 0.5 ** (grid.step / DAY / days)
        self._sigmas = sigmas
        self._first = np.zeros(brands)
        self._second = np.zeros(brands)
        self._weight = np.zeros(brands)
        self._pending = np.zeros(brands)
        self.floor = np.zeros(brands)  # the last hour must reach this

    def observe(self, hourly: Floats, seen: Flags) -> None:
        """Take the last-hour counts of some steps ``[k, brands]`` in, unseen steps left out."""
        size = len(hourly)
        weight = (self._keep ** np.arange(size - 1, -1, -1))[:, None] * seen
        fade = self._keep**size
        self._first = self._first * fade + (weight * hourly).sum(axis=0)
        self._second = self._second * fade + (weight * hourly * hourly).sum(axis=0)
        self._weight = self._weight * fade + weight.sum(axis=0)

    def update(self) -> None:
        """Put the floor of the previous update in force and prepare the next."""
        weight = np.maximum(self._weight, 1e-9)
        mean = self._first / weight
        spread = np.sqrt(np.maximum(self._second / weight - mean * mean, 0.0))
        self.floor = self._pending
        self._pending = mean + self._sigmas * spread
