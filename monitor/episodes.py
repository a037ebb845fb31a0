"""One alarm until it is over: the stretches in which a brand stands out."""

import numpy as np
from numpy.typing import NDArray

from monitor.settings import DAY, HOUR, DetectorSettings, Grid

Flags = NDArray[np.bool_]
Integers = NDArray[np.int64]

_SHIFT_KEPT_DAYS = 28  # by then the baseline has seen little else


class Episodes:
    """Open and close each brand's episode, step by step."""

    def __init__(self, brands: int, grid: Grid, settings: DetectorSettings) -> None:
        """Begin with every brand quiet."""
        self._open = np.zeros(brands, bool)
        self._calm = np.zeros(brands, int)  # quiet steps in a row
        self._age = np.zeros(brands, int)  # steps the open episode has lasted
        self._begun = np.zeros(brands, int)  # steps since an accepted episode began
        self._ended = np.zeros(brands, int)  # and since it closed
        self._close_after = max(1, round(settings.close_hours * HOUR / grid.step))
        self._accept_after = round(settings.accept_days * DAY / grid.step)
        self._forget_after = round(_SHIFT_KEPT_DAYS * DAY / grid.step)

    def follow(self, over: Flags, quiet: Flags) -> tuple[Flags, Flags]:
        """Take steps ``[k, brands]`` in; answer where an episode opens and where one is open."""
        alarm, spike = np.zeros(over.shape, bool), np.zeros(over.shape, bool)
        if self._open.any() or over.any():
            for step in range(len(over)):
                self._calm = np.where(quiet[step], self._calm + 1, 0)
                alarm[step] = over[step] & ~self._open
                self._open = (self._open | over[step]) & (self._calm < self._close_after)
                self._age = np.where(self._open, self._age + 1, 0)
                spike[step] = self._open
        self._accept(len(over))
        return alarm, spike

    def _accept(self, steps: int) -> None:
        """An excess that lasts for days is no spike any more."""
        lasting = self._age >= self._accept_after
        self._begun = np.where(self._begun > 0, self._begun + steps, 0)
        self._begun = np.where(lasting, self._age, self._begun)
        self._ended = np.where(lasting, 0, self._ended + steps)
        self._begun[self._begun > self._forget_after] = 0

    def accepted(self) -> tuple[Integers, Integers]:
        """The stretch each brand's accepted new level was found in: so many steps ago, till when.

        Both are 0 where there is none. What it brought from its first step on is usual now.
        """
        return self._begun, np.minimum(self._ended, self._begun)
