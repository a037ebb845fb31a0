"""How much a brand scatters beyond chance is its own."""

import numpy as np
import pytest

from monitor.dispersion import Dispersion
from monitor.settings import MINUTE, Grid

GRID = Grid(15 * MINUTE)


def after_weeks(spread: float) -> Dispersion:
    """Eight weeks of counts around twenty, scattered by this share."""
    dispersion = Dispersion(1, GRID)
    size, windows = 56 * GRID.bins_per_day, len(GRID.windows)
    scatter = np.random.default_rng(3).normal(20.0, 20.0 * spread, (size, 1, 1))
    counts = np.repeat(np.maximum(scatter, 0.0), windows, axis=2)
    dispersion.observe(counts, np.full(counts.shape, 20.0), np.ones((size, 1)))
    dispersion.update()
    return dispersion


def test_a_new_brand_starts_at_the_average() -> None:
    """Longer windows scatter less beyond chance, and clump more."""
    dispersion = Dispersion(2, GRID)
    assert (np.diff(dispersion.excess[0]) < 0).all()
    assert (np.diff(dispersion.clumps) > 0).all()


def test_a_steady_brand_scatters_less_than_a_nervous_one() -> None:
    """Learned from its own counts."""
    assert (after_weeks(0.2).excess < after_weeks(0.7).excess).all()
    assert after_weeks(0.2).unrest < 1 < after_weeks(0.7).unrest


def test_nothing_is_learned_where_nothing_is_trusted() -> None:
    """Hours inside a spike say nothing about scatter."""
    dispersion = Dispersion(1, GRID)
    before = dispersion.excess.copy()
    shape = (10, 1, len(GRID.windows))
    dispersion.observe(np.full(shape, 500.0), np.full(shape, 5.0), np.zeros((10, 1)))
    dispersion.update()
    assert dispersion.excess == pytest.approx(before)
