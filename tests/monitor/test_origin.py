"""With which story a crisis began."""

from datetime import UTC, datetime, timedelta

import pytest

from monitor.origin import newest_wave, origin
from storage.incident_records import Point, Turn

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
UNTIL = NOON + 3 * HOUR


def usual(an_hour: float) -> list[Point]:
    """A week of hours in which so many stories are expected."""
    begin = NOON - 160 * HOUR
    return [
        Point(start_at=begin + hour * HOUR, observed=an_hour, expected=an_hour)
        for hour in range(164)
    ]


def stories(*hours: float) -> list[datetime]:
    """Stories told so many hours after noon, oldest first."""
    return [NOON + hour * HOUR for hour in sorted(hours)]


STORM = [1 + minute / 30 for minute in range(30)]


@pytest.mark.parametrize(
    ("told", "an_hour", "began"),
    [
        pytest.param([-9, -5, -2, *STORM], 0.5, 1, id="ordinary stories before are not the start"),
        pytest.param([-1.5, *STORM], 0.02, -1.5, id="on a quiet brand a story before it belongs"),
        pytest.param([-20, *STORM], 0.02, 1, id="unless it is long ago"),
        pytest.param([0.9, *STORM], 0.1, 0.9, id="a story just before it belongs to it"),
        pytest.param([2], 5, 2, id="one story is the first, however many are usual"),
        pytest.param([2, 3, 3.5], 0.1, 2, id="what came after it opened began nothing"),
    ],
)
def test_the_excess_begins_with_a_story(told: list[float], an_hour: float, began: float) -> None:
    """Not with whoever was first in a window."""
    assert origin(stories(*told), usual(an_hour), UNTIL) == NOON + began * HOUR


def test_the_rhythm_of_the_day_is_no_beginning() -> None:
    """A busy morning as usual, then a storm: it began with the storm."""
    morning = [
        Point(start_at=NOON + hour * HOUR, observed=0, expected=12 if hour < -3 else 1)
        for hour in range(-24, 3)
    ]
    told = [-8 + minute / 12 for minute in range(60)]
    assert origin(stories(*told, *STORM), morning, UNTIL) == NOON + HOUR


def test_without_what_is_usual_the_earliest_story_began_it() -> None:
    """A brand of no past; and nothing began with no stories."""
    assert origin(stories(1, 2), [], UNTIL) == NOON + HOUR
    assert origin([], usual(1), UNTIL) is None
    assert origin(stories(4), usual(1), UNTIL) is None


@pytest.mark.parametrize(
    ("kinds", "is_open", "hour"),
    [
        ("opened updated", True, None),
        ("opened calmed", False, None),
        ("opened calmed", True, 1),
        ("opened calmed resolved", True, 1),
        ("opened false-alarm looked", True, 1),
        ("opened calmed reopened updated", True, 1),
        ("opened calmed reopened calmed", False, 1),
        ("opened calmed reopened calmed", True, 3),
        ("opened calmed joined", True, 1),
    ],
)
def test_a_new_wave_is_told_since_the_rest_before_it(
    kinds: str, is_open: bool, hour: int | None
) -> None:
    """While it lasts, and once it has calmed down itself."""
    turns = [
        Turn(id=n, incident_id=1, revision=n, kind=kind, level=2, at=NOON + n * HOUR)
        for n, kind in enumerate(kinds.split())
    ]
    expected = None if hour is None else NOON + hour * HOUR
    assert newest_wave(turns, is_open=is_open) == expected
