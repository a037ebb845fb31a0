"""How rare is a surprise for this brand: from daily maxima to return periods.

A brand's own daily maxima of surprise tell how high chance alone climbs in a
day. Their upper fifth is taken for an exponential tail, which turns any height
into "once in N days": the number the operator's budget is stated in. Where the
tail begins is the brand's own, as far as its history speaks, and otherwise that of
brands as unruly as this one: how counts scatter from hour to hour is known long
before the daily maxima tell. How it falls is mostly read off where it begins and
how unruly the brand is: the few days above it, alone, would cost a fortieth of all
crises.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

LOG10 = float(np.log(10.0))
_TAIL = 0.2  # share of days taken for the tail
_TAIL_BEGINS = 2.4  # where it begins on the average brand
_TAIL_SCALE = 0.74  # how it falls there, and how much slower for each unit it begins higher
_SCALE_BY_BEGIN = 0.6
_LEAST_SCALE, _MOST_SCALE = 0.5, 2.0
_USUAL_UNREST = 0.95  # of the average brand, once it is known
_BEGIN_BY_UNREST, _SCALE_BY_UNREST = 1.2, 0.3  # for each unit of its natural logarithm
_MOST_UNREST = 0.3  # of that logarithm: beyond it nothing was measured
_BEGIN_WEIGHT = 40.0  # days of own history that weigh as much as brands like it
_SCALE_WEIGHT = 120.0  # tail days that do
_LONGEST_EXCESS = 2.0  # scales a single day may add: one crisis must not raise the bar
_BOUNDED_MEAN = 1.0 - float(np.exp(-_LONGEST_EXCESS))  # of an exponential so bounded, in scales
_OPTIMISM = 0.06  # log10 by which tails learned from the past flatter the future, measured
_EXCLUDED = 0.20  # largest share of days left out because they alarmed
_KEPT_DAYS = 90
_SEEN_OF_A_DAY = 0.75  # of its blocks, or the day says nothing
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
        self._seen = np.zeros(brands)  # steps of the running block that were seen, less unseen ones
        self._maxima = np.full((brands, _KEPT_DAYS * blocks_per_day), np.nan)
        self._alarms = np.zeros((brands, _KEPT_DAYS * blocks_per_day), bool)

    def log_return_days(self, height: Floats) -> Floats:
        """Turn heights of surprise ``[.., brands]`` into log10 of the return period in days."""
        return np.asarray(
            (height - self.begins) / (self.scale * LOG10) - np.log10(_TAIL) - _OPTIMISM
        )

    def observe(self, height: Floats, alarming: Flags, blind: Flags) -> None:
        """Take the heights of some steps ``[steps, brands]`` into the running block.

        What was not seen is no sign of calm: a block that was mostly blind stays unknown.
        """
        self._highest = np.maximum(self._highest, np.where(blind, _NOTHING, height).max(axis=0))
        self._alarmed |= alarming.any(axis=0)
        self._seen += (~blind).sum(axis=0) - blind.sum(axis=0)

    def close_block(self, ready: Flags, unrest: Floats) -> None:
        """End the running block; brands not ready yet (no baseline) leave it unknown.

        ``unrest [brands]`` is how unruly each is beside the average one.
        """
        ready = ready & (self._seen > 0)
        self._seen[:] = 0
        self._maxima = np.roll(self._maxima, -1, axis=1)
        self._maxima[:, -1] = np.where(ready, self._highest, np.nan)
        self._alarms = np.roll(self._alarms, -1, axis=1)
        self._alarms[:, -1] = self._alarmed & ready
        self._highest = np.full(len(self._highest), _NOTHING)
        self._alarmed = np.zeros(len(self._alarmed), bool)
        known = np.isfinite(self._maxima).sum(axis=1)
        enough = known >= max(2, _FIRST_DAYS * self.blocks_per_day)
        if enough.any():
            self._fit(enough, unrest)

    def _fit(self, which: Flags, unrest: Floats) -> None:
        """Learn the tail of some brands from their sliding daily maxima.

        Days that alarmed beyond the number chance allows are left out.
        """
        per_day = self.blocks_per_day
        blocks = _sliding(self._maxima[which], per_day)
        whole = np.isfinite(blocks).mean(axis=2) >= _SEEN_OF_A_DAY
        daily = np.where(whole, np.fmax.reduce(blocks, axis=2), np.nan)
        alarmed = _sliding(self._alarms[which], per_day).any(axis=2)
        ordered = np.sort(daily, axis=1)  # unknown days last
        days = whole.sum(axis=1)
        some = days >= 2
        due = self.budget_per_day * days
        left_out = np.clip(alarmed.sum(axis=1) - due, 0, _EXCLUDED * days).astype(int)
        days = np.maximum(days - left_out, 2)
        begins, first = _quantile(ordered, days, 1 - _TAIL)
        rank = np.arange(ordered.shape[1])[None, :]
        tail = (rank > first[:, None]) & (rank < days[:, None])
        excess = np.where(tail & some[:, None], ordered - begins[:, None], 0.0)
        independent = (days + per_day - 1) / per_day  # sliding days overlap
        own = own_share(independent)
        unruly = np.log(unrest[which] / _USUAL_UNREST).clip(-_MOST_UNREST, _MOST_UNREST)
        expected = _TAIL_BEGINS + _BEGIN_BY_UNREST * unruly
        shift = np.where(some, np.maximum((begins - expected) * own, -_LOWEST_SHIFT), 0.0)
        self.begins[which] = expected + shift
        usual = _TAIL_SCALE + _SCALE_BY_BEGIN * (self.begins[which] - _TAIL_BEGINS)
        usual += _SCALE_BY_UNREST * unruly
        usual = np.clip(usual, _LEAST_SCALE, _MOST_SCALE)
        self.scale[which] = _tail_scale(usual, excess, tail.sum(axis=1), per_day)


def own_share(days: Any) -> Any:
    """How much of an alarm's height is the brand's own after so many days; else the usual one."""
    return days / (days + _BEGIN_WEIGHT)


def _tail_scale(usual: Floats, excess: Floats, size: NDArray[np.int64], per_day: int) -> Floats:
    """Mean excess of the tail, drawn to the usual one, single days bounded."""
    scale = usual
    for _ in range(3):
        bounded = np.minimum(excess, _LONGEST_EXCESS * scale[:, None]).sum(axis=1)
        scale = (_SCALE_WEIGHT * usual + bounded / _BOUNDED_MEAN / per_day) / (
            _SCALE_WEIGHT + size / per_day
        )
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
