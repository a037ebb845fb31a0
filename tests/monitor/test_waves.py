"""Ebb and rise of a wave of stories, by the hours of the chart."""

from datetime import UTC, datetime, timedelta

import pytest

from monitor.waves import Tide, tide
from storage.incident_records import Point

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("told", "usual", "ebbs", "rises"),
    [
        ([20, 20, 0, 0, 0, 0], 0.1, True, False),
        ([20, 20, 1, 1, 1, 1], 0.1, True, False),
        ([20, 20, 3, 3, 3, 3], 0.1, False, False),
        ([20, 20, 0, 0, 0], 0.1, False, False),
        ([20, 20, 0, 0, 0, 0, 13], 0.1, False, False),
        ([20, 20, 0, 0, 0, 0, 14], 0.1, False, True),
        ([20, 20, 9, 9, 9, 9], 15.0, True, False),
        ([20, 20, 9, 9, 9, 18], 5.0, False, False),
        ([3, 0, 0, 0, 0], 0.1, True, False),
        ([1, 0, 1, 0, 0, 0, 0], 0.1, False, False),
        ([3], 0.1, False, False),
        ([], 0.1, False, False),
    ],
    ids=["silence", "a trickle", "a stream", "three hours are not over", "less than a third",
         "a third", "no more than usual", "hardly unusual", "a handful", "slow", "just begun",
         "nothing"],
)  # fmt: skip
def test_a_wave_ebbs_and_rises(told: list[int], usual: float, *, ebbs: bool, rises: bool) -> None:
    """Down to a tenth of its worst three hours, or what is usual; up to a third, and more."""
    series = [
        Point(start_at=NOON + hour * HOUR, observed=count, expected=usual)
        for hour, count in enumerate(told)
    ]
    assert tide(series, NOON) == Tide(ebbs=ebbs, rises=rises)


def test_what_was_before_the_incident_is_no_wave_of_it() -> None:
    """A great crisis of last week makes this one no smaller."""
    old = [Point(start_at=NOON + hour * HOUR, observed=90, expected=0.1) for hour in range(3)]
    new = [
        Point(start_at=NOON + hour * HOUR, observed=6 * (hour == 24), expected=0.1)
        for hour in range(20, 28)
    ]
    assert tide([*old, *new], NOON + 24 * HOUR) == Tide()
    later = Point(start_at=NOON + 28 * HOUR, observed=0, expected=0.1)
    assert tide([*old, *new, later], NOON + 24 * HOUR).ebbs
