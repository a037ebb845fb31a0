"""How rare is a surprise for this brand: from daily maxima to return periods.

A brand's own daily maxima of surprise tell how high chance alone climbs in a
day. Their upper fifth is taken for an exponential tail, which turns any height
into "once in N days": the number the operator's budget is stated in. Where the
tail begins and how steeply it falls are the brand's own, as far as its history
speaks, and what was measured on many brands otherwise.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

LOG10 = float(np.log(10.0))
_TAIL = 0.2  # share of days taken for the tail
_TAIL_BEGINS = 1.375  # where it begins and how it falls on the average brand
_TAIL_SCALE = 0.75
_BEGIN_WEIGHT = 8.0  # days of own history that weigh as much as the average brand
_SCALE_WEIGHT = 8.0  # tail days that do
_LONGEST_EXCESS = 4.0  # scales a single day may add: one crisis must not raise the bar
_OPTIMISM = 0.06  # log10 by which tails learned from the past flatter the future, measured
_EXCLUDED = 0.20  # largest share of days left out because they alarmed
_KEPT_DAYS = 90
_FIRST_DAYS = 2.0  # days needed before a brand's own maxima say anything
_LOWEST_SHIFT = 0.66
_NOTHING = -3.0  # a maximum below every real one


class Calibration:
    """Return periods of many brands, learned from their own sliding daily maxima."""

    def __init__(self, brands: int, blocks_per_day: int, budget_per_day: float) -> None:
        """Start every brand at the prior curve."""
        self.blocks_per_day = blocks_per_day
        self.budget_per_day = budget_per_day
        self.begins = np.full(brands, _TAIL_BEGINS)
        self.scale = np.full(brands, _TAIL_SCALE)
        self._highest = np.full(brands, _NOTHING)
        self._alarmed = np.zeros(brands, bool)
        self._maxima = np.full((brands, _KEPT_DAYS * blocks_per_day), np.nan)
        self._alarms = np.zeros((brands, _KEPT_DAYS * blocks_per_day), bool)

    def log_return_days(self, height: Floats) -> Floats:
        """Turn heights of surprise ``[.., brands]`` into log10 of the return period in days."""
        return np.asarray(
            (height - self.begins) / (self.scale * LOG10) - np.log10(_TAIL) - _OPTIMISM
        )

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
        """Learn the tail of some brands from their sliding daily maxima.

        Days that alarmed beyond the number chance allows are left out.
        """
        per_day = self.blocks_per_day
        daily = _sliding(self._maxima[which], per_day).max(axis=2)
        alarmed = _sliding(self._alarms[which], per_day).any(axis=2)
        ordered = np.sort(daily, axis=1)  # unknown days last
        days = known - per_day + 1
        due = 1.5 * self.budget_per_day * days
        left_out = np.clip(alarmed.sum(axis=1) - due, 0, _EXCLUDED * days).astype(int)
        days = np.maximum(days - left_out, 2)
        begins, first = _quantile(ordered, days, 1 - _TAIL)
        rank = np.arange(ordered.shape[1])[None, :]
        tail = (rank > first[:, None]) & (rank < days[:, None])
        excess = np.where(tail, ordered - begins[:, None], 0.0)
        independent = (days + per_day - 1) / per_day  # sliding days overlap
        own = independent / (independent + _BEGIN_WEIGHT)
        shift = np.maximum((begins - _TAIL_BEGINS) * own, -_LOWEST_SHIFT)
        self.begins[which] = _TAIL_BEGINS + shift
        self.scale[which] = _tail_scale(excess, tail.sum(axis=1), per_day)


def _tail_scale(excess: Floats, size: NDArray[np.int64], per_day: int) -> Floats:
    """Mean excess of the tail, drawn to the average brand's, single days bounded."""
    scale = np.full(len(excess), _TAIL_SCALE)
    for _ in range(3):
        bounded = np.minimum(excess, _LONGEST_EXCESS * scale[:, None]).sum(axis=1)
        scale = (_SCALE_WEIGHT * _TAIL_SCALE + bounded / per_day) / (_SCALE_WEIGHT + size / per_day)
    return scale


def _sliding(blocks: NDArray[Any], per_day: int) -> NDArray[Any]:
    return np.lib.stride_tricks.sliding_window_view(blocks, per_day, axis=1)


def _quantile(
    ordered: Floats, size: NDArray[np.int64], share: float
) -> tuple[Floats, NDArray[np.int64]]:
    """The quantile of the first ``size`` values of each row, and the index just below it."""
    rows = np.arange(len(size))
    position = share * (size - 1)
    low = np.floor(position).astype(int)
    high = np.minimum(low + 1, size - 1)
    below, above = ordered[rows, low], ordered[rows, high]
    return below + (position - low) * (above - below), low
