"""Judge one series of counts as its rows arrive.

Learns the step from the first two rows, knows missing rows from zeros, and
keeps a bounded memory however long the series is.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from math import log10

import numpy as np

from monitor.detect import Integers, Judgements, SpikeDetector
from monitor.reasons import calm_reason, learning_reason, spike_reason
from monitor.settings import DAY, HOUR, MINUTE, DetectorSettings, Grid

_STEPS = sorted(
    [minutes * MINUTE for minutes in (1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30)]
    + [hours * HOUR for hours in (1, 2, 3, 4, 6, 8, 12, 24)]
)
_REPLAYED = 256  # rows kept for judging again when the step proves smaller than thought
_FINER = 0.6  # a gap below this share of the step says so
_SLACK = 0.25  # of a step: rows stamped a moment early still belong to their own step


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a series: seconds of the epoch, and what was counted."""

    at: float
    count: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RowJudgement:
    """What is to be said of one row."""

    expected: float  # of this row alone
    score: float  # 0..1: 0.2 is once a day by chance, every 0.1 more is ten times rarer
    alarm: bool
    reason: str


class SeriesJudge:
    """Judge the rows of one series, each by nothing but itself and what came before."""

    def __init__(self, settings: DetectorSettings) -> None:
        """Begin a series; the step is learned from its first two rows."""
        self._settings = settings
        self._first: Row | None = None
        self._stretch: _Stretch | None = None
        self._replay: list[Row] = []

    def judge(self, rows: Sequence[Row]) -> list[RowJudgement]:
        """Answer for these rows, later than all before; the first comes with the second."""
        answers: list[RowJudgement] = []
        rest = list(rows)
        while rest:
            if self._stretch is None:
                answers += self._begin(rest.pop(0))
                continue
            fitting = self._stretch.fitting(rest, finer=len(self._replay) < _REPLAYED)
            if not fitting:
                self._restart(rest[0])
                continue
            answers += self._stretch.judge(rest[:fitting])
            self._replay += rest[: min(fitting, _REPLAYED - len(self._replay))]
            rest = rest[fitting:]
        return answers

    def finish(self) -> list[RowJudgement]:
        """Answer for a series that ended with its first row."""
        alone = self._stretch is None and self._first is not None
        return [_nothing_known()] if alone else []

    def _begin(self, row: Row) -> list[RowJudgement]:
        if self._first is None:
            self._first = row
            return []
        self._stretch = _Stretch(self._first, row.at - self._first.at, self._settings)
        self._replay = [self._first, row]
        return [_nothing_known(), *self._stretch.judge([row])]

    def _restart(self, row: Row) -> None:
        """Begin again: the step is smaller than thought, or nothing was known for too long."""
        assert self._stretch is not None
        gap, step = row.at - self._stretch.last_at, self._stretch.step
        if gap < step:
            # The finer grid forgets sooner, and what is forgotten would only fill it with slots.
            since = self._stretch.last_at - _memory(gap, self._settings)
            kept = [one for one in self._replay if one.at >= since]
            self._stretch = _Stretch(kept[0], gap, self._settings)
            if kept[1:]:
                self._stretch.judge(kept[1:])
        else:
            self._stretch = _Stretch(Row(row.at - step, 0.0), step, self._settings)


class _Stretch:
    """A detector for one series from a first row on, at a known step."""

    def __init__(self, first: Row, step: float, settings: DetectorSettings) -> None:
        # The detector knows steps of a minute to a day; time is stretched for all others.
        self._scale = _scale(step)
        self.step = step
        self._inner = max(known for known in _STEPS if known <= step / self._scale * 1.02)
        self._outer = self._inner * self._scale
        self._settings = replace(settings, budget=settings.budget * self._scale)
        start = int(first.at // self._outer) * self._inner
        self._origin = start * self._scale
        self._detector = SpikeDetector(1, Grid(self._inner), start, self._settings)
        self._next = 0  # slot of the grid
        self.last_at = first.at
        self.judge([first])

    def fitting(self, rows: Sequence[Row], *, finer: bool) -> int:
        """How many rows can be judged as things stand; ``finer`` says a smaller step may be."""
        longest = max(_memory(self.step, self._settings), 3 * self.step)
        previous = self.last_at
        for index, row in enumerate(rows):
            gap = row.at - previous
            if gap > longest or (finer and gap < _FINER * self.step):
                return index
            previous = row.at
        return len(rows)

    def judge(self, rows: Sequence[Row]) -> list[RowJudgement]:
        """Judge rows that fit; steps between them that have no row are unknown, not zero."""
        begin, slots = self._next, []
        for row in rows:
            due = int((row.at - self._origin) / self._outer + _SLACK)
            slots.append(max(self._next, due))
            self._next = slots[-1] + 1
        at = np.array(slots) - begin
        counts, coverage = np.zeros((self._next - begin, 1)), np.zeros((self._next - begin, 1))
        counts[at, 0] = [row.count for row in rows]
        coverage[at, 0] = 1.0
        judged = self._detector.run(counts, coverage)
        self.last_at = rows[-1].at
        return self._worded(judged, at)

    def _worded(self, judged: Judgements, at: Integers) -> list[RowJudgement]:
        """These steps of the judgements as the rows' answers."""
        logs = judged.log_return[at, 0] + log10(self._scale)
        scores = np.clip((logs + 2.0) / 10.0, 0.0, 1.0).round(4).tolist()
        means = judged.mean[at, 0].round(4).tolist()
        alarms = judged.alarm[at, 0].tolist()
        reasons = self._reasons(judged, at, (10.0 ** np.minimum(logs, 9.0)).tolist())
        return [
            RowJudgement(expected=mean, score=score, alarm=alarm, reason=reason)
            for mean, score, alarm, reason in zip(means, scores, alarms, reasons, strict=True)
        ]

    def _reasons(
        self, judged: Judgements, at: Integers, return_days: Sequence[float]
    ) -> Iterator[str]:
        needed = timedelta(days=self._settings.warmup_days * self._scale)
        spans = {steps: self._span(steps) for steps in np.unique(judged.window).tolist()}
        columns = (judged.learning, judged.known, judged.spike, judged.alarm)
        shown = (judged.window, judged.observed, judged.expected)
        cells = zip(*(column[at, 0].tolist() for column in columns + shown), strict=True)
        for days, cell in zip(return_days, cells, strict=True):
            learning, known, spike, alarm, window, observed, expected = cell
            span = spans[window]
            if learning:
                yield learning_reason(known=self._span(known), needed=needed)
            elif spike:
                yield spike_reason(
                    observed=observed,
                    expected=expected,
                    window=span,
                    return_days=days,
                    opening=alarm,
                )
            else:
                yield calm_reason(observed=observed, expected=expected, window=span)

    def _span(self, steps: float) -> timedelta:
        return timedelta(seconds=steps * self._outer)


def _scale(step: float) -> float:
    """How far time is stretched to make of this step one that the detector knows."""
    return step / DAY if step > DAY else min(step / MINUTE, 1.0)


def _memory(step: float, settings: DetectorSettings) -> float:
    """Seconds after which a series of this step is forgotten."""
    return settings.history_days * DAY * _scale(step)


def _nothing_known() -> RowJudgement:
    return RowJudgement(expected=0.0, score=0.0, alarm=False, reason="learning: the first row")
