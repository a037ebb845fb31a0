"""From surprises in several windows to one height: how much a moment stands out.

A crisis shows in several windows at once, chance more often in one. The windows'
chances are therefore put together softly: the one that is rarest counts most, and
the others, where they are surprised too, add to it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitor.settings import HOUR, DetectorSettings, Grid
from monitor.surprise import surprise

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Integers = NDArray[np.int64]

# Between the rarest window alone (1 and more) and the mean of all surprises (0): a half caught
# most crises at the same false alarms, told the true rate of simulated brands.
_SOFTNESS = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Heights:
    """Arrays ``[steps, brands]``."""

    chance: Floats  # for the calibration: what chance reaches
    asked: Floats  # for the alarm: short windows must beat the brand's own bursts
    best: Integers  # index of the most surprising window asked


class WindowHeights:
    """Puts the windows of one grid together."""

    def __init__(self, grid: Grid, settings: DetectorSettings) -> None:
        """Windows compete as often as they are new: a short one is looked at more often a day."""
        windows = np.array(grid.windows)
        self._settings = settings
        self._looks = np.log10(np.maximum(grid.bins_per_day / windows, 1.0))
        self._short = windows * grid.step <= settings.memory_hours * HOUR

    def heights(self, observed: Floats, expected: Floats, rarity: Floats, beaten: Flags) -> Heights:
        """Of counts ``[steps, brands, windows]``; ``beaten`` says the brand's bursts are."""
        settings = self._settings
        enough = (observed >= settings.min_stories) & (observed >= settings.min_ratio * expected)
        asked = enough & (beaten[:, :, None] | ~self._short)
        standing = rarity - self._looks
        chance = _soft(standing)
        if not (enough & ~asked).any():
            held = chance
        else:
            held = _soft(np.where(enough & ~asked, -self._looks, standing))
        return Heights(
            chance=np.where(enough.any(axis=2), chance, 0.0),
            asked=np.where(asked.any(axis=2), held, 0.0),
            best=np.where(asked, standing, -self._looks).argmax(axis=2),
        )


def rarity_of(observed: Floats, expected: Floats, alpha: Floats) -> Floats:
    """-log10 of the chance, where there is an excess to speak of; else 0."""
    rarity = np.zeros(observed.shape)
    some = (observed >= 2) & (observed > expected)
    rarity[some] = surprise(observed[some], expected[some], alpha[some])
    return rarity


def _soft(standing: Floats) -> Floats:
    """The windows' powers added up, as a height again."""
    highest = standing.max(axis=2)
    total = (10.0 ** (_SOFTNESS * (standing - highest[:, :, None]))).sum(axis=2)
    return np.asarray(highest + np.log10(total) / _SOFTNESS)
