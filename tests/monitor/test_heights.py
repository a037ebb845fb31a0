"""Windows put together: the rarest counts most, the others add, bursts must be beaten."""

import numpy as np
import pytest

from monitor.heights import WindowHeights, rarity_of
from monitor.settings import DetectorSettings, Grid

GRID = Grid(900)
TOGETHER = WindowHeights(GRID, DetectorSettings())
SIZE = len(GRID.windows)
LOOKS = np.log10(GRID.bins_per_day / np.array(GRID.windows))


def heights(rarity: list[float], *, observed: float = 9.0, beaten: bool = True):
    """Of one step of one brand with these surprises, one a window."""
    shape = (1, 1, SIZE)
    return TOGETHER.heights(
        np.full(shape, observed),
        np.ones(shape),
        np.array(rarity).reshape(shape),
        np.full((1, 1), beaten),
    )


def test_two_surprised_windows_stand_higher_than_one() -> None:
    """A crisis shows in several windows at once."""
    one, two = heights([0, 0, 0, 0, 0, 4.0]), heights([0, 0, 0, 0, 3.5, 4.0])
    assert two.asked[0, 0] > one.asked[0, 0] + 0.2
    assert one.asked[0, 0] >= 4.0


def test_the_best_window_is_named() -> None:
    """By its surprise less what its many looks a day are worth."""
    assert heights([0, 0, 5.0, 0, 0, 3.0]).best[0, 0] == 2
    assert heights([4.0, 0, 0, 0, 0, 3.0]).best[0, 0] == 5


def test_too_few_stories_have_no_height() -> None:
    """However unlikely they are."""
    found = heights([9.0] * SIZE, observed=2.0)
    assert found.asked[0, 0] == found.chance[0, 0] == 0.0


def test_a_burst_like_those_before_counts_as_chance_and_asks_for_nothing() -> None:
    """Short windows alone raise nothing until the brand's own bursts are beaten."""
    found = heights([5.0, 5.0, 5.0, 0, 0, 0], beaten=False)
    assert found.asked[0, 0] < 1.0
    assert found.chance[0, 0] > 4.0
    assert found.best[0, 0] > 2


def test_surprises_far_out_stay_finite() -> None:
    """Powers are taken beside the highest."""
    assert heights([900.0] * SIZE).asked[0, 0] == pytest.approx(
        900.0 + 2 * np.log10((10 ** (-0.5 * LOOKS)).sum())
    )


def test_no_excess_is_no_surprise() -> None:
    """Counts at or under the expectation, and single stories."""
    counts, means = np.array([5.0, 1.0, 12.0]), np.array([5.0, 0.01, 4.0])
    found = rarity_of(counts, means, np.full(3, 0.1))
    assert found[:2].tolist() == [0.0, 0.0]
    assert found[2] > 1.0
