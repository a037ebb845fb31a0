"""The clock: aware, in UTC, and the only one."""

from datetime import UTC, datetime, timedelta

from nabat import clock


def test_now_is_this_moment_in_utc() -> None:
    """Every time in the records comes from here."""
    before = datetime.now(UTC)
    moment = clock.now()

    assert moment.tzinfo is UTC
    assert before <= moment <= datetime.now(UTC)


def test_a_wall_clock_that_jumps_is_told_by_how_much() -> None:
    """Set ahead, set back, or going on as it should."""
    passed = iter([100.0, 110.0, 120.0, 130.0])
    steady, noon = clock.SteadyClock(lambda: next(passed)), datetime(2026, 3, 2, 12, tzinfo=UTC)
    looks = (0, 10, 3620, 30)

    found = [steady.ahead(noon + timedelta(seconds=at)) for at in looks]

    assert found == [None, *(timedelta(seconds=by) for by in (0, 3600, -3600))]
