"""Quiet hours: midnight, summer time, urgency."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.alerts.making import chat

NIGHT = chat(quiet_hours="23:00-08:00", timezone="Europe/Moscow")


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "told_at"),
    [
        (at(2, 12), at(2, 12)),
        (at(2, 20, 30), at(3, 5)),
        (at(2, 2), at(2, 5)),
        (at(2, 5), at(2, 5)),
        (at(2, 19, 59), at(2, 19, 59)),
    ],
    ids=["noon", "before midnight", "after midnight", "the end", "the start"],
)
def test_the_night_wraps_around_midnight(now: datetime, told_at: datetime) -> None:
    """23:00 to 08:00 in Moscow is 20:00 to 05:00 in UTC."""
    assert NIGHT.reachable_at(now, 2) == told_at


@pytest.mark.parametrize("level", [3, 4])
def test_what_is_urgent_breaks_the_quiet(level: int) -> None:
    """A crisis does not wait for the morning."""
    assert NIGHT.reachable_at(at(2, 22), level) == at(2, 22)


def test_the_morning_after_the_clocks_change_is_at_the_right_hour() -> None:
    """In Berlin the night of 29 March is an hour shorter."""
    berlin = chat(quiet_hours="23:00-08:00", timezone="Europe/Berlin")

    assert berlin.reachable_at(at(28, 23), 1) == at(29, 6)


def test_the_night_in_which_the_clocks_go_back_is_an_hour_longer() -> None:
    """In Berlin the morning of 25 October comes an hour later by UTC."""
    berlin = chat(quiet_hours="23:00-08:00", timezone="Europe/Berlin")
    evening = datetime(2026, 10, 24, 22, tzinfo=UTC)

    assert berlin.reachable_at(evening, 2) == datetime(2026, 10, 25, 7, tzinfo=UTC)
    assert berlin.reachable_at(evening, 3) == evening


def test_quiet_hours_that_ended_before_the_clocks_went_back_end_once() -> None:
    """In Kyiv it is 03:15 twice on 25 October; the second time their end at 03:30 has been."""
    kyiv = chat(quiet_hours="23:00-03:30", timezone="Europe/Kyiv")
    second = datetime(2026, 10, 25, 1, 15, tzinfo=UTC)

    assert kyiv.reachable_at(second, 1) == second


def test_without_quiet_hours_now_is_now() -> None:
    """The usual case."""
    assert chat().reachable_at(at(2, 1), 1) == at(2, 1)


@pytest.mark.parametrize("words", ["25:00-08:00", "8-9", "night", "23:00"])
def test_unreadable_quiet_hours_are_refused(words: str) -> None:
    """At start, not at night."""
    with pytest.raises(ValueError, match="cannot read quiet_hours"):
        chat(quiet_hours=words)


@pytest.mark.parametrize(
    ("now", "begin"),
    [
        (at(2, 12), at(2, 20)),
        (at(2, 20), at(3, 20)),
        (at(2, 5), at(2, 20)),
        (at(2, 19, 59), at(2, 20)),
    ],
    ids=["noon", "the start", "the end", "before midnight"],
)
def test_the_quiet_hours_begin_every_evening(now: datetime, begin: datetime) -> None:
    """The next time, never one that has been."""
    assert NIGHT.quiet_from(now, 2) == begin


def test_quiet_hours_begin_after_the_clocks_went_back() -> None:
    """In Kyiv it is 03:15 twice on 25 October; the second time 03:30 is to come once more."""
    kyiv = chat(quiet_hours="03:30-08:00", timezone="Europe/Kyiv")
    second = datetime(2026, 10, 25, 1, 15, tzinfo=UTC)

    assert kyiv.quiet_from(second, 1) == second + timedelta(minutes=15)


@pytest.mark.parametrize(
    ("hours", "level"), [("23:00-08:00", 3), ("", 1), ("08:00-08:00", 1)], ids=str
)
def test_some_can_always_be_rung(hours: str, level: int) -> None:
    """For what is urgent, and who has no quiet hours."""
    assert chat(quiet_hours=hours).quiet_from(at(2, 12), level) is None
