"""The Numenta Anomaly Benchmark's own scoring, for alarms on its realTweets series.

In each labelled window the earliest alarm counts, more the earlier it comes; an
alarm outside costs, less just behind a window; a missed window costs. The sum is
put on a scale where saying nothing is 0 and perfection is 100.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import exp
from pathlib import Path

_PROBATION = 0.15
_LONGEST_FILE = 5000  # probation is a share of at most so many rows


@dataclass(frozen=True, slots=True)
class Profile:
    """What a false alarm and a miss cost beside a hit's 1."""

    name: str
    false_alarm: float
    miss: float


STANDARD = Profile("standard", 0.11, 1.0)
LOW_FALSE_ALARMS = Profile("reward low FP", 0.22, 1.0)
LOW_MISSES = Profile("reward low FN", 0.11, 2.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One file of the benchmark."""

    name: str
    stamps: list[str]
    seconds: list[float]  # of the epoch
    counts: list[float]
    windows: list[tuple[int, int]]  # first and last row of each labelled window

    @property
    def probation(self) -> int:
        """Rows at the beginning that nobody is judged by."""
        return int(_PROBATION * min(len(self.stamps), _LONGEST_FILE))


def load_series(folder: Path) -> list[Series]:
    """Read the series with their windows."""
    windows = json.loads((folder / "windows.json").read_text())
    return [_load(folder / name, entry["windows"]) for name, entry in sorted(windows.items())]


def _load(path: Path, windows: list[list[str]]) -> Series:
    rows = [line.split(",") for line in path.read_text().splitlines()[1:]]
    times = [datetime.fromisoformat(stamp) for stamp, _ in rows]
    limits = []
    for begin, end in windows:
        first, last = datetime.fromisoformat(begin), datetime.fromisoformat(end)
        inside = [row for row, time in enumerate(times) if first <= time <= last]
        limits.append((inside[0], inside[-1]))
    return Series(
        name=path.stem,
        stamps=[stamp for stamp, _ in rows],
        seconds=[time.replace(tzinfo=UTC).timestamp() for time in times],
        counts=[float(count) for _, count in rows],
        windows=limits,
    )


def raw_score(series: Series, alarms: Sequence[int], profile: Profile) -> float:
    """Score the rows that alarmed, before scaling."""
    score = 0.0
    outside = [row for row in alarms if row >= series.probation]
    for first, last in series.windows:
        hits = [row for row in outside if first <= row <= last]
        outside = [row for row in outside if not first <= row <= last]
        if hits:
            position = -(last - hits[0] + 1) / (last - first + 1)
            score += _sigmoid(position) / _sigmoid(-1.0)
        else:
            score -= profile.miss
    for row in outside:
        behind = [window for window in series.windows if window[1] < row]
        if behind:
            first, last = behind[-1]
            score += profile.false_alarm * _sigmoid((row - last) / (last - first))
        else:
            score -= profile.false_alarm
    return score


def _sigmoid(position: float) -> float:
    return -1.0 if position > 3.0 else 2.0 / (1.0 + exp(5.0 * position)) - 1.0


def scaled_score(
    series: Sequence[Series], alarms: Sequence[Sequence[int]], profile: Profile = STANDARD
) -> float:
    """Score a detector over several files: 0 for silence, 100 for perfection."""
    raw = sum(raw_score(one, rows, profile) for one, rows in zip(series, alarms, strict=True))
    windows = sum(len(one.windows) for one in series)
    return 100.0 * (raw + profile.miss * windows) / ((1.0 + profile.miss) * windows)
