"""The rhythm of day and week, from many stories and from few."""

import numpy as np
import pytest

from monitor.rhythm import days_of_week, hours_of_day

HOURS = np.arange(24) + 0.5
DAY_SHAPE = 1 + 0.6 * np.cos(2 * np.pi * (HOURS - 14) / 24)
WEEK_SHAPE = np.array([1.0] * 5 + [0.5] * 2)
STEADY = np.full((1, 1), 0.08)


def hours(stories: float, shape: np.ndarray, seed: int = 3) -> np.ndarray:
    """The profile of a working day learned from so many stories in six weeks."""
    due = np.tile(np.repeat([5 / 7, 2 / 7], 24) / 24 * stories, (200, 1))
    seen = np.random.default_rng(seed).poisson(due * np.tile(shape, 2)).astype(float)
    return hours_of_day(seen, due, 10.0)[:, :24]


def days(stories: float, shape: np.ndarray) -> np.ndarray:
    """The week learned from so many stories in six weeks."""
    due = np.full((200, 7), stories / 7)
    seen = np.random.default_rng(4).poisson(due * shape / shape.mean()).astype(float)
    return days_of_week(seen, due, STEADY)


def test_a_small_brand_knows_its_nights() -> None:
    """A hundred stories in all, two or three for each hour."""
    wrong = np.sqrt(np.mean((hours(100, DAY_SHAPE) - DAY_SHAPE) ** 2))
    assert wrong < 0.25 < np.sqrt(np.mean((DAY_SHAPE - 1) ** 2))


def test_a_large_brand_has_its_own_hours() -> None:
    """A single hour at four times the rest stays an hour."""
    shape = np.where(np.arange(24) == 9, 4.0, 1.0)
    learned = hours(200_000, shape / shape.mean()).mean(axis=0)
    assert learned.argmax() == 9
    assert learned[9] > 1.8 * learned[12]


def test_nothing_known_is_a_flat_day_and_a_usual_week() -> None:
    """Before the first story a weekend is thought a little quieter."""
    nothing = np.zeros((1, 48))
    assert hours_of_day(nothing, nothing, 10.0)[0] == pytest.approx(np.ones(48))
    week = days_of_week(np.zeros((1, 7)), np.zeros((1, 7)), STEADY)[0]
    assert week.mean() == pytest.approx(1.0)
    assert week[5] == week[6] == pytest.approx(week[0] - 0.25)


@pytest.mark.parametrize("turned", [0, 3])
def test_the_weekend_is_learned_wherever_it_lies(turned: int) -> None:
    """Saturday and Sunday, or two other days."""
    shape = np.roll(WEEK_SHAPE, turned)
    learned = days(3000, shape).mean(axis=0)
    assert learned == pytest.approx(shape / shape.mean(), abs=0.12)


@pytest.mark.parametrize("per_day", [2, 3, 24])
def test_profiles_have_a_mean_of_one_on_every_grid(per_day: int) -> None:
    """Long steps leave few hours to a day."""
    seen = np.random.default_rng(1).poisson(3.0, (4, 2 * per_day)).astype(float)
    found = hours_of_day(seen, np.full(seen.shape, 3.0), 10.0).reshape(4, 2, per_day)
    assert found.mean(axis=2) == pytest.approx(np.ones((4, 2)))
    assert (found > 0).all()
