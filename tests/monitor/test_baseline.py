"""What is normal: level, hours and weekdays, learned robustly from cells."""

import numpy as np
import pytest

from monitor.baseline import Baseline, Noise
from monitor.settings import DAY, HOUR, DetectorSettings, Grid

SETTINGS = DetectorSettings(settle_hours=0)
GRID = Grid(HOUR)
TENTH = np.full((1, 1), 0.1)
NOISE = Noise(clumps=(1.0, 1.0, 1.0), excess=(TENTH, TENTH, TENTH))


def learned(counts: list[float]) -> Baseline:
    """A baseline fitted to these hours, the first of them a Thursday's midnight."""
    baseline = Baseline(1, GRID, SETTINGS)
    size, kept = len(counts), SETTINGS.history_days * 24
    cells = np.array([counts])
    baseline.remember(size - 1, cells, np.ones((1, size)), np.ones((1, size)))
    middles = (size - 1 - np.arange(kept)[::-1]) * HOUR + HOUR // 2
    baseline.fit(np.array([size]), middles.astype(float), NOISE, np.zeros((1, kept), bool))
    return baseline


def expected(baseline: Baseline, hours: list[int]) -> list[float]:
    """What is expected of these hours of the epoch."""
    found: list[float] = baseline.expected(np.array(hours, float) * HOUR)[:, 0].tolist()
    return found


def test_the_level_is_learned() -> None:
    """Five an hour, four weeks long."""
    assert learned([5.0] * 24 * 28).level[0] == pytest.approx(5.0, rel=0.05)


def test_nights_are_told_from_days() -> None:
    """The hour profile follows the audience."""
    counts = [10.0 if 8 <= hour % 24 < 20 else 1.0 for hour in range(24 * 28)]
    noon, night = expected(learned(counts), [24 * 28 + 12, 24 * 28 + 2])
    assert noon > 4 * night


def test_a_crisis_teaches_little() -> None:
    """Six hours at ten times the level leave the expectation nearly where it was."""
    counts = [5.0] * 24 * 28
    counts[-60:-54] = [50.0] * 6
    assert learned(counts).level[0] == pytest.approx(5.0, rel=0.2)


def test_days_of_collection_are_measured() -> None:
    """Not the days of the calendar."""
    assert learned([1.0] * 24 * 9).covered_days()[0] == pytest.approx(9.0)


def test_a_long_gap_is_forgotten_and_does_no_harm() -> None:
    """Cells past the kept history leave it whole."""
    baseline = learned([5.0] * 24 * 28)
    one = np.ones((1, 1))
    baseline.remember(24 * 28 + 400 * DAY // HOUR, one, one, one)
    assert baseline.covered_days()[0] == pytest.approx(1 / 24)
