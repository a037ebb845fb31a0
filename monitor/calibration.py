"""How rare is a surprise for this brand: from block maxima to return periods.

A brand's own daily maxima of surprise tell how high chance alone climbs in a
day. A Gumbel curve through their middle turns any height into "once in N days",
which is the number the operator's budget is stated in.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

LOG10 = float(np.log(10.0))
PRIOR_LOCATION = 0.20
PRIOR_SCALE = 0.68
_KEPT_DAYS = 90
_FIRST_DAYS = 2.0  # blocks needed before a brand may leave the prior
_FIRM = 1.5  # standard errors a brand's own maxima must differ by to count against the prior
_EXCLUDED = 0.12  # largest share of days left out because they alarmed
_NOTHING = -3.0  # a maximum below every real one


class Calibration:
    """Return periods of many brands, learned from their own sliding daily maxima."""

    def __init__(self, brands: int, blocks_per_day: int, budget_per_day: float) -> None:
        """Start every brand at the prior curve."""
        self.blocks_per_day = blocks_per_day
        self.budget_per_day = budget_per_day
        self.location = np.full(brands, PRIOR_LOCATION)
        self.scale = np.full(brands, PRIOR_SCALE)
        self._highest = np.full(brands, _NOTHING)
        self._alarmed = np.zeros(brands, bool)
        self._maxima = np.full((brands, _KEPT_DAYS * blocks_per_day), np.nan)
        self._alarms = np.zeros((brands, _KEPT_DAYS * blocks_per_day), bool)

    def log_return_days(self, height: Floats) -> Floats:
        """Turn heights of surprise ``[.., brands]`` into log10 of the return period in days."""
        return np.asarray((height - self.location) / (self.scale * LOG10))

    def observe(self, height: Floats, alarming: Flags) -> None:
        """Take the heights of some steps ``[steps, brands]`` into the running block."""
        self._highest = np.maximum(self._highest, height.max(axis=0))
        self._alarmed |= alarming.any(axis=0)

    def close_block(self, ready: Flags) -> None:
        """End the running block; brands not ready yet (no baseline) leave it unknown."""
        self._maxima = np.roll(self._maxima, -1, axis=1)
        self._maxima[:, -1] = np.where(ready, self._highest, np.nan)
        self._alarms = np.roll(self._alarms, -1, axis=1)
        self._alarms[:, -1] = self._alarmed & ready
        self._highest = np.full(len(self._highest), _NOTHING)
        self._alarmed = np.zeros(len(self._alarmed), bool)
        known = np.isfinite(self._maxima).sum(axis=1)
        enough = known >= max(2, _FIRST_DAYS * self.blocks_per_day)
        if enough.any():
            self._fit(enough, known[enough])

    def _fit(self, which: Flags, known: NDArray[np.int64]) -> None:
        """Fit the Gumbel curve of some brands through the middle of their daily maxima.

        Quantiles hardly move with a few true crises. Days that alarmed beyond the
        number chance allows are left out: crises must not raise the bar.
        """
        per_day = self.blocks_per_day
        daily = _sliding_maximum(self._maxima[which], per_day)
        alarmed = np.lib.stride_tricks.sliding_window_view(
            self._alarms[which], per_day, axis=1
        ).any(axis=2)
        daily = np.sort(daily, axis=1)  # unknown days last
        days = known - per_day + 1
        due = 1.5 * self.budget_per_day * days
        left_out = np.clip(alarmed.sum(axis=1) - due, 0, _EXCLUDED * days).astype(int)
        days = np.maximum(days - left_out, 2)
        middle, upper = _quantile(daily, days, 0.5), _quantile(daily, days, 0.8)
        independent = (days + per_day - 1) / per_day
        spread = np.log(np.maximum((upper - middle) / 1.1334, 0.15) / PRIOR_SCALE)
        scale = PRIOR_SCALE * np.exp(_firmly(spread, 1.3 / np.sqrt(independent)))
        shift = middle - 0.3665 * scale - PRIOR_LOCATION
        self.scale[which] = scale
        self.location[which] = PRIOR_LOCATION + np.maximum(
            _firmly(shift, scale * 1.4 / np.sqrt(independent)), -0.6
        )


def _sliding_maximum(blocks: Floats, per_day: int) -> Floats:
    windows = np.lib.stride_tricks.sliding_window_view(blocks, per_day, axis=1)
    return np.asarray(windows.max(axis=2))


def _quantile(ordered: Floats, size: NDArray[np.int64], share: float) -> Floats:
    """The quantile of the first ``size`` values of each row."""
    rows = np.arange(len(size))
    position = share * (size - 1)
    low = np.floor(position).astype(int)
    high = np.minimum(low + 1, size - 1)
    below, above = ordered[rows, low], ordered[rows, high]
    return np.asarray(below + (position - low) * (above - below))


def _firmly(difference: Floats, error: Floats) -> Floats:
    """Shrink a difference to nothing unless it is clearly more than its standard error."""
    ratio = np.abs(difference) / error
    return difference * np.maximum(0.0, 1.0 - (_FIRM / np.maximum(ratio, 1e-9)) ** 2)
