"""What is normal for a brand: its own level, hour of day and weekday, robustly.

The baseline learns from settled cells (hours, or longer steps). Cells that stand
out at the scale of an hour, six hours or a day count less, cells inside a known
spike do not count at all, and an excess that lasts for days is accepted as the
new normal.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from monitor.rhythm import days_of_week, hours_of_day
from monitor.settings import DAY, DetectorSettings, Grid

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise:
    """How much counts scatter around the expectation, at three scales: cell, 6 h and day.

    Variance is ``clumps * mean + excess * mean²``.
    """

    clumps: tuple[float, float, float]
    excess: tuple[Floats, Floats, Floats]  # each [brands, 1]


@dataclass(slots=True)
class _Cells:
    """The settled past of every brand as the fit sees it; arrays are [brands, cells]."""

    counts: Floats
    coverage: Floats
    use: Floats  # 1 where a cell may teach
    age: Integers
    slot: Integers  # hour of a working day, then of a weekend day
    weekday: Integers


class Baseline:
    """Level, hour profile and weekday profile of many brands on one grid."""

    def __init__(self, brands: int, grid: Grid, settings: DetectorSettings) -> None:
        """Start with a guess of two stories a day, no rhythm and much doubt."""
        self.brands = brands
        self.grid = grid
        self.settings = settings
        self.level = np.full(brands, 2.0 / grid.cells_per_day)  # stories a cell
        self.doubt = np.full(brands, 1.0)  # relative variance of the level
        self.hours = np.ones((brands, 2 * grid.cells_per_day))
        self.weekdays = np.ones((brands, 7))
        kept = settings.history_days * grid.cells_per_day
        self._counts = np.zeros((brands, kept))
        self._coverage = np.zeros((brands, kept))
        self._teaches = np.ones((brands, kept))
        self._last = 0  # absolute number of the newest cell kept

    def expected(self, local: Floats) -> Floats:
        """Expected stories of whole steps starting at these local seconds ``[k, brands]``."""
        grid = self.grid
        day = ((local // DAY).astype(int) + 3) % 7  # the epoch began on a Thursday
        base = np.where(day >= 5, grid.cells_per_day, 0)
        position = ((local + grid.step / 2) % DAY) / grid.cell - 0.5
        cell = np.floor(position).astype(int)
        part = (position - cell)[:, None]
        now = self.hours[:, base + cell % grid.cells_per_day].T
        after = self.hours[:, base + (cell + 1) % grid.cells_per_day].T
        rhythm = ((1 - part) * now + part * after) * self.weekdays[:, day].T
        return np.asarray(rhythm * (self.level / grid.bins_per_cell))

    def remember(self, last: int, counts: Floats, coverage: Floats, teaches: Floats) -> None:
        """Put the newest cells ``[brands, cells]`` in place, the last one numbered ``last``.

        Cells already known are read again: mentions arrive late.
        """
        shift = last - self._last
        if shift > 0:
            for kept, blank in ((self._counts, 0.0), (self._coverage, 0.0), (self._teaches, 1.0)):
                kept[:, :-shift] = kept[:, shift:].copy()
                kept[:, -min(shift, kept.shape[1]) :] = blank
        self._last = max(last, self._last)
        size = counts.shape[1]
        self._counts[:, -size:] = counts
        self._coverage[:, -size:] = coverage
        self._teaches[:, -size:] = teaches

    def fit(self, known: Integers, local_of_cell: Floats, noise: Noise, accepted: Flags) -> None:
        """Learn level and rhythm from the cells remembered.

        ``known`` is each brand's number of cells with any history, ``local_of_cell``
        the local seconds of the middle of every cell kept, ``accepted [brands, cells]``
        the cells of a new level which is here to stay.
        """
        cells = self._cells(known, local_of_cell, accepted)
        rhythm = self._rhythm(cells)
        start = self._start_level(cells, rhythm)
        local_level = np.repeat(start[:, None], cells.counts.shape[1], axis=1)
        forgiven = accepted[:, -cells.counts.shape[1] :]
        long_enough = cells.counts.shape[1] >= 8 * self.grid.cells_per_day
        for turn in range(3):
            weight = self._weights(cells, np.maximum(local_level * rhythm, 1e-6), noise, forgiven)
            slow = self._fit_level(cells, weight, rhythm, known, noise)
            if not long_enough:
                local_level = np.repeat(self.level[:, None], cells.counts.shape[1], axis=1)
            elif turn == 0:
                local_level = self._local_level(cells, weight, rhythm, slow)
            if turn < 2 and cells.counts.shape[1] >= 30 and self.grid.cells_per_day > 1:
                self._fit_rhythm(cells, weight, local_level, noise)
                rhythm = self._rhythm(cells)

    def covered_days(self) -> Floats:
        """Days of collection remembered, gaps left out."""
        return np.asarray(self._coverage.sum(axis=1) / self.grid.cells_per_day)

    def _cells(self, known: Integers, local: Floats, accepted: Flags) -> _Cells:
        size = int(min(self._counts.shape[1], max(1, known.max())))
        age = np.arange(size)[::-1]
        settle = self.settings.settle_hours * 3600 // self.grid.cell
        lag = np.minimum(settle, known // 3)[:, None]
        coverage = self._coverage[:, -size:]
        use = (age >= lag) & (coverage > 0.05) & (age < known[:, None])
        weekday = ((local[-size:] // DAY).astype(int) + 3) % 7
        hour = (local[-size:] % DAY // self.grid.cell).astype(int)
        slot = hour + np.where(weekday >= 5, self.grid.cells_per_day, 0)
        return _Cells(
            counts=self._counts[:, -size:] * use,
            coverage=coverage,
            use=np.asarray(
                use * np.where(accepted[:, -size:], 1.0, self._teaches[:, -size:]), float
            ),
            age=age,
            slot=slot,
            weekday=weekday,
        )

    def _rhythm(self, cells: _Cells) -> Floats:
        """Expected shape of each cell at level one, coverage included."""
        shape = self.hours[:, cells.slot] * self.weekdays[:, cells.weekday]
        return np.asarray(shape * cells.coverage * (cells.use > 0))

    def _start_level(self, cells: _Cells, rhythm: Floats) -> Floats:
        """A first guess no spike can pull: the median recent day, else the mean."""
        level = np.asarray((cells.counts.sum(axis=1) + 0.25) / (rhythm.sum(axis=1) + 3.0))
        per_day = self.grid.cells_per_day
        days = min(21, cells.counts.shape[1] // per_day)
        if days < 4:
            return level
        counts = cells.counts[:, -days * per_day :].reshape(-1, days, per_day).sum(axis=2)
        shape = rhythm[:, -days * per_day :].reshape(-1, days, per_day).sum(axis=2)
        whole = shape > per_day / 3
        rates = np.sort(np.where(whole, counts / np.maximum(shape, 1e-9), np.inf), axis=1)
        known = np.maximum(whole.sum(axis=1), 1)
        rows = np.arange(self.brands)
        median = (rates[rows, (known - 1) // 2] + rates[rows, known // 2]) / 2
        return np.where((known >= 3) & (median * per_day >= 2), median, level)

    def _weights(self, cells: _Cells, mean: Floats, noise: Noise, forgiven: Flags) -> Floats:
        """Trust in every cell: less where it or its surroundings stand out."""
        per_day = self.grid.cells_per_day
        if cells.counts.shape[1] < 3 * per_day:
            return cells.use
        counts = cells.counts * (cells.use > 0)
        residual = np.abs(_residual(counts, mean, noise.clumps[0], noise.excess[0]))
        six = max(1, round(6 * 3600 / self.grid.cell))
        for span, scale, slack in ((six, 1, 0.0), (per_day, 2, 0.02)):
            around = _residual(
                _moving_sum(counts, span),
                _moving_sum(mean, span),
                noise.clumps[scale],
                noise.excess[scale] + slack,
            )
            residual = np.maximum(residual, np.abs(around))
        trust = np.minimum(1.0, self.settings.robust / np.maximum(residual, 1e-9)) ** 2
        return np.where(forgiven, 1.0, trust) * cells.use

    def _fit_level(
        self, cells: _Cells, weight: Floats, rhythm: Floats, known: Integers, noise: Noise
    ) -> Floats:
        """Set level and doubt from a fast and a slow memory; answer the slow level."""
        settings, per_day = self.settings, self.grid.cells_per_day
        counts, shape = weight * cells.counts, weight * rhythm
        fast = _fading(len(cells.age), per_day * settings.fast_days)
        slow = _fading(len(cells.age), per_day * settings.slow_days)
        seen_slow, seen_fast = counts @ slow, counts @ fast
        level_slow = (seen_slow + 0.25) / (shape @ slow + 3.0)
        prior = 1.0 / np.maximum(level_slow, 1e-6)
        level_fast = (seen_fast + 1.0) / (shape @ fast + prior)
        daily = noise.excess[2][:, 0]

        def variance(seen: Floats, half_life: float) -> Floats:
            days = np.maximum(np.minimum(known / per_day, half_life / np.log(2.0)), 0.3)
            return np.asarray(noise.clumps[2] / (seen + 0.5) + daily / days)

        fast_variance = variance(seen_fast, settings.fast_days)
        slow_variance = variance(seen_slow, settings.slow_days)
        share = settings.drift / (settings.drift + fast_variance)
        self.level = level_slow * (level_fast / level_slow) ** share
        # The level wanders on while nobody looks.
        dark = 1.0 - (cells.coverage @ fast) / fast.sum()
        self.doubt = 1.0 / (1.0 / slow_variance + 1.0 / fast_variance) + 0.005
        self.doubt += settings.drift * np.where(known >= len(fast), dark, 0.0)
        return level_slow

    def _local_level(self, cells: _Cells, weight: Floats, rhythm: Floats, slow: Floats) -> Floats:
        """The level around each past cell, within half and twice the slow one."""
        span = 5 * self.grid.cells_per_day
        counts, shape = _moving_sum(weight * cells.counts, span), _moving_sum(weight * rhythm, span)
        level = (counts + 6.0) / (shape + 6.0 / slow[:, None])
        return np.clip(level, slow[:, None] * 0.5, slow[:, None] * 2)

    def _fit_rhythm(self, cells: _Cells, weight: Floats, local_level: Floats, noise: Noise) -> None:
        """Learn the hour profile of working and weekend days, then the weekdays."""
        settings, per_day = self.settings, self.grid.cells_per_day
        old = _fading(len(cells.age), per_day * settings.season_days)
        trust = weight * old / (1 + noise.excess[0] * self.level[:, None])
        seen = trust * cells.counts
        due = trust * cells.coverage * local_level * (cells.use > 0)
        by_hour = _totals(seen, cells.slot, 2 * per_day)
        due_by_hour = _totals(due * self.weekdays[:, cells.weekday], cells.slot, 2 * per_day)
        self.hours = hours_of_day(by_hour, due_by_hour, settings.season_weight)
        by_day = _totals(seen, cells.weekday, 7)
        due_by_day = _totals(due * self.hours[:, cells.slot], cells.weekday, 7)
        self.weekdays = days_of_week(by_day, due_by_day, noise.excess[2])


def _residual(counts: Floats, mean: Floats, clumps: float, excess: Floats) -> Floats:
    """Anscombe's residual: about standard normal for counts of this variance."""
    spread = np.sqrt(clumps + excess * mean)
    return np.asarray(2 * (np.sqrt(counts + 0.375) - np.sqrt(mean + 0.375)) / spread)


def _moving_sum(values: Floats, span: int) -> Floats:
    """Sums over ``span`` cells around each cell, shorter at both ends."""
    brands, size = values.shape
    total = np.zeros((brands, size + 1))
    np.cumsum(values, axis=1, out=total[:, 1:])
    start, end = _around(size, span)
    return np.asarray(total.take(end, axis=1) - total.take(start, axis=1))


@lru_cache(maxsize=16)
def _around(size: int, span: int) -> tuple[Integers, Integers]:
    """Where the span around each cell begins and ends."""
    index = np.arange(size)
    return np.maximum(index - span // 2, 0), np.minimum(index + span - span // 2, size)


@lru_cache(maxsize=16)
def _fading(size: int, half_life: float) -> Floats:
    """The weight of each cell, the newest last, by its age."""
    return np.asarray(0.5 ** (np.arange(size)[::-1] / half_life))


def _totals(values: Floats, slot: Integers, slots: int) -> Floats:
    """Sums of the cells ``[brands, cells]`` in each slot."""
    where = slot + slots * np.arange(len(values))[:, None]
    sums = np.bincount(where.ravel(), values.ravel(), slots * len(values))
    return np.asarray(sums.reshape(len(values), slots))
