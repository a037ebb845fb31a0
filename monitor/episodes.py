"""One alarm until it is over: the stretches in which a brand stands out."""

import numpy as np
from numpy.typing import NDArray

from monitor.settings import HOUR, DetectorSettings, Grid

Flags = NDArray[np.bool_]


class Episodes:
    """Open and close each brand's episode, step by step."""

    def __init__(self, brands: int, grid: Grid, settings: DetectorSettings) -> None:
        """Begin with every brand quiet."""
        self._open = np.zeros(brands, bool)
        self._calm = np.zeros(brands, int)  # quiet steps in a row
        self._over = np.zeros(brands)  # steps above the alarm's height, quickly forgotten
        self._close_after = max(1, round(settings.close_hours * HOUR / grid.step))
        self._lasting_after = settings.accept_days * grid.bins_per_day

    def follow(self, over: Flags, quiet: Flags) -> tuple[Flags, Flags]:
        """Take steps ``[k, brands]`` in; answer where an episode opens and where one is open."""
        alarm, spike = np.zeros(over.shape, bool), np.zeros(over.shape, bool)
        if not (self._open.any() or over.any()):
            self._over = np.maximum(self._over - 4 * len(over), 0)
            return alarm, spike
        for step in range(len(over)):
            self._calm = np.where(quiet[step], self._calm + 1, 0)
            alarm[step] = over[step] & ~self._open
            self._open = (self._open | over[step]) & (self._calm < self._close_after)
            spike[step] = self._open
            self._over = np.where(over[step], self._over + 1, np.maximum(self._over - 4, 0))
        return alarm, spike

    def lasting(self) -> Flags:
        """Brands whose excess has lasted so long that it is the new normal."""
        return self._over > self._lasting_after
