"""The rhythm of a brand's day and week, learned from few stories.

A small brand has a handful of stories for each hour of the day, far too few to tell
nights from days hour by hour. Its day is therefore first drawn in a few smooth waves,
each believed as far as stories speak for it, and every hour is its own only where
there are many. The week likewise: most brands have a quiet weekend, some another one.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# Usual sizes (standard deviations) of what sets brands apart, beside a mean of one.
_WAVES_OF_DAY = (0.25, 0.12, 0.05, 0.03)  # of one, two, three, four turns a day
_WAVES_OF_WEEK = (0.20, 0.12, 0.08)
_OTHER_WEEKEND = 0.25  # a weekend's depth
_OTHER_WEEKDAY = 0.07  # one weekday by itself
_WEEKEND = -0.25  # what a weekend usually brings less than a working day
_LEAST_HOUR, _MOST_HOUR = 0.05, 20.0  # times the mean
_LEAST_DAY, _MOST_DAY = 0.1, 4.0

# Variance to mean of stories: news lasts for hours, so an hour and its neighbours err together.
_HOUR_CLUMPS, _DAY_CLUMPS = 3.0, 1.9
_WEEKS = 5.0  # so many of each weekday are remembered, less the faded ones


def hours_of_day(seen: Floats, due: Floats, weight: float) -> Floats:
    """The shape of a working day, then of a weekend day, each about a mean of one.

    ``seen`` and ``due`` are ``[brands, hours of both]``, due what a flat day would bring;
    ``weight`` is how many stories an hour needs to be half its own.
    """
    per_day = seen.shape[1] // 2
    both_seen, both_due = _both(seen), _both(due)
    waves = _waves(per_day)
    variance = np.repeat(_WAVES_OF_DAY, 2)[: len(waves)] ** 2
    precision = both_due / _HOUR_CLUMPS
    surplus = (both_seen - both_due) / _HOUR_CLUMPS
    smooth = np.maximum(1.0 + _drawn(waves, variance, precision, surplus), _LEAST_HOUR)
    seen, due = _smooth_halves(seen), _smooth_halves(due)
    any_day = (_both(seen) + weight * smooth) / (_both(due) + weight)
    hours = (seen + weight * np.tile(any_day, (1, 2))) / (due + weight)
    halves = np.clip(hours, _LEAST_HOUR, _MOST_HOUR).reshape(-1, 2, per_day)
    return np.asarray(halves / halves.mean(axis=2, keepdims=True)).reshape(hours.shape)


def days_of_week(seen: Floats, due: Floats, excess: Floats) -> Floats:
    """Weekdays ``[brands, 7]``, Monday first, about a mean of one.

    ``excess [brands, 1]`` is the relative variance of a single day.
    """
    weekend = np.array([0.0] * 5 + [1.0] * 2) - 2 / 7
    shapes = np.concatenate([weekend[None, :], _waves(7)[:6], np.eye(7)])
    sizes = [_OTHER_WEEKEND, *np.repeat(_WAVES_OF_WEEK, 2), *[_OTHER_WEEKDAY] * 7]
    usual = 1.0 + _WEEKEND * weekend
    scatter = _DAY_CLUMPS + excess / _WEEKS * due
    own = _drawn(shapes, np.square(sizes), due / scatter, (seen - usual * due) / scatter)
    days = np.clip(usual + own, _LEAST_DAY, _MOST_DAY)
    return np.asarray(days / days.mean(axis=1, keepdims=True))


def _drawn(shapes: Floats, variance: Floats, precision: Floats, surplus: Floats) -> Floats:
    """The sum of shapes that explains a surplus best, each drawn to nothing by its variance."""
    size = len(shapes)
    squares = (shapes[:, None, :] * shapes[None, :, :]).reshape(size * size, -1)
    known = (precision @ squares.T).reshape(-1, size, size) + np.diag(1.0 / variance)
    parts = np.linalg.solve(known, (surplus @ shapes.T)[:, :, None])[:, :, 0]
    return np.asarray(parts @ shapes)


@lru_cache(maxsize=8)
def _waves(size: int) -> Floats:
    """Cosines and sines around a circle of this many places."""
    around = 2 * np.pi * np.arange(size) / size
    turns = range(1, min(len(_WAVES_OF_DAY), size // 2) + 1)
    return np.array([wave(turn * around) for turn in turns for wave in (np.cos, np.sin)])


def _both(halves: Floats) -> Floats:
    per_day = halves.shape[1] // 2
    return halves[:, :per_day] + halves[:, per_day:]


def _smooth_halves(values: Floats) -> Floats:
    """Smooth each half of the profile over neighbouring hours, around the clock."""
    half = values.shape[1] // 2
    around = _neighbours(half)
    return np.concatenate([values[:, :half] @ around, values[:, half:] @ around], axis=1)


@lru_cache(maxsize=8)
def _neighbours(half: int) -> Floats:
    circle = np.eye(half)
    return np.asarray((np.roll(circle, 1, axis=1) + 2 * circle + np.roll(circle, -1, axis=1)) / 4)
