"""The spike rules other tools sell, as one number per step: higher is stranger.

Each is swept to the same false-alarm rate before it is compared.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_HOUR = 4
_DAY = 96


def mean_and_sigmas(counts: Floats) -> Floats:
    """The last hour in standard deviations above the mean of a week."""
    hour, mean, spread = _against_past(counts, _HOUR, 7 * _DAY)
    return (hour - mean) / np.maximum(spread, 0.5)


def ratio_of_hours(counts: Floats) -> Floats:
    """The last hour against the hourly mean of a week."""
    hour, mean, _ = _against_past(counts, _HOUR, 7 * _DAY)
    return np.where(hour >= 3, hour / np.maximum(mean, 0.05), 0.0)


def ratio_of_days(counts: Floats) -> Floats:
    """The last 24 hours against the daily mean of a week."""
    day, mean, _ = _against_past(counts, _DAY, 7 * _DAY)
    return np.where(day >= 3, day / np.maximum(mean, 0.5), 0.0)


def day_and_sigmas(counts: Floats) -> Floats:
    """The last 24 hours above the daily mean of a week, in its standard deviations."""
    day, mean, spread = _against_past(counts, _DAY, 7 * _DAY)
    return np.where(day >= 3, (day - mean) / np.maximum(spread, 1.0), 0.0)


PEERS = {
    "mean + k sigma, 1 h / 7 d": mean_and_sigmas,
    "ratio 1 h / 7 d": ratio_of_hours,
    "ratio 24 h / 7 d": ratio_of_days,
    "mean + k sigma, 24 h / 7 d": day_and_sigmas,
}


def _against_past(counts: Floats, window: int, past: int) -> tuple[Floats, Floats, Floats]:
    """Sums over a window, with mean and spread of such sums over the past before it."""
    sums = _rolling(counts, window)
    before = np.concatenate([np.zeros((window, counts.shape[1])), sums[:-window]])
    mean = _rolling(before, past) / past
    square = _rolling(before * before, past) / past
    return sums, mean, np.sqrt(np.maximum(square - mean * mean, 0.0))


def _rolling(values: Floats, window: int) -> Floats:
    total = np.concatenate([np.zeros((1, values.shape[1])), np.cumsum(values, axis=0)])
    end = np.arange(1, len(values) + 1)
    return total[end] - total[np.maximum(end - window, 0)]
