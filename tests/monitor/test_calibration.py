"""From daily maxima to return periods."""

import numpy as np
import pytest

from monitor.calibration import Calibration

PER_DAY = 4
AVERAGE = 0.95  # the unrest of the average brand, once it is known


def after(
    days: np.ndarray, alarmed: np.ndarray | None = None, unrest: float = AVERAGE
) -> Calibration:
    """A calibration that saw these daily maxima ``[days, brands]``, one block high a day."""
    brands = days.shape[1]
    calibration = Calibration(brands, PER_DAY, 1 / 30.4)
    ready, dark = np.ones(brands, bool), np.zeros(brands, bool)
    for day, maxima in enumerate(days):
        for block in range(PER_DAY):
            height = maxima if block == 0 else np.full(brands, -3.0)
            hot = alarmed[day] if alarmed is not None and block == 0 else np.zeros(brands, bool)
            calibration.observe(height[None, :], hot[None, :], dark[None, :])
            calibration.close_block(ready, np.full(brands, unrest))
    return calibration


def bar(calibration: Calibration) -> float:
    """The height that chance reaches once in 30 days."""
    heights = np.linspace(0, 40, 4001)[:, None]
    return float(heights[calibration.log_return_days(heights)[:, 0] > np.log10(30)][0, 0])


def chance_days(rng: np.random.Generator, days: int, *, shift: float, scale: float) -> np.ndarray:
    """Daily maxima of one brand with a Gumbel law."""
    return rng.gumbel(shift, scale, (days, 1))


def test_the_average_brand_keeps_the_measured_curve() -> None:
    """Before any day has been seen: 30 days for a height of about 3.8."""
    calibration = Calibration(1, PER_DAY, 1 / 30.4)
    assert calibration.log_return_days(np.array([3.83]))[0] == pytest.approx(np.log10(30), abs=0.05)


def test_rarer_is_longer() -> None:
    """The return period grows with the height."""
    calibration = Calibration(1, PER_DAY, 1 / 30.4)
    heights = np.linspace(-1, 8, 20)[:, None]
    assert (np.diff(calibration.log_return_days(heights)[:, 0]) > 0).all()


@pytest.mark.parametrize(("shift", "scale"), [(1.2, 0.4), (1.6, 0.9), (2.5, 1.2)])
def test_a_brand_of_its_own_kind_gets_its_own_curve(shift: float, scale: float) -> None:
    """After a quarter, once in 30 days is about what its own law says."""
    days = chance_days(np.random.default_rng(3), 90, shift=shift, scale=scale)
    calibration = after(days)
    true_height = shift - scale * np.log(-np.log(1 - 1 / 30))
    told = 10 ** calibration.log_return_days(np.array([true_height]))[0]
    assert 10 < told < 90


def test_more_is_asked_of_an_unruly_brand_before_its_own_days_tell() -> None:
    """A week of the same daily maxima; a brand whose hours scatter more must climb higher."""
    days = chance_days(np.random.default_rng(4), 7, shift=1.2, scale=0.6)
    calm, average, wild = (bar(after(days, unrest=unrest)) for unrest in (0.8, AVERAGE, 1.15))
    assert calm < average < wild
    assert bar(after(days, unrest=50.0)) == bar(after(days, unrest=AVERAGE * np.exp(0.3)))


def test_days_of_crisis_hardly_raise_the_bar() -> None:
    """Alarm days beyond what chance allows are left out."""
    rng = np.random.default_rng(8)
    calm = chance_days(rng, 80, shift=0.2, scale=0.6)
    crisis = calm.copy()
    crisis[[20, 40, 60, 70], 0] = 40.0
    hot = crisis > 30
    assert bar(after(crisis, hot)) < 1.7 * bar(after(calm))


def test_blocks_that_are_not_ready_say_nothing() -> None:
    """A baseline still being found is not chance."""
    calibration = Calibration(1, PER_DAY, 1 / 30.4)
    usual = calibration.log_return_days(np.array([3.0]))[0]
    no = np.array([[False]]), np.array([[False]])
    for _ in range(40):
        calibration.observe(np.array([[50.0]]), *no)
        calibration.close_block(np.array([False]), np.array([AVERAGE]))
    assert calibration.log_return_days(np.array([3.0]))[0] == usual


def test_dark_blocks_are_no_sign_of_calm() -> None:
    """A quarter with every third day dark says what the days seen say."""
    rng = np.random.default_rng(5)
    heights = rng.gumbel(1.5, 0.8, 120)
    whole, holed = (Calibration(1, PER_DAY, 1 / 30.4) for _ in range(2))
    for day, height in enumerate(heights):
        dark = day % 3 == 0
        for _ in range(PER_DAY):
            for calibration, blind in ((whole, False), (holed, dark)):
                seen = -3.0 if blind else height
                calibration.observe(np.array([[seen]]), np.array([[False]]), np.array([[blind]]))
                calibration.close_block(np.array([True]), np.array([AVERAGE]))
    assert bar(holed) == pytest.approx(bar(whole), rel=0.15)
