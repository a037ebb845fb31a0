"""The negative binomial tail against sums done the long way."""

from math import exp, lgamma, log, log1p, log10

import numpy as np
import pytest

from monitor.surprise import surprise


def long_way(count: int, mean: float, alpha: float) -> float:
    """-log10 of the tail, term by term."""
    size = 1 / alpha
    share = size / (size + mean)
    total = sum(
        exp(lgamma(k + size) - lgamma(size) - lgamma(k + 1) + size * log(share) + k * log1p(-share))
        for k in range(count, count + 3000)
    )
    return -log10(total)


@pytest.mark.parametrize(
    ("count", "mean", "alpha"),
    [(3, 0.1, 0.2), (10, 5.0, 0.3), (30, 29.0, 0.1), (5, 8.0, 0.1), (200, 100.0, 0.05)],
    ids=["tiny brand", "twice as much", "about as expected", "fewer than expected", "busy brand"],
)
def test_the_tail_equals_the_long_sum(count: int, mean: float, alpha: float) -> None:
    """Seven digits, on both sides of the mean."""
    found = surprise(np.array([float(count)]), np.array([mean]), np.array([alpha]))
    assert found[0] == pytest.approx(long_way(count, mean, alpha), abs=1e-7)


def test_nothing_counted_is_no_surprise() -> None:
    """Zero never alarms, whatever was expected."""
    assert surprise(np.zeros(2), np.array([1e-9, 50.0]), np.full(2, 0.1)).tolist() == [0.0, 0.0]


def test_a_thousandfold_excess_is_still_a_number() -> None:
    """Logarithms throughout: nothing overflows, and more is rarer."""
    counts = np.array([10.0, 1e3, 1e6])
    found = surprise(counts, np.full(3, 0.01), np.full(3, 0.1))
    assert np.isfinite(found).all()
    assert (np.diff(found) > 0).all()


def test_scatter_makes_the_same_count_less_surprising() -> None:
    """A brand known to scatter is given more room."""
    found = surprise(np.full(3, 12.0), np.full(3, 4.0), np.array([0.01, 0.2, 1.0]))
    assert (np.diff(found) < 0).all()
