"""Judge whether a brand's negativity is a spike.

Pure and causal: counts of negative stories in even steps in, judgements out,
for many brands at once. Several windows are looked at together; the most
surprising one is turned into a return period, "as much as this happens by
chance once in N days", and an alarm is a return period longer than the
operator's budget allows. ``docs/explanation/spikes.md`` tells why.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime, tzinfo
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.baseline import Baseline, Noise
from monitor.bursts import BurstMemory
from monitor.calibration import LOG10, Calibration
from monitor.dispersion import Dispersion
from monitor.episodes import Episodes
from monitor.heights import WindowHeights, rarity_of
from monitor.settings import DAY, HOUR, MONTH_DAYS, DetectorSettings, Grid

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Integers = NDArray[np.int64]

_YOUNG_DAYS = 4.0
_YOUNG_CAUTION = 2.0  # a brand of no age would be asked for a hundred times the return period
_DARK_CAUTION = 0.35  # right after a dark day; less as the day after it goes by
_ORDINARY = 0.3  # log10 of the two days in which chance reaches this height anyhow
_UNKNOWN = 0.05  # a step covered less than this says nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgements:
    """What is to be said of every step and brand; all arrays are ``[steps, brands]``."""

    log_return: Floats  # log10 of the return period in days
    window: Integers  # the most surprising window, in steps
    observed: Floats  # stories in that window
    expected: Floats
    mean: Floats  # expected of this step alone
    rarity: Floats  # -log10 of the chance of that many or more in that window
    over: Flags  # rarer than the budget asks for
    alarm: Flags  # an episode opens in this step
    spike: Flags  # an episode is open
    blind: Flags  # too few sources alive to call it calm
    learning: Flags  # too little history to raise an alarm
    coverage: Floats  # 0..1
    known: Integers  # steps since the brand's first covered one


class SpikeDetector:
    """The judgement of many brands that are counted on one grid of time."""

    def __init__(self, brands: int, grid: Grid, start_at: int, settings: DetectorSettings) -> None:
        """Begin at ``start_at``, in seconds of the epoch and a multiple of the step."""
        self.grid, self.settings = grid, settings
        self._brands = brands
        self._now = start_at
        self._known = np.zeros(brands, int)  # steps since the first covered one
        self.baseline = Baseline(brands, grid, settings)
        self._dispersion = Dispersion(brands, grid)
        self._refit = max(settings.refit_hours * HOUR, grid.cell)
        self._calibration = Calibration(brands, DAY // self._refit, settings.budget / MONTH_DAYS)
        self._bursts = BurstMemory(
            brands, grid, days=settings.memory_days, sigmas=settings.memory_sigma
        )
        self._episodes = Episodes(brands, grid, settings)
        self._windows = np.array(grid.windows)
        self._together = WindowHeights(grid, settings)
        self._hour = int(np.argmin(np.abs(self._windows * grid.step - HOUR)))
        self._six = int(np.argmin(np.abs(self._windows * grid.step - 6 * HOUR)))
        self._log_target = np.log10(MONTH_DAYS / settings.budget)
        # Under a generous budget a share of the alarm's height is reached every day.
        quiet = self._log_target + np.log10(settings.close_share)
        self._log_quiet = max(quiet, min(_ORDINARY, self._log_target - 0.1))
        kept = max(int(self._windows.max()), settings.settle_hours * HOUR // grid.step)
        cells = kept // grid.bins_per_cell + self._refit // grid.cell + 1
        self._kept = cells * grid.bins_per_cell
        self._counts = np.zeros((self._kept, brands))
        self._means = np.zeros((self._kept, brands))
        self._coverage = np.zeros((self._kept, brands))
        self._quiet = np.ones((self._kept, brands))  # 0 inside an episode: teaches nothing

    @property
    def now(self) -> int:
        """The start of the next step to come, in seconds of the epoch."""
        return self._now

    def baseline_days(self) -> Floats:
        """How many days of real collection stand behind each brand's expectation."""
        return self.baseline.covered_days()

    def run(self, counts: Floats, coverage: Floats | None = None) -> Judgements:
        """Judge the next steps ``[steps, brands]``; cutting a series anywhere changes nothing."""
        counts = np.asarray(counts, float)
        if coverage is None:
            coverage = np.ones(counts.shape)
        coverage = np.clip(coverage, 0.0, 1.0)
        counts = np.where(coverage > _UNKNOWN, counts, 0.0)
        parts, done = [], 0
        while done < len(counts):
            size = min(len(counts) - done, self._steps_to_refit())
            parts.append(self._judge(counts[done : done + size], coverage[done : done + size]))
            done += size
        return joined(parts, self._brands)

    def _steps_to_refit(self) -> int:
        young = bool((self._known < 3 * self.grid.bins_per_day + self.grid.bins_per_cell).any())
        period = self.grid.cell if young else self._refit
        return max(1, -(-(period - self._now % period) // self.grid.step))

    def _judge(self, counts: Floats, coverage: Floats) -> Judgements:
        """Judge steps that no refit lies between."""
        size = len(counts)
        starts = self._now + np.arange(size) * self.grid.step
        mean = self.baseline.expected(_local(starts, self.settings.zone)) * coverage
        seen = np.concatenate([self._counts, counts])
        due = np.concatenate([self._means, mean])
        observed, expected = self._windowed(seen, size), self._windowed(due, size)
        expected = np.maximum(expected, 1e-6)
        rarity = self._rarity(observed, expected)
        beaten = self._beats_memory(observed, expected)
        heights = self._together.heights(observed, expected, rarity, beaten)
        steps_known = self._count_known(coverage)
        log_return = self._calibration.log_return_days(heights.asked)
        blind = coverage < self.settings.min_coverage
        log_return -= self._caution(steps_known) + self._dark_caution(blind)
        learning = steps_known < self.settings.warmup_days * self.grid.bins_per_day
        # Under a budget of several a day even nothing at all is rare enough, and never quiet.
        standing = heights.asked > 0
        over = standing & (log_return > self._log_target) & ~blind
        quiet = ~standing | (log_return < self._log_quiet)
        alarm, spike = self._episodes.follow(over & ~learning, quiet)
        best = heights.best
        self._remember(seen, due, coverage, spike, alarm, self._windows[best])
        self._calibration.observe(heights.chance, over, blind)
        self._bursts.observe(observed[:, :, self._hour], coverage > _UNKNOWN)
        self._learn(observed, expected, log_return, steps_known, spike)
        self._advance(size)
        return Judgements(
            log_return=log_return,
            window=self._windows[best],
            observed=_picked(observed, best),
            expected=_picked(expected, best),
            mean=mean,
            rarity=_picked(rarity, best),
            over=over,
            alarm=alarm,
            spike=spike,
            blind=blind,
            learning=learning,
            coverage=coverage,
            known=steps_known,
        )

    def _caution(self, known: Integers) -> Floats:
        """What to take off the log return period while the level is hardly known."""
        missing = 1.0 - known / (_YOUNG_DAYS * self.grid.bins_per_day)
        return _YOUNG_CAUTION * np.clip(missing, 0.0, 1.0)

    def _dark_caution(self, blind: Flags) -> Floats:
        """What to take off after an outage: what began in the dark comes to light behind it."""
        day = self.grid.bins_per_day
        if not (blind.any() or (self._coverage[-day:] < self.settings.min_coverage).any()):
            return np.zeros(blind.shape)
        dark = np.concatenate([self._coverage < self.settings.min_coverage, blind])
        total = np.cumsum(dark, axis=0)
        end = np.arange(self._kept, self._kept + len(blind))
        return np.asarray(_DARK_CAUTION * np.sqrt((total[end] - total[end - day]) / day))

    def _windowed(self, values: Floats, size: int) -> Floats:
        """Sums over every window ending with each of the last ``size`` steps."""
        total = np.concatenate([np.zeros((1, self._brands)), np.cumsum(values, axis=0)])
        end = np.arange(self._kept + 1, self._kept + size + 1)
        return np.stack([total[end] - total[end - window] for window in self._windows], axis=2)

    def _rarity(self, observed: Floats, expected: Floats) -> Floats:
        excess = self._dispersion.excess + self.baseline.doubt[:, None]
        return rarity_of(observed, expected, excess + (self._dispersion.clumps - 1) / expected)

    def _beats_memory(self, observed: Floats, expected: Floats) -> Flags:
        """Whether the last hour beats the brand's recent bursts; less is asked in quiet hours."""
        usual = np.maximum(self.baseline.level * HOUR / self.grid.cell, 1e-9)
        rhythm = np.clip(expected[:, :, self._hour] / usual, 0.0, 1.0)
        return np.asarray(observed[:, :, self._hour] >= self._bursts.floor * np.sqrt(rhythm))

    def _count_known(self, coverage: Floats) -> Integers:
        started = (np.cumsum(coverage > _UNKNOWN, axis=0) > 0) | (self._known > 0)
        known = self._known + np.cumsum(started, axis=0)
        self._known = known[-1]
        return known

    def _remember(
        self,
        seen: Floats,
        due: Floats,
        coverage: Floats,
        spike: Flags,
        alarm: Flags,
        window: Integers,
    ) -> None:
        """Keep the newest steps; the window that raised an alarm belongs to its episode."""
        size = len(coverage)
        self._counts, self._means = seen[size:], due[size:]
        self._coverage = np.concatenate([self._coverage, coverage])[size:]
        quiet = np.concatenate([self._quiet, 1.0 - spike])
        for step, brand in np.argwhere(alarm):
            end = self._kept + step + 1
            quiet[end - window[step, brand] : end, brand] = 0.0
        self._quiet = quiet[size:]

    def _learn(
        self,
        observed: Floats,
        expected: Floats,
        log_return: Floats,
        known: Integers,
        spike: Flags,
    ) -> None:
        ready = known >= 3 * self.grid.bins_per_day
        self._dispersion.observe(
            observed, expected, ready * ~spike / (1 + np.maximum(log_return, 0))
        )

    def _advance(self, size: int) -> None:
        """Move the clock; at the end of a period, learn from what has settled."""
        before = self._now
        self._now += size * self.grid.step
        whole = self._now // self._refit != before // self._refit
        young = bool((self._known < 3 * self.grid.bins_per_day).any())
        if whole or (young and self._now // self.grid.cell != before // self.grid.cell):
            self._refit_baseline()
        if whole:
            # The first day's maxima tell of a baseline still being found, not of chance.
            begun = self._known - self._refit // self.grid.step
            self._calibration.close_block(begun >= self.grid.bins_per_day, self._dispersion.unrest)
            self._bursts.update()

    def _refit_baseline(self) -> None:
        grid = self.grid
        unfinished = (self._now % grid.cell) // grid.step
        cells = (self._kept - unfinished) // grid.bins_per_cell
        end = self._kept - unfinished
        begin = end - cells * grid.bins_per_cell

        def by_cell(values: Floats) -> Floats:
            shaped = values[begin:end].reshape(cells, grid.bins_per_cell, self._brands)
            return np.asarray(shaped.mean(axis=1).T)

        last = self._now // grid.cell - 1
        self.baseline.remember(
            last,
            by_cell(self._counts) * grid.bins_per_cell,
            by_cell(self._coverage),
            by_cell(self._quiet),
        )
        kept = self.settings.history_days * grid.cells_per_day
        middles = (last - np.arange(kept)[::-1]) * grid.cell + grid.cell // 2
        clumps, excess = self._dispersion.clumps, self._dispersion.excess
        hour, six, day = self._hour, self._six, len(self._windows) - 1
        noise = Noise(
            clumps=(float(clumps[hour]), float(clumps[six]), float(clumps[day])),
            excess=(excess[:, [hour]], excess[:, [six]], excess[:, [day]]),
        )
        self.baseline.fit(
            self._known // grid.bins_per_cell,
            _local(middles, self.settings.zone),
            noise,
            self._accepted_cells(kept),
        )
        self._dispersion.update()

    def _accepted_cells(self, kept: int) -> Flags:
        """Which of the newest cells belong to an episode that became the new normal."""
        begun, ended = (steps // self.grid.bins_per_cell for steps in self._episodes.accepted())
        age = np.arange(kept)[::-1]
        return np.asarray((age < begun[:, None]) & (age >= ended[:, None]))


def probability(rarity: float) -> float:
    """The chance behind a rarity."""
    return float(np.exp(-rarity * LOG10))


def _picked(values: Floats, best: Integers) -> Floats:
    return np.take_along_axis(values, best[:, :, None], axis=2)[:, :, 0]


def joined(parts: Sequence[Judgements], brands: int) -> Judgements:
    """Put judgements of following stretches together."""
    names = [field.name for field in fields(Judgements)]
    nothing = np.zeros((0, brands))
    joined: dict[str, Any] = {
        name: np.concatenate([getattr(part, name) for part in parts]) if parts else nothing
        for name in names
    }
    return Judgements(**joined)


def _local(seconds: Integers, zone: tzinfo | None) -> Floats:
    """Seconds of the audience's wall clock."""
    if zone is None:
        return seconds.astype(float)
    offsets = [_offset(int(moment) // HOUR, zone) for moment in seconds]
    return np.asarray(seconds + np.array(offsets))


@lru_cache(maxsize=8192)
def _offset(hour: int, zone: tzinfo) -> float:
    shift = datetime.fromtimestamp(hour * HOUR, zone).utcoffset()
    return shift.total_seconds() if shift else 0.0
