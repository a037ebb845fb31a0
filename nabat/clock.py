"""The only caller of the system clock."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta


def now() -> datetime:
    """Answer this moment, aware, in UTC."""
    return datetime.now(UTC)


class SteadyClock:
    """A clock nobody can set, to tell when somebody has set the other one."""

    def __init__(self, seconds: Callable[[], float] = time.monotonic) -> None:
        """``seconds`` counts on evenly, from any beginning."""
        self._seconds = seconds
        self._last: tuple[datetime, float] | None = None

    def ahead(self, now: datetime) -> timedelta | None:
        """By how much the wall clock went ahead of this one since the last call; less than 0: back.

        The first call answers None: there is nothing to compare with yet.
        """
        last, passed = self._last, self._seconds()
        self._last = (now, passed)
        if last is None:
            return None
        return now - last[0] - timedelta(seconds=passed - last[1])
