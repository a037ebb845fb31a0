"""A brand must beat its own recent bursts."""

import numpy as np
import pytest

from monitor.bursts import BurstMemory
from monitor.settings import HOUR, Grid


def memory() -> BurstMemory:
    """One brand, counted by the hour."""
    return BurstMemory(1, Grid(HOUR), days=3.5, sigmas=2.5)


def test_a_steady_brand_is_asked_for_its_mean() -> None:
    """No spread, nothing to beat beyond it."""
    bursts = memory()
    bursts.observe(np.full((50, 1), 4.0), np.ones((50, 1), bool))
    bursts.update()
    bursts.update()
    assert bursts.floor[0] == pytest.approx(4.0)


def test_a_burst_never_excuses_itself() -> None:
    """What is learned now is in force one refit later."""
    bursts = memory()
    bursts.observe(np.array([[1.0], [90.0]]), np.ones((2, 1), bool))
    bursts.update()
    assert bursts.floor[0] == 0.0
    bursts.update()
    assert bursts.floor[0] > 90.0


def test_portions_change_nothing() -> None:
    """One step at a time or all at once."""
    hours = np.arange(20.0).reshape(-1, 1)
    whole, singly = memory(), memory()
    seen = hours % 7 != 3
    whole.observe(hours, seen)
    for hour, known in zip(hours, seen, strict=True):
        singly.observe(hour[None], known[None])
    for one in (whole, singly):
        one.update()
        one.update()
    assert singly.floor[0] == pytest.approx(whole.floor[0])


def test_dark_hours_do_not_lower_the_bar() -> None:
    """What nobody saw is no quiet hour."""
    hours = np.full((50, 1), 4.0)
    hours[30:] = 0.0
    bursts = memory()
    bursts.observe(hours, hours > 0)
    bursts.update()
    bursts.update()
    assert bursts.floor[0] == pytest.approx(4.0)
