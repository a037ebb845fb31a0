"""The sentence behind a verdict is true to its numbers and reads as one."""

from datetime import timedelta

import pytest

from monitor.reasons import (
    basis_reason,
    blind_reason,
    calm_reason,
    learning_reason,
    length,
    rarity,
    spike_reason,
)
from storage.records import Basis

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("observed", "expected", "window", "days", "sentence"),
    [
        (
            9,
            1.2,
            3 * HOUR,
            85,
            "9 in 3 h where 1.2 is usual; by chance alone this happens about once in 85 days",
        ),
        (
            3,
            0.034,
            HOUR / 4,
            400,
            "3 in 15 min where 0.034 is usual; by chance alone this happens about once in 400 days",
        ),
        (
            2361,
            21.4,
            HOUR,
            1e6,
            "2361 in 1 h where 21 is usual; by chance alone this happens less than once in ten years",
        ),
        (
            40,
            12.6,
            24 * HOUR,
            1000,
            "40 in 24 h where 13 is usual; by chance alone this happens about once in 3 years",
        ),
        (
            5.5,
            2.0,
            6 * HOUR,
            1.0,
            "5.5 in 6 h where 2 is usual; by chance alone this happens about once a day",
        ),
    ],
    ids=["ordinary", "tiny brand", "busy brand", "a year's worst", "a generous budget"],
)
def test_an_alarm_says_what_it_stands_on(
    observed: float, expected: float, window: timedelta, days: float, sentence: str
) -> None:
    """Observed, window, usual and return period, each the number judged by."""
    said = spike_reason(
        observed=observed, expected=expected, window=window, return_days=days, opening=True
    )
    assert said == sentence


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (0.2, "several times a day"),
        (0.9, "about once a day"),
        (1.6, "about once in 2 days"),
        (30.4, "about once in 30 days"),
        (364.9, "about once in 365 days"),
        (900, "about once in 2 years"),
        (3649, "about once in 10 years"),
        (1e9, "less than once in ten years"),
    ],
)
def test_a_return_period_is_worded_without_false_precision(days: float, words: str) -> None:
    """Days up to two years, then years, then never mind."""
    assert rarity(days) == words


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(minutes=15), "15 min"),
        (timedelta(minutes=90), "1.5 h"),
        (timedelta(hours=24), "24 h"),
        (timedelta(days=2), "2 days"),
        (timedelta(days=12, hours=12), "12 days"),
    ],
)
def test_a_length_is_told_in_its_own_unit(span: timedelta, words: str) -> None:
    """People say 15 min and 2 days."""
    assert length(span) == words


def test_going_on_is_not_told_as_news() -> None:
    """Inside an episode the sentence says that it lasts."""
    said = spike_reason(observed=4, expected=1, window=HOUR, return_days=3, opening=False)
    assert said.startswith("still standing out: 4 in 1 h")


def test_calm_learning_and_blind_are_told_apart() -> None:
    """Three reasons for no alarm, and only one of them is calm."""
    assert calm_reason(observed=1, expected=0.8, window=HOUR) == "1 in 1 h, 0.8 is usual"
    assert "alarms begin after 24 h" in learning_reason(known=HOUR, needed=24 * HOUR)
    blind = blind_reason(coverage=0.2, floor=0.5)
    assert "20% of the sources" in blind
    assert "not called calm" in blind


DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("days", "shared", "sentence"),
    [
        (
            (3, 20, 9),
            0.2,
            "3 days watched, 20 days of articles stored before it was watched, "
            "9 days of the sources' archives, the average brand's profile counts for 20%",
        ),
        ((42, 0, 0), 0.16, "42 days watched, the average brand's profile counts for 16%"),
        ((0.5, 0, 0), 0.94, "12 h watched, the average brand's profile counts for 94%"),
        (
            (0, 0, 0),
            1.0,
            "no history of its own yet, the average brand's profile counts for 100%",
        ),
    ],
    ids=["all three", "an old brand", "half a day", "nothing"],
)
def test_a_baseline_says_where_it_comes_from(
    days: tuple[float, float, float], shared: float, sentence: str
) -> None:
    """Which history, how long, and how much is borrowed."""
    watched, stored, archive = (one * DAY for one in days)
    basis = Basis(watched=watched, stored=stored, archive=archive, shared=shared)
    assert basis_reason(basis) == sentence
