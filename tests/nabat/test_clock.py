"""The clock: aware, in UTC, and the only one."""

from datetime import UTC, datetime

from nabat import clock


def test_now_is_this_moment_in_utc() -> None:
    """Every time in the records comes from here."""
    before = datetime.now(UTC)
    moment = clock.now()

    assert moment.tzinfo is UTC
    assert before <= moment <= datetime.now(UTC)
